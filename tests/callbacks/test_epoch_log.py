"""The table of a run."""

import csv

import pytest
from helpers import ANY_BACKEND

from kerasgen.callbacks import EpochLog
from kerasgen.callbacks.loss_curves import read_log

pytestmark = ANY_BACKEND


def log(path, first, last, **extra):
    table = EpochLog(path)
    table.on_train_begin()
    for epoch in range(first, last):
        table.on_epoch_begin(epoch)
        table.on_epoch_end(epoch, {"loss": epoch / 8, "kl": float("nan"), **extra})


def test_a_run_that_goes_on_trains_no_epoch_twice_in_its_log(tmp_path):
    path = tmp_path / "log.csv"
    log(path, 0, 3)
    straight = path.read_bytes()
    log(path, 1, 3)
    assert path.read_bytes() == straight
    assert read_log(path)["epoch"].tolist() == [0, 1, 2] and read_log(path)["loss"].tolist() == [0, 0.125, 0.25]
    log(path, 2, 4, val_loss=1.0)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["val_loss"] for row in rows] == ["NA", "NA", "1.0", "1.0"]
    log(path, 0, 1)
    assert read_log(path)["epoch"].tolist() == [0]


@pytest.mark.parametrize("torn", ["1,nan,0.1", "1,nan", "\x00\x00", "1"])
def test_a_torn_row_is_no_hindrance(tmp_path, torn):
    path = tmp_path / "log.csv"
    log(path, 0, 1)
    path.write_text(path.read_text() + torn)
    log(path, 1, 2)
    assert read_log(path)["epoch"].tolist() == [0, 1]
    assert [file.name for file in tmp_path.iterdir()] == ["log.csv"]
