"""Export: what is written runs in its own runtime like Keras, and says where it is from."""

import json

import keras
import numpy as np
import pytest
from exports import FORMATS, dcgan, run_by_position, vae, vary
from handmade import change_manifest
from kerasgen.export import ExportError, examples, export, verify
from tiny import TINY
from typer.testing import CliRunner

from kerasgen import presets
from kerasgen.cli.main import app
from kerasgen.files import sha256
from kerasgen.latent.codes import sample_codes
from kerasgen.latent.styles import mix_styles
from kerasgen.models import VAE
from kerasgen.runtime import load
from kerasgen.runtime.manifest import PresetInfo, manifest_path, read_manifest

pytestmark = pytest.mark.backend("tensorflow")


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("make", [vae, dcgan])
def test_decoder_gives_the_images_of_keras(make, kind, tmp_path):
    model = make()
    vary(model.decoder_network)
    path = export(model, tmp_path / f"decoder.{kind}")
    runtime = load(path, num_threads=1)
    for n in (1, 2, 5):
        np.testing.assert_allclose(runtime.sample(n, seed=3), model.sample(n, seed=3), atol=1e-5)
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"decoder.{kind}", f"decoder.{kind}.json"]
    assert verify(path, model).max_abs_error < 1e-5

    manifest = json.loads(manifest_path(path).read_text("utf-8"))
    batch = None if kind == "onnx" else 1
    assert manifest["file"] == {"name": path.name, "sha256": sha256(path), "bytes": path.stat().st_size}
    assert manifest["inputs"] == [{"name": "z", "shape": [batch, 4], "dtype": "float32", "distribution": "normal"}]
    assert manifest["outputs"] == [{"name": "image", "shape": [batch, *model.image_shape], "dtype": "float32", "range": [0, 1]}]
    assert (manifest["latent_dim"], manifest["image_shape"]) == (4, list(model.image_shape))
    assert manifest["preset"] is None
    assert manifest["parity"]["batch_sizes"] == ([1, 8] if kind == "onnx" else [1])
    assert {"kerasgen", "keras", "tensorflow"} < manifest["versions"].keys()
    assert manifest["gpu_delegate_compatible"] is (True if kind == "tflite" else None)
    assert manifest["gpu_delegate_complaints"] == []


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["gan", "sngan", "r3gan", "fast_gan", "conditional_gan", "progressive_gan"])
def test_generators_of_every_family(name, kind, tmp_path):
    model = TINY[name]()
    vary(model.generator)
    path = export(model, tmp_path / f"generator.{kind}")
    options = {"labels": np.arange(5) % 2} if model.num_classes else {}
    np.testing.assert_allclose(load(path).sample(5, seed=3, **options), model.sample(5, seed=3, **options), atol=1e-5)
    assert load(path).manifest.gpu_delegate_complaints == ()
    if options:
        assert np.abs(load(path).sample(1, seed=3, labels=0) - load(path).sample(1, seed=3, labels=1)).max() > 1e-4
        with pytest.raises(ValueError, match="needs labels, whole numbers from 0 to 1.* Received: none"):
            load(path).sample(2)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name, classes", [("style_gan", 0), ("style_gan2", 0), ("style_gan2", 5)])
def test_style_generator_whole_and_in_two(name, classes, kind, tmp_path):
    model = TINY[name](**({"num_classes": classes} if classes else {}))
    labels = {"labels": np.arange(5)} if classes else {}
    vary(model.generator)
    whole, mapping, synthesis = (
        load(export(model, tmp_path / f"{part}.{kind}", part=part)) for part in ("decoder", "mapping", "synthesis")
    )
    np.testing.assert_allclose(whole.sample(5, seed=3, **labels), model.sample(5, seed=3, **labels), atol=1e-5)
    codes = sample_codes(5, 3, 3)
    label = [np.zeros(1, "float32")] * bool(classes)
    (by_position,) = run_by_position(tmp_path / f"mapping.{kind}", [codes[:1], np.full((1, 1), 0.5, "float32"), *label])
    np.testing.assert_allclose(by_position, model.styles(codes[:1], 0.5, **({"labels": 0} if classes else {})), atol=1e-5)
    for truncation in (1.0, 0.5):
        styles = mapping.styles(codes, truncation, **labels)
        np.testing.assert_allclose(styles, model.styles(codes, truncation, **labels), atol=1e-5)
        images = model.decode(codes, truncation=truncation, **labels)
        np.testing.assert_allclose(synthesis.synthesize(styles), images, atol=1e-5)
    mixed = mix_styles(styles, styles[:1], range(2))
    np.testing.assert_allclose(synthesis.synthesize(mixed), model.synthesize(mixed), atol=1e-5)
    assert [each.manifest.gpu_delegate_complaints for each in (whole, mapping, synthesis)] == [(), (), ()]
    assert verify(tmp_path / f"mapping.{kind}", model).max_abs_error < 1e-5
    with pytest.raises(ValueError, match="truncation must be a number from -1 to 2. Received: 3"):
        mapping.styles(codes, 3)
    with pytest.raises(ValueError, match=r"Styles must have the shape .n, 4, 4. with n > 0. Received: shape .5, 4."):
        synthesis.synthesize(styles[:, 0])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "name, options, part, size",
    [("pix2pix", {}, None, None), ("pix2pix", {"upsampling": "nearest"}, None, None), ("cyclegan", {}, "b_to_a", (20, 16))],
)
def test_translators_in_both_directions_and_at_another_size(name, options, part, size, kind, tmp_path, images_of):
    model = TINY[name](**options)
    for network in model.translators.values():
        vary(network)
    path = export(model, tmp_path / f"translator.{kind}", part=part, image_size=size)
    runtime, same_size = load(path), model if size is None else model.resized(*size)
    images = images_of(same_size, 3)
    direction = part or "a_to_b"
    np.testing.assert_allclose(runtime.translate(images, direction), same_size.translate(images, direction), atol=1e-5)
    assert verify(path, model).max_abs_error < 1e-5
    assert (runtime.directions, runtime.source_shape) == ((direction,), same_size.source_shape)
    assert runtime.manifest.gpu_delegate_complaints == ()
    other = "b_to_a" if direction == "a_to_b" else "a_to_b"
    with pytest.raises(ValueError, match=f"The file translates {direction}. Received: '{other}'"):
        runtime.translate(images, other)


@pytest.mark.parametrize("kind", FORMATS)
def test_encoder_gives_mean_and_log_variance(kind, tmp_path, images_of):
    model = vae()
    images = images_of(model)
    vary(model.encoder)
    runtime = load(export(model, tmp_path / f"encoder.{kind}", part="encoder"))
    by_position = run_by_position(tmp_path / f"encoder.{kind}", [images[:1]])
    for found, first, expected in zip(
        runtime.encode_distribution(images), by_position, model.encode_distribution(images), strict=True
    ):
        limit = 1e-5 * max(1.0, np.abs(expected).max())  # as `export` promises
        np.testing.assert_allclose(found, expected, atol=limit)
        np.testing.assert_allclose(first, expected[:1], atol=limit)
    assert np.abs(by_position[0] - by_position[1]).max() > 0.01
    np.testing.assert_array_equal(runtime.encode(images), runtime.encode_distribution(images)[0])
    assert [output.name for output in runtime.manifest.outputs] == ["mean", "log_variance"]
    assert runtime.manifest.inputs[0].distribution == "uniform image"


@pytest.mark.parametrize("kind", FORMATS)
def test_fixed_batch_is_padded(kind, tmp_path):
    model = vae()
    path = export(model, tmp_path / f"three.{kind}", batch_size=3)
    np.testing.assert_allclose(load(path).sample(7, seed=1), model.sample(7, seed=1), atol=1e-5)
    assert load(path).manifest.parity.batch_sizes == (3,)


def test_averaged_weights_are_exported_and_training_goes_on(tmp_path, images_of):
    model = dcgan()
    model.compile(generator=keras.optimizers.Adam(1e-2, use_ema=True, ema_momentum=0.9), run_eagerly=True)
    images = images_of(model)
    model.fit(images, batch_size=4, verbose=0)
    runtime = load(export(model, tmp_path / "dcgan.onnx"))
    codes = np.random.default_rng(0).standard_normal((5, 4)).astype("float32")
    np.testing.assert_allclose(runtime.decode(codes), model.decode(codes), atol=1e-5)
    assert np.abs(runtime.decode(codes) - model.generator.predict_on_batch(codes)).max() > 1e-3
    model.fit(images, batch_size=8, verbose=0)
    with pytest.raises(ExportError, match="outputs of Keras"):
        verify(tmp_path / "dcgan.onnx", model)


def test_mixed_precision_is_exported_in_float32(tmp_path):
    import onnxruntime

    mixed, plain = vae(dtype="mixed_bfloat16"), vae()
    plain.decoder.set_weights(mixed.decoder.get_weights())
    path = export(mixed, tmp_path / "vae.onnx")
    np.testing.assert_allclose(load(path).sample(4, seed=0), plain.sample(4, seed=0), atol=1e-5)
    assert mixed.dtype_policy.name == "mixed_bfloat16"

    session = onnxruntime.InferenceSession(path)
    (given,), (image,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.shape, given.type) == ("z", ["batch", 4], "tensor(float)")
    assert (image.name, image.shape, image.type) == ("image", ["batch", 28, 28, 1], "tensor(float)")


@pytest.mark.parametrize(
    "activation, complaints",
    [
        ("leaky_relu", []),
        ("relu", []),  # rewritten: LiteRT would fuse it into a TRANSPOSE_CONV that the delegate refuses
        (lambda x: x[:, :14, 0][..., None], ["STRIDED_SLICE: supported where it keeps the axes"]),
        (lambda x: keras.ops.cumsum(keras.ops.sigmoid(x) / 28, axis=1), ["CUMSUM: not known to be supported"]),
    ],
)
def test_gpu_delegate_objects(activation, complaints, tmp_path, monkeypatch):
    z = keras.Input((4,), name="z")
    x = keras.layers.Reshape((14, 14, 1))(keras.layers.Dense(14 * 14)(z))
    x = keras.layers.Conv2DTranspose(1, 4, 2, "same", bias_initializer="ones", activation=activation)(x)
    network = keras.Model(z, keras.layers.Activation("sigmoid")(x))
    monkeypatch.setattr(VAE, "decoder_network", property(lambda self: network))
    manifest = read_manifest(export(vae(), tmp_path / "vae.tflite"))
    assert manifest.gpu_delegate_complaints == tuple(complaints)
    assert manifest.gpu_delegate_compatible is (not complaints)


def test_rectifiers_behind_transposed_convolutions_are_rewritten(tmp_path, monkeypatch):
    from kerasgen.export import litert
    from kerasgen.export.gpu_delegate import find_complaints, rewrite_for_gpu

    z = keras.Input((4,), name="z")
    x = keras.layers.Reshape((7, 7, 2))(keras.layers.Dense(7 * 7 * 2)(z))
    x = keras.layers.Conv2DTranspose(3, 4, 2, "same", bias_initializer="ones", activation="relu")(x)
    x = keras.layers.BatchNormalization()(keras.layers.Conv2DTranspose(1, 4, 2, "same")(x))
    network = keras.Model(z, keras.layers.Activation("sigmoid")(keras.layers.ReLU()(x)))
    vary(network)
    codes = sample_codes(5, 4, 0)
    np.testing.assert_array_equal(rewrite_for_gpu(network).predict_on_batch(codes), network.predict_on_batch(codes))

    monkeypatch.setattr(VAE, "decoder_network", property(lambda self: network))
    path = export(vae(), tmp_path / "vae.tflite")
    assert find_complaints(path) == ()
    np.testing.assert_allclose(load(path).decode(codes), network.predict_on_batch(codes), atol=1e-5)
    monkeypatch.setattr(litert, "can_rewrite", lambda complaints: False)
    (complaint,) = find_complaints(export(vae(), path, overwrite=True))
    assert complaint == "TRANSPOSE_CONV version 4: supported up to version 3"


def test_preset_by_name_is_recorded_and_verified(tmp_path, monkeypatch, images_of):
    zoo = tmp_path / "zoo"
    zoo.mkdir()
    monkeypatch.setattr("kerasgen.presets.catalog.zoo_folder", lambda: zoo)
    presets.save(vae(), zoo / "tiny", {"license": {"weights": "CC0-1.0"}})
    path = export("tiny", tmp_path / "tiny.onnx")
    card = presets.load("tiny").card
    expected = PresetInfo(name="tiny", weights_sha256=card.weights.sha256, license={"weights": "CC0-1.0"})
    assert load(path).manifest.preset == expected
    assert verify(path).max_abs_error < 1e-5
    assert verify(path, zoo / "tiny.json").batch_sizes == (1, 8)

    trained = presets.load("tiny")
    trained.compile(run_eagerly=True)
    trained.fit(images_of(trained), batch_size=8, verbose=0)
    other = export(trained, tmp_path / "trained.onnx")
    assert load(other).manifest.preset is None
    with pytest.raises(ValueError, match="from no preset"):
        verify(other)
    with pytest.raises(ValueError, match="image_shape"):
        verify(other, dcgan())

    presets.save(trained, zoo / "tiny", overwrite=True)
    with pytest.raises(ExportError, match="weights that the preset tiny has now"):
        verify(path)


@pytest.mark.parametrize(
    "precision, claims, message",
    [
        ("float32", {"tolerance": 1e9}, r"to 1e-05. Received: a difference of .* Its manifest claims tolerance 1e\+09.$"),
        ("float16", {"least_psnr_db": 1.0}, r"at 50 dB or more. Received: .* dB. Its manifest claims least_psnr_db 1.$"),
        ("float32", None, "to 1e-05. Received: a difference of .* at a batch of [18].$"),
    ],
)
def test_a_forged_manifest_is_not_believed(precision, claims, message, tmp_path, monkeypatch):
    monkeypatch.setattr(examples, "MEASURED_INPUTS", 20)
    model, other = vae(), vae()
    vary(other.decoder)
    path = export(other, tmp_path / "vae.onnx", precision=precision)
    assert verify(path, other).tolerance == (1e-5 if precision == "float32" else None)
    parity = json.loads(manifest_path(path).read_text("utf-8"))["parity"]
    change_manifest(path, {"parity": claims and parity | claims})
    with pytest.raises(ExportError, match=message):
        verify(path, model)
    if precision == "float32":
        assert 1e-5 < verify(path, model, tolerance=1.0).max_abs_error < 1.0
    with pytest.raises(ValueError, match="tolerance: must be float <= 1.0. Received: 2"):
        verify(path, model, tolerance=2.0)


@pytest.mark.parametrize(
    "name, file_format, made",
    [("faces", "onnx", "faces.onnx"), ("faces.v2", "litert", "faces.v2.tflite"), ("faces.onnx", "onnx", "faces.onnx")],
)
def test_format_and_suffix(name, file_format, made, tmp_path):
    assert export(vae(), tmp_path / name, format=file_format) == tmp_path / made
    assert load(tmp_path / made).sample(1).shape == (1, 28, 28, 1)


def test_command_says_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(examples, "MEASURED_INPUTS", 20)
    presets.save(vae(), tmp_path / "tiny")
    done = CliRunner().invoke(app, ["export", "tiny.json", "--target", "mobile"], catch_exceptions=False)
    assert done.exit_code == 0 and load(tmp_path / "tiny.tflite").precision == "float16"
    for words in ("tiny.tflite: float16", "PSNR against Keras", "not measured: ", "take every operation"):
        assert words in done.output
    refused = CliRunner().invoke(app, ["export", "tiny.json", "other.onnx", "--precision", "int16x8"])
    assert "one of the precisions float32" in str(refused.exception) and not (tmp_path / "other.onnx").exists()
