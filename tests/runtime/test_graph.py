"""Exported files that were made to harm."""

import json

import numpy as np
import onnx
import pytest
from handmade import LATENT, change_manifest, write_decoder
from helpers import ANY_BACKEND
from onnx import TensorProto, helper

from kerasgen.files import sha256
from kerasgen.runtime import load
from kerasgen.runtime.child import call_apart
from kerasgen.runtime.graph import check_graph
from kerasgen.runtime.manifest import manifest_path

pytestmark = ANY_BACKEND


@pytest.fixture
def decoder(tmp_path):
    return write_decoder(tmp_path / "decoder.onnx", "batch")


def forge(path, change):
    """Changes a graph, and the manifest to agree with it."""
    model = onnx.load(path)
    change(model)
    path.write_bytes(model.SerializeToString())
    change_manifest(path, {"file": {"name": path.name, "sha256": sha256(path), "bytes": path.stat().st_size}})


def outside(location):
    def change(model):
        tensor = next(each for each in model.graph.initializer if each.name == "w")
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)

    return change


@pytest.mark.parametrize("location", ["other.bin", "../other.bin", "/etc/passwd"])
def test_values_in_another_file_are_refused(decoder, tmp_path, location):
    (tmp_path / "other.bin").write_bytes(np.zeros((LATENT, 192), "float32").tobytes())
    forge(decoder, outside(location))
    with pytest.raises(ValueError, match=r"decoder.onnx \(a tensor has its values in another file"):
        load(decoder)


def test_values_in_another_file_are_found_in_the_graphs_of_nodes(decoder):
    def change(model):
        tensor = TensorProto(name="v", data_type=1, dims=[1], data_location=TensorProto.EXTERNAL)
        branch = helper.make_graph([helper.make_node("Constant", [], ["y"], value=tensor)], "branch", [], [])
        model.graph.node.append(helper.make_node("If", ["z"], ["u"], then_branch=branch, else_branch=branch))

    forge(decoder, change)
    with pytest.raises(ValueError, match="values in another file"):
        load(decoder)


def test_a_graph_that_fills_the_memory_is_refused(decoder):
    def change(model):
        shape = helper.make_tensor("huge", TensorProto.INT64, [1], [2**36])
        model.graph.initializer.append(shape)
        model.graph.node.append(helper.make_node("ConstantOfShape", ["huge"], ["zeros"]))
        model.graph.node.append(helper.make_node("ReduceSum", ["zeros"], ["sum"], keepdims=0))
        model.graph.node.append(helper.make_node("Add", ["image", "sum"], ["more"]))
        model.graph.output[0].name = "more"

    forge(decoder, change)
    with pytest.raises(ValueError, match=r"one that its runtime can run. Received: .*decoder.onnx \("):
        load(decoder)


def test_a_crash_is_an_error(decoder, monkeypatch):
    monkeypatch.setattr("kerasgen.runtime.graph.call_apart", lambda *_, **__: "its reader crashed")
    with pytest.raises(ValueError, match="decoder.onnx .its reader crashed"):
        load(decoder)


@pytest.mark.parametrize(
    "body, answer", [("pass", None), ("raise ValueError('no')", "no"), ("raise SystemExit(0)", "its reader crashed, or needed")]
)
def test_a_child_ends_without_what_is_registered_for_exits(body, answer, tmp_path, monkeypatch):
    source = f"import atexit, pathlib\natexit.register(pathlib.Path({str(tmp_path / 'left')!r}).touch)\ndef read(): {body}\n"
    (tmp_path / "a_strangers_reader.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    fault = call_apart("a_strangers_reader", "read")
    assert fault is None if answer is None else fault.startswith(answer)
    assert not (tmp_path / "left").exists()


def test_a_file_is_tried_once(decoder, monkeypatch):
    load(decoder)
    monkeypatch.setattr("kerasgen.runtime.graph.call_apart", None)
    load(decoder)
    assert check_graph.cache_info().hits > 0


@pytest.mark.parametrize("outer", [True, False])
def test_a_link_out_of_the_folder_is_refused(decoder, tmp_path, outer):
    place = tmp_path / "elsewhere" if outer else tmp_path
    place.mkdir(exist_ok=True)
    decoder.rename(place / "real.onnx")
    decoder.symlink_to(place / "real.onnx")
    if outer:
        with pytest.raises(ValueError, match="no link out of it. Received: .*decoder.onnx, a link"):
            load(decoder)
    else:
        load(decoder)


@pytest.mark.parametrize("name", ["../decoder.onnx", "/decoder.onnx", "decoder.onnx\n", "a/decoder.onnx", "nul.onnx"])
def test_a_manifest_names_no_path(decoder, name):
    change_manifest(decoder, {"file": {"name": name, "sha256": sha256(decoder), "bytes": decoder.stat().st_size}})
    assert json.loads(manifest_path(decoder).read_text())["file"]["name"] == name
    with pytest.raises(ValueError, match="onnx.json: file.name: must be a plain file name"):
        load(decoder)
