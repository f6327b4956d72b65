"""Runs that leave the dtype to the machine, and what is logged of them."""

import msgspec
import pytest
from helpers import ANY_BACKEND

from kerasgen.backend.dtype import Choice
from kerasgen.presets import Card, read_card
from kerasgen.presets.card import DataSection, ModelSection, TrainingSection
from kerasgen.training import dtype, resolve_dtype, train, train_preset

pytestmark = ANY_BACKEND

CARD = Card(
    name="small",
    model=ModelSection(class_="GAN", arguments={"image_shape": (8, 8, 3), "hidden": (8,), "maxout": ((6, 2),)}),
    data=DataSection(source="face_crops", train="train[:8]", held_out="test[:8]", image_size=8),
    training=TrainingSection(batch_size=4, dtype="auto"),
)


def machine(monkeypatch, chosen):
    monkeypatch.setattr(dtype, "choose_dtype", lambda model, known: Choice(chosen if known else "float32", f"for {model}"))


def test_a_card_tells_the_dtype_that_auto_came_to(monkeypatch, tmp_path):
    machine(monkeypatch, "mixed_bfloat16")
    card, choice = resolve_dtype(CARD)
    assert (card.training.dtype, choice) == ("mixed_bfloat16", "dtype: mixed_bfloat16 (for GAN)")
    assert resolve_dtype(card) == (card, None)
    unknown = msgspec.structs.replace(CARD, model=ModelSection(class_="DCGAN"))
    assert resolve_dtype(unknown)[0].training.dtype == "float32"
    model = train(CARD, tmp_path, verbose=0, loggers=["tensorboard"])
    assert model.dtype_policy.name == "mixed_bfloat16"
    (events,) = (tmp_path / "tensorboard").iterdir()
    assert b'"dtype": "mixed_bfloat16"' in events.read_bytes()  # the config that is logged
    machine(monkeypatch, "float32")
    assert resolve_dtype(CARD, tmp_path)[1] == "dtype: mixed_bfloat16 (as the run began)"
    path = train_preset(CARD, tmp_path, verbose=0)  # the run that ended
    assert read_card(path).training.dtype == "mixed_bfloat16"


def test_an_unknown_logger_is_refused_before_work_starts(tmp_path):
    with pytest.raises(ValueError, match="Unknown logger. Received: 'tensorbord'. Did you mean 'tensorboard'"):
        train_preset(CARD, tmp_path / "run", loggers=["tensorbord"])
    assert not (tmp_path / "run").exists()
