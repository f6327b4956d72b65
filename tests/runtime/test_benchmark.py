"""The benchmark of exported files, each in a process of its own."""

import json
import sys

import pytest
from handmade import LATENT, change_manifest, write_decoder, write_encoder
from helpers import ANY_BACKEND

from kerasgen import cli
from kerasgen.files import sha256
from kerasgen.runtime.__main__ import main
from kerasgen.runtime.benchmark import benchmark, table

pytestmark = ANY_BACKEND
KEYS = {
    "file",
    "format",
    "part",
    "precision",
    "bytes",
    "batch_size",
    "provider",
    "threads",
    "load_ms",
    "first_ms",
    "batches",
    "peak_mb",
}


def test_a_row_for_each_file_and_number_of_threads(tmp_path):
    files = [write_decoder(tmp_path / "decoder.onnx", 3), write_encoder(tmp_path / "encoder.onnx")]
    change_manifest(files[1], {"precision": "float16"})
    rows = benchmark(files, threads=(1, 2), seconds=0.01)
    assert [(row["file"], row["threads"]) for row in rows] == [(file.name, count) for file in files for count in (1, 2)]
    for row in rows:
        assert set(row) == KEYS and set(row["batches"]) == {"1", "64"}
        assert row["bytes"] == (tmp_path / row["file"]).stat().st_size
        assert row["load_ms"] > 0 and row["first_ms"] > 0
        assert 10 < row["peak_mb"] < 250  # this process, with Keras and its backend, holds more
        for times in row["batches"].values():
            assert 0 < times["median_ms"] <= times["p95_ms"] and times["runs"] >= 10
    assert [row["batch_size"] for row in rows] == [3, 3, None, None]
    assert [row["precision"] for row in rows] == ["float32"] * 2 + ["float16"] * 2

    lines = table(rows).splitlines()
    assert lines[0].split()[:3] == ["file", "precision", "MB"] and len(set(map(len, lines))) == 1
    assert lines[1].startswith("decoder.onnx") and "cpu x 1" in lines[1] and "cpu x 2" in lines[2]


def test_commands_print_table_and_json(tmp_path, monkeypatch, capsys):
    file = str(write_decoder(tmp_path / "decoder.onnx", "batch"))
    assert main(["benchmark", file, "--threads", "1", "--seconds", "0.01"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("decoder.onnx  float32")
    monkeypatch.setattr(sys, "argv", ["kerasgen", "benchmark", file, "--threads", "1", "--seconds", "0.01", "--json"])
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert done.value.code == 0
    assert [row["file"] for row in json.loads(capsys.readouterr().out)] == ["decoder.onnx"]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"threads": (1, 0)}, r"positive whole numbers. Received: \[1, 0\]"),
        ({"seconds": 0.0}, "seconds must be positive"),
        ({"provider": "gpu"}, "provider must be"),
        ({"provider": "directml"}, "this onnxruntime has: .*Received: 'directml'"),
    ],
)
def test_wrong_arguments(options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        benchmark([write_decoder(tmp_path / "decoder.onnx", "batch")], **options)


def test_files_that_cannot_be_measured(tmp_path):
    with pytest.raises(ValueError, match="needs a file"):
        benchmark([])
    good, bad = write_decoder(tmp_path / "good.onnx", "batch"), write_decoder(tmp_path / "bad.onnx", "batch")
    bad.write_bytes(b"no graph")
    with pytest.raises(ValueError, match="sha256"):
        benchmark([good, bad], threads=(1,))
    change_manifest(bad, {"file": {"name": bad.name, "sha256": sha256(bad), "bytes": bad.stat().st_size}})
    with pytest.raises(ValueError, match="runtime can run. Received: .*bad.onnx"):
        benchmark([bad], threads=(1,))
    change_manifest(good, {"latent_dim": LATENT + 1})
    with pytest.raises(ValueError, match="latent_dim 5"):
        benchmark([good])
