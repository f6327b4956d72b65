"""Two real processes train as one does, and the first alone writes."""

import os
import socket
import subprocess
import sys

import numpy as np
import pytest

TRAIN = """
import sys
from pathlib import Path
import numpy as np
from kerasgen.training.cluster import Cluster
from kerasgen.training.distribution import DistributedRun

folder, port, rank = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
distribution = DistributedRun(cluster=Cluster("127.0.0.1", port, 2, rank), wait=120.0)

from kerasgen.presets import Card
from kerasgen.presets.card import DataSection, ModelSection, TrainingSection
from kerasgen.training import train

card = Card(
    name="small",
    model=ModelSection(class_="VAE", arguments={"image_shape": (8, 8, 3), "latent_dim": 3, "network": "dense", "hidden": (8,)}),
    data=DataSection(source="face_crops", train="train[:16]", held_out="test[:5]", image_size=8),
    training=TrainingSection(batch_size=8, epochs=2),
)
model = train(card, folder / "run", verbose=0, distribution=distribution)
weights = {v.path: v.numpy() for v in model.trainable_variables}
np.savez(folder / f"weights{rank}.npz", **weights)
distribution.finish()
if rank == 0:
    model = train(card, folder / "alone", verbose=0)
    np.savez(folder / "alone.npz", **{v.path: v.numpy() for v in model.trainable_variables})
"""


@pytest.mark.backend("tensorflow", "jax")
def test_two_processes_train_as_one(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    commands = [[sys.executable, "-c", TRAIN, str(tmp_path), str(port), str(rank)] for rank in (0, 1)]
    started = [subprocess.Popen(each, env=os.environ, stderr=subprocess.PIPE, text=True) for each in commands]
    errors = [each.communicate(timeout=240)[1] for each in started]
    assert [each.returncode for each in started] == [0, 0], errors
    with (
        np.load(tmp_path / "alone.npz") as alone,
        np.load(tmp_path / "weights0.npz") as first,
        np.load(tmp_path / "weights1.npz") as second,
    ):
        assert len(alone) == 10
        for path in alone:
            np.testing.assert_allclose(first[path], alone[path], rtol=1e-4, atol=1e-5, err_msg=path)
            np.testing.assert_array_equal(first[path], second[path], err_msg=path)
    written, expected = (sorted(str(each.relative_to(run)) for each in run.rglob("*")) for run in map(tmp_path.joinpath, RUNS))
    assert written == expected and "samples/epoch_0002.png" in written
    logs = [np.genfromtxt(tmp_path / run / "log.csv", delimiter=",", names=True) for run in RUNS]
    for name in logs[0].dtype.names:
        if not name.startswith("val_"):  # of 5 held-out images two processes see 4
            np.testing.assert_allclose(logs[0][name], logs[1][name], rtol=1e-4)


RUNS = ("run", "alone")
