"""Comparing generated images with real ones, by an extractor's features."""

import numpy as np
import pytest
from helpers import ANY_BACKEND
from tiny import TINY

import kerasgen
from kerasgen import evaluation, metrics
from kerasgen.evaluation import generation
from kerasgen.evaluation.extractors import Extractor, get_extractor, zoo_classifier
from kerasgen.evaluation.generation import compare, extract, extract_generated, protocol
from kerasgen.presets import Card, describe
from kerasgen.presets.card import DataSection, EvaluationSection

pytestmark = ANY_BACKEND


def moments(images):
    """Three features of an image."""
    return np.stack([images.mean(axis=(1, 2, 3)), images.std(axis=(1, 2, 3)), images[:, 0, 0, 0]], axis=1)


def test_features_of_parts_are_those_of_the_samples():
    model = TINY["conditional_gan"]()
    features, labels = extract_generated(model, moments, 2300, seed=4)
    np.testing.assert_array_equal(labels, np.arange(2300) % 2)
    np.testing.assert_allclose(features, moments(model.sample(2300, seed=4, labels=labels)), atol=1e-6)
    features, labels = extract_generated(TINY["dcgan"](), moments, 10)
    assert features.shape == (10, 3) and labels is None


def test_comparison_holds_every_metric():
    rng = np.random.default_rng(0)
    real, generated = rng.standard_normal((600, 3)), rng.standard_normal((500, 3)) + 0.5
    found = compare(real, generated)
    assert found["fid"] == metrics.frechet_distance(real, generated)
    kid = metrics.kernel_distance(real, generated)
    assert (found["kid"], found["kid_standard_error"]) == kid
    assert (found["precision"], found["recall"]) == metrics.precision_recall(real, generated)
    assert (found["density"], found["coverage"]) == metrics.density_coverage(real, generated)


def test_protocol_says_what_the_metrics_depend_on():
    extractor = Extractor("three numbers", moments, "8 px, bilinear")
    assert protocol(extractor, 10, 20) == {
        "extractor": "three numbers",
        "resize": "8 px, bilinear",
        "real_images": 10,
        "generated_images": 20,
    }
    assert extract(extractor, np.zeros((2500, 4, 4, 1), "float32")).shape == (2500, 3)


def test_pixels_are_features_where_no_network_is_known():
    images = np.random.default_rng(0).random((3, 7, 7, 3), dtype="float32")
    extractor = get_extractor("pixels")
    np.testing.assert_allclose(extractor(images), images.reshape(3, -1), atol=1e-6)
    blocks = np.kron(images[..., :1], np.ones((1, 4, 4, 1), "float32"))
    assert extractor(blocks).shape == (3, 49)
    np.testing.assert_allclose(extractor(blocks).mean(axis=1), images[..., 0].mean(axis=(1, 2)), atol=1e-2)
    assert protocol(extractor, 3, 3)["resize"] == "7 px, bilinear, antialiased"


def test_a_classifier_is_an_extractor(tmp_path, images_of):
    model = TINY["classifier"]()
    images = images_of(model)
    extractor = zoo_classifier(model.save_to_preset(tmp_path / "mine"))
    np.testing.assert_array_equal(extractor(images), model.extract(images))
    np.testing.assert_allclose(extractor.classify(extractor(images)), model.classify(images), atol=1e-6)
    with pytest.raises(ValueError, match="is a classifier of the zoo.* Received: .*vae.* .VAE."):
        zoo_classifier(TINY["vae"]().save_to_preset(tmp_path / "vae"))
    with pytest.raises(ValueError, match="Unknown extractor. Received: 'inceptoin'. Did you mean 'inception'"):
        get_extractor("inceptoin")


def test_face_embeddings_tell_persons_apart():
    pytest.importorskip("dlib", reason="the extra `faces` is not installed")
    from kerasgen import data

    faces = data.load("portraits", "test[:12]", 64, shuffle=False, drop_remainder=False).images()
    embed = get_extractor("faces")
    numbers = embed(faces)
    assert numbers.shape == (12, 128)
    distances = np.linalg.norm(numbers[:, None] - numbers, axis=-1)[~np.eye(12, dtype=bool)]
    same = np.linalg.norm(embed(np.clip(faces * 0.9 + 0.05, 0, 1)) - numbers, axis=-1)
    assert same.max() < 0.5 * np.median(distances)


def test_evaluation_of_a_generator(tmp_path, monkeypatch):
    classifier = TINY["classifier"]().save_to_preset(tmp_path / "classifier_tiny")
    monkeypatch.setattr(generation, "get_extractor", zoo_classifier)
    data = DataSection(source="portraits", train="train[:60]", held_out="test[:40]", image_size=8, channels=1, labels="era")
    model = TINY["conditional_gan"]()
    card = Card(name="mine", model=describe(model), data=data, evaluation=EvaluationSection(extractor=str(classifier)))
    found = evaluation.evaluate(model, card)["generation"]
    extractor = zoo_classifier(classifier)
    held_out, train = (
        kerasgen.data.load("portraits", split, 8, channels=1, shuffle=False, drop_remainder=False).images()
        for split in ("test[:40]", "train[:60]")
    )
    generated, labels = extract_generated(model, extractor, 40)
    expected = compare(extractor(held_out), generated)
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-4, nan_ok=True)
    assert found["real_images"] == found["generated_images"] == 40
    assert found["floor"]["fid"] == pytest.approx(metrics.frechet_distance(extractor(held_out), extractor(train)), rel=1e-4)
    predicted = extractor.classify(generated).argmax(axis=1)
    assert found["accuracy"] == np.mean(predicted == labels)
    assert found["modes"] == [np.mean(predicted == 0), np.mean(predicted == 1)]
