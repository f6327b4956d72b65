"""One order and one set of names for an ONNX graph: those of tf2onnx depend on counters of the process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto


def canonicalize(model: ModelProto, network: str) -> None:
    """Puts the nodes in the order that the outputs need them, and names all by the layers that they come from.

    `network` is the name of the Keras network, which TensorFlow put before every layer's. Inputs and outputs keep their names;
    graphs with graphs inside are left as they are.
    """
    graph = model.graph
    if any(attribute.g.node or attribute.graphs for node in graph.node for attribute in node.attribute):
        return
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    fixed = {value.name for value in (*graph.input, *graph.output)}
    names, kept = {name: name for name in fixed}, []
    taken: set[str] = set()

    def free(name: str) -> str:
        chosen, count = name, 1
        while chosen in taken or chosen in fixed:
            count += 1
            chosen = f"{name}_{count}"
        taken.add(chosen)
        return chosen

    sort_nodes(graph)
    for node in graph.node:
        node.name = free(_plain(node, network))
        for index, given in enumerate(node.input):
            if given in tensors and given not in names:
                names[given] = free(f"{node.name}.{index}")
                kept.append(tensors[given])
        for index, made in enumerate(node.output):
            if made and made not in names:
                names[made] = free(f"{node.name}:{index}")
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for tensor in kept:
        tensor.name = names[tensor.name]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def sort_nodes(graph: GraphProto) -> None:
    """Puts each node after those that it needs, as ONNX asks, these in the order of its inputs; leaves out unused ones."""
    makers = {name: node for node in graph.node for name in node.output}
    ordered: list[NodeProto] = []
    done: set[int] = set()
    waiting = [(makers[output.name], False) for output in reversed(graph.output) if output.name in makers]
    while waiting:
        node, ready = waiting.pop()
        if id(node) in done:
            continue
        if ready:
            done.add(id(node))
            ordered.append(node)
            continue
        waiting.append((node, True))
        waiting += [(makers[name], False) for name in reversed([*_needs(node)]) if name in makers]
    copies = [type(node).FromString(node.SerializeToString()) for node in ordered]
    del graph.node[:]
    graph.node.extend(copies)


def _needs(node: NodeProto) -> Iterator[str]:
    """The names of a node's inputs, and of what the graphs inside it take from around them."""
    yield from node.input
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            for each in inner.node:
                yield from _needs(each)
            yield from (output.name for output in inner.output)


def _plain(node: NodeProto, network: str) -> str:
    """`conv_0/BiasAdd` for `generator_1/conv_0_1/BiasAdd`: TensorFlow numbers the scopes of a second call.

    What tf2onnx inserted, `generator_1/conv_0_1/BiasAdd__22`, is named by its kind as well: `conv_0/BiasAdd/Transpose`.
    """
    name = re.sub(r"__\d+$", "", node.name)
    parts = name.split("/")
    if parts[0] == f"{network}_1" and len(parts) > 1:
        parts = [re.sub("_1$", "", parts[1]), *parts[2:]]
    elif parts[0] == network and len(parts) > 1:
        parts = parts[1:]
    return "/".join(parts if name == node.name else [*parts, node.op_type])
