"""One way of training, in a process of its own: warms up, then measures once for each line on its standard input."""

import json
import os
import sys
import time

import numpy as np

CASES = {
    "DCGAN 28x28x1": ("dcgan", (28, 28, 1), 64, 100, 128),
    "DCGAN 64x64x3": ("dcgan", (64, 64, 3), 32, 128, 64),
    "VAE 64x64x3": ("vae", (64, 64, 3), 32, 64, 64),
}


def main():
    case, system, batches = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
    kind, shape, channels, latent_dim, batch = CASES[case]
    images = np.random.default_rng(0).random((batch * batches, *shape), dtype=np.float32)
    run = (torch_runner if system["system"] == "torch" else kerasgen_runner)(kind, shape, channels, latent_dim, batch,
                                                                             system, images)
    run()  # compiles and warms up
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(len(images) / (time.perf_counter() - start), flush=True)


def torch_runner(kind, shape, channels, latent_dim, batch, system, images):
    import torch
    from plain_torch import Trainer

    torch.set_num_threads(os.cpu_count())
    trainer = Trainer(kind, shape, channels, latent_dim, system["variant"])
    data = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()

    def run():
        for chosen in torch.randperm(len(data)).split(batch):
            trainer.step(data[chosen])

    return run


def kerasgen_runner(kind, shape, channels, latent_dim, batch, system, images):
    os.environ["KERAS_BACKEND"] = system["backend"]
    from kerasgen.models import DCGAN, VAE

    dtype = system.get("dtype", "float32")
    if kind == "dcgan":
        model = DCGAN(shape, channels=channels, latent_dim=latent_dim, dtype=dtype)
    else:
        model = VAE(shape, channels=channels, latent_dim=latent_dim, likelihood="gaussian", dtype=dtype)
    model.compile(jit_compile=system.get("jit", False))
    return lambda: model.fit(images, batch_size=batch, epochs=1, verbose=0)


if __name__ == "__main__":
    main()
