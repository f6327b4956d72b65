"""A network rewritten for phones' GPUs: other layers, the same pictures."""

from __future__ import annotations

import keras

# A rectifier behind a transposed convolution is fused into it, as a version of that operation which LiteRT's GPU delegate
# refuses. A LeakyReLU is not fused, and one of slope 0 is the rectifier.
REFUSED = "TRANSPOSE_CONV version 4"


def can_rewrite(complaints: list[str]) -> bool:
    """Whether `rewrite_for_gpu` helps against what the GPU delegate complains of."""
    return any(complaint.startswith(REFUSED) for complaint in complaints)


def rewrite_for_gpu(network: keras.Model) -> keras.Model:
    """Gives a copy of a functional network, with the same weights, whose rectifiers are not fused into what is before them."""
    rectified = {
        layer.name
        for layer in network.layers
        if getattr(layer, "activation", None) is keras.activations.relu and isinstance(layer, keras.layers.Conv2DTranspose)
    }

    def copied(layer):
        if isinstance(layer, keras.layers.ReLU) and not layer.max_value and not layer.threshold:
            return keras.layers.LeakyReLU(layer.negative_slope, name=layer.name)
        config = layer.get_config()
        if layer.name in rectified:
            config["activation"] = "linear"
        return type(layer).from_config(config)

    def called(layer, *inputs, **options):
        outputs = layer(*inputs, **options)
        return keras.layers.LeakyReLU(0.0, name=f"{layer.name}_rectifier")(outputs) if layer.name in rectified else outputs

    twin = keras.models.clone_model(network, clone_function=copied, call_function=called)
    twin.set_weights(network.get_weights())
    return twin
