"""The dtype that "auto" comes to, and what stays float32 under mixed_bfloat16."""

import dataclasses
from types import SimpleNamespace

import keras
import ml_dtypes
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, to_numpy
from tiny import TINY, TRANSLATORS

from kerasgen import backend, models
from kerasgen.backend import dtype
from kerasgen.backend.dtype import choose_dtype
from kerasgen.layers.spectral_normalization import SpectralNormalization
from kerasgen.presets import find_card, list_presets, read_card


def pretend(monkeypatch, capability):
    """Makes the backend report a GPU of a compute capability, or none."""
    if keras.backend.backend() == "jax":
        import jax

        told = capability and "{}.{}".format(*capability)
        device = SimpleNamespace(platform="gpu" if capability else "cpu", compute_capability=told)
        monkeypatch.setattr(jax, "devices", lambda: [device])
    elif keras.backend.backend() == "torch":
        import torch

        monkeypatch.setattr(torch.cuda, "is_available", lambda: capability is not None)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    else:
        import tensorflow as tf

        monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["gpu"] if capability else [])
        monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda device: {"compute_capability": capability})


@pytest.mark.parametrize("capability, chosen", [((9, 0), "mixed_bfloat16"), ((8, 0), "mixed_bfloat16"), ((7, 5), "float32")])
def test_a_gpu_decides_by_its_compute_capability(monkeypatch, capability, chosen):
    pretend(monkeypatch, capability)
    assert backend.compute_capability() == capability
    choice = choose_dtype("DCGAN", trains_in_bfloat16=True)
    assert choice.dtype == chosen and "compute capability {}.{}".format(*capability) in choice.reason
    assert choose_dtype("DCGAN", trains_in_bfloat16=False).dtype == "float32"


@pytest.mark.parametrize(
    "flags, multiplies", [("avx2 avx512_bf16", True), ("amx_tile amx_bf16 avx", True), ("avx2 fma", False)]
)
def test_a_cpu_decides_by_its_flags(monkeypatch, tmp_path, flags, multiplies):
    pretend(monkeypatch, None)
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: avx512_bf16\nflags\t\t: {flags}\n")
    monkeypatch.setattr(dtype, "CPU_INFO", tmp_path / "cpuinfo")
    fast = multiplies and keras.backend.backend() != "jax"
    assert choose_dtype("DCGAN", trains_in_bfloat16=True).dtype == ("mixed_bfloat16" if fast else "float32")
    monkeypatch.setattr(dtype, "CPU_INFO", tmp_path / "none")
    assert choose_dtype("DCGAN", trains_in_bfloat16=True).dtype == "float32"


@ANY_BACKEND
def test_the_classes_that_train_in_bfloat16_are_those_of_presets_that_did():
    claimed = {name for name in models.__all__ if getattr(getattr(models, name), "trains_in_bfloat16", False)}
    cards = [read_card(find_card(name)) for name in list_presets(trained=True)]
    shown = {card.model.class_ for card in cards if card.training and card.training.dtype == "mixed_bfloat16"}
    assert claimed == shown


def test_mixed_precision_normalizes_by_a_sigma_of_float32():
    layer = SpectralNormalization(keras.layers.Dense(8, dtype="mixed_bfloat16"))
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layer(inputs), dtype="mixed_bfloat16")
    for _ in range(200):
        outputs = model(np.ones((1, 6), "float32"), training=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16" == layer.output.dtype
    _, _, right = np.linalg.svd(to_numpy(layer.kernel))
    np.testing.assert_allclose(np.abs(to_numpy(layer.vector_u)[0] @ right[0]), 1.0, atol=1e-5)


@ANY_BACKEND
@pytest.mark.parametrize("name", TINY)
def test_mixed_precision_keeps_losses_state_and_images_in_float32(name):
    model = TINY[name](dtype="mixed_bfloat16")
    optimizers = model.default_optimizers()
    model.compile(**{phase: with_average(optimizer) for phase, optimizer in optimizers.items()}, **EAGER)
    losses = {}
    model.phases = tuple(dataclasses.replace(phase, loss=noting(phase.loss, losses)) for phase in model.phases)
    rng = np.random.default_rng(0)
    images = rng.random((4, *getattr(model, "source_shape", model.image_shape)), dtype="float32")
    targets = rng.random((4, *model.image_shape), dtype="float32") if name in TRANSLATORS else None
    model.fit(images, np.arange(4) % 2 if model.requires_labels else targets, batch_size=4, verbose=0)
    assert set(losses.values()) == {"float32"}, losses
    networks = {network for phase in model.phases for network in phase.networks}
    outputs = [output for network in networks for output in network.outputs]
    # Maps of features, which one network hands to another, stay as they are.
    assert {output.dtype for output in outputs if len(output.shape) < 4 or output.shape[-1] in (1, 3)} == {"float32"}
    whole = ("int32", "int64", "uint32")
    state = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    assert [variable.path for variable in state if variable.dtype not in ("float32", *whole)] == []
    # A moment of Adam may be a gradient, which is bfloat16, times a power of two.
    rounded = [variable.path for variable in state if "momentum" not in variable.path and was_rounded(to_numpy(variable))]
    assert rounded == []


def with_average(optimizer):
    return type(optimizer).from_config({**optimizer.get_config(), "use_ema": True})


def noting(loss, losses):
    def noted(batch, training, *taken):
        terms = loss(batch, training, *taken)
        losses.update({name: keras.backend.standardize_dtype(value.dtype) for name, value in terms.items()})
        return terms

    return noted


def was_rounded(values):
    """Whether an array of several different floats went through bfloat16."""
    short = values.astype(ml_dtypes.bfloat16).astype("float32")
    return values.dtype == "float32" and len(np.unique(values)) >= 4 and np.array_equal(values, short)
