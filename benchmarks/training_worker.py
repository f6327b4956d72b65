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
    runner = torch_runner if system["system"] == "torch" else kerasgen_runner
    run = runner(kind, shape, channels, latent_dim, batch, system)
    run(images[:batch])  # compiles and warms up
    print("ready", flush=True)
    for _ in sys.stdin:
        print(len(images) / run(images), flush=True)


def torch_runner(kind, shape, channels, latent_dim, batch, system):
    import torch
    from plain_torch import Trainer

    torch.set_num_threads(os.cpu_count())
    trainer = Trainer(kind, shape, channels, latent_dim, system["variant"])

    def run(images):
        data = torch.from_numpy(images).permute(0, 3, 1, 2)
        start = time.perf_counter()
        for chosen in torch.randperm(len(data)).split(batch):
            trainer.step(data[chosen])
        return time.perf_counter() - start

    return run


def kerasgen_runner(kind, shape, channels, latent_dim, batch, system):
    os.environ["KERAS_BACKEND"] = system["backend"]
    from kerasgen.models import DCGAN, VAE

    if kind == "dcgan":
        model = DCGAN(shape, channels=channels, latent_dim=latent_dim)
    else:
        model = VAE(shape, channels=channels, latent_dim=latent_dim, likelihood="gaussian")
    model.compile(jit_compile=system.get("jit", "auto"))
    clock = _clock()

    def run(images):
        model.fit(images, batch_size=batch, epochs=1, verbose=0, callbacks=[clock])
        return clock.seconds

    return run


def _clock():
    """An epoch's seconds: TensorFlow's `fit` takes a while to end, as its data pipeline waits for a timer of its own."""
    import keras

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds = time.perf_counter() - self.start

    return Clock()


if __name__ == "__main__":
    main()
