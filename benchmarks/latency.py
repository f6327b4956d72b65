"""Milliseconds for 1 and 64 images by every way of drawing them; prints JSON."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

os.environ["KERAS_BACKEND"] = "tensorflow"


def main(preset: str):
    import torch
    from kerasgen.export import export
    from plain_torch import up

    import kerasgen
    from kerasgen import runtime

    model = kerasgen.load(preset)
    network = model.decoder_network
    twin = up(model.image_shape, model.channels, model.latent_dim, 4).eval()
    with tempfile.TemporaryDirectory() as folder:
        onnx = runtime.load(export(model, Path(folder) / "m.onnx"))
        lite = {n: runtime.load(export(model, Path(folder) / f"m{n}.tflite", batch_size=n)) for n in (1, 64)}

        def eager(z):
            with torch.inference_mode():
                return twin(torch.from_numpy(z)).permute(0, 2, 3, 1).numpy()

        ways = {
            "Keras `model.predict`": lambda z: network.predict(z, verbose=0),
            "Keras `predict_on_batch`": lambda z: network.predict_on_batch(z),
            "kerasgen `sample`": lambda z: model.sample(len(z), seed=0),
            "PyTorch eager": eager,
            "ONNX file": lambda z: onnx.sample(len(z), seed=0),
            "LiteRT file": lambda z: lite[len(z)].sample(len(z), seed=0),
        }
        results = {name: {} for name in ways}
        for n, repeats in ((1, 60), (64, 6)):
            z = np.random.default_rng(0).standard_normal((n, model.latent_dim), dtype=np.float32)
            times = {name: [] for name in ways}
            for round_ in range(repeats + 3):
                for name, way in ways.items():  # in turn, so that a disturbance meets all
                    start = time.perf_counter()
                    way(z)
                    if round_ >= 3:
                        times[name].append(time.perf_counter() - start)
            for name in ways:
                results[name][n] = float(np.median(times[name]) * 1e3)
    print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1])
