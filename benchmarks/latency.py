"""Milliseconds for 1 and 64 images by every way of generating them; prints JSON."""

import copy
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

        def onnx(precision):
            file = runtime.load(export(model, Path(folder) / f"{precision}.onnx", precision=precision))
            return lambda z: file.decode(z)

        def lite(precision):
            files = {
                n: runtime.load(
                    export(model, Path(folder) / f"{precision}_{n}.tflite", precision=precision, batch_size=n), os.cpu_count()
                )
                for n in (1, 64)
            }
            return lambda z: files[len(z)].decode(z)

        def plain(network, half=False):
            def generate(z):
                with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
                    return network(torch.from_numpy(z)).permute(0, 2, 3, 1).float().numpy()

            return generate

        last = copy.deepcopy(twin).to(memory_format=torch.channels_last)
        ways = {
            "Keras `model.predict`": lambda z: network.predict(z, verbose=0),
            "Keras `predict_on_batch`": lambda z: network.predict_on_batch(z),
            "kerasgen `sample`": lambda z: model.sample(len(z), seed=0),
            "PyTorch eager": plain(twin),
            "PyTorch channels_last": plain(last),
            "PyTorch compiled": plain(torch.compile(twin)),
            "PyTorch compiled, channels_last": plain(torch.compile(last)),
            "PyTorch bfloat16": plain(last, half=True),
            "ONNX file": onnx("float32"),
            "ONNX file, int8": onnx("int8"),
            "LiteRT file": lite("float32"),
            "LiteRT file, int8": lite("int8"),
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
