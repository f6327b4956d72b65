"""One way of training, in a process of its own: warms up, then measures once for each line on its standard input."""

import json
import os
import sys
import time

import numpy as np

CASES = {  # kind, image shape, channels or width, latent_dim, batch, batches a turn
    "DCGAN 28x28x1": ("dcgan", (28, 28, 1), 64, 100, 128, 6),
    "DCGAN 64x64x3": ("dcgan", (64, 64, 3), 32, 128, 64, 6),
    "WGAN-GP 28x28x1": ("wgan_gp", (28, 28, 1), 32, 64, 320, 6),  # five steps of 64
    "SNGAN 28x28x1": ("sngan", (28, 28, 1), 16, 64, 64, 12),
    "VAE 64x64x3": ("vae", (64, 64, 3), 32, 64, 64, 6),
    "dense VAE 28x28x1": ("dense_vae", (28, 28, 1), 512, 16, 128, 48),  # one hidden layer: pythae's default
}
STYLES = {"StyleGAN 64x64x3": ("style_gan", (64, 64, 3), 16, 128, 32, 4)}
GPU = {"StyleGAN 64x64x3 on a GPU": ("style_gan", (64, 64, 3), 16, 128, 32, 64)}
TRANSLATORS = {  # image shape, channels, depth or blocks, halvings of the discriminator, batch, batches a turn
    "pix2pix 64x64x3": ("pix2pix", (64, 64, 3), 32, 5, 2, 16, 4),
    "pix2pix 64x64x3, one by one": ("pix2pix", (64, 64, 3), 32, 5, 2, 1, 24),
    "pix2pix 256x256x3, one by one": ("pix2pix", (256, 256, 3), 64, 8, 3, 1, 2),
    "CycleGAN 64x64x3": ("cyclegan", (64, 64, 3), 16, 6, 2, 4, 3),
    "CycleGAN 64x64x3, one by one": ("cyclegan", (64, 64, 3), 16, 6, 2, 1, 6),
    "CycleGAN 256x256x3, one by one": ("cyclegan", (256, 256, 3), 64, 9, 3, 1, 2),
}
STEPS = {"wgan_gp": 5, "sngan": 1}  # of the discriminator for one of the generator


def main():
    case, system = sys.argv[1], json.loads(sys.argv[2])
    if case in TRANSLATORS:
        run, images = translator(system, *TRANSLATORS[case])
        return answer(run, images)
    kind, shape, channels, latent_dim, batch, batches = {**CASES, **STYLES, **GPU}[case]
    images = np.random.default_rng(0).random((batch * batches, *shape), dtype=np.float32)
    runner = {"torch": torch_runner, "kerasgen": kerasgen_runner, "pythae": pythae_runner}[system["system"]]
    run = runner(kind, shape, channels, latent_dim, batch, system)
    run(images[:batch])  # compiles and warms up
    answer(run, images)


def answer(run, images):
    print("ready", flush=True)
    for _ in sys.stdin:
        print(len(images) / run(images), flush=True)


def translator(system, kind, shape, channels, size, halvings, batch, batches):
    """A run and its images, for a translator that learns to turn images upside down."""
    images = np.random.default_rng(0).random((batch * batches, *shape), dtype=np.float32)
    if system["system"] == "torch":
        import plain_torch_translation
        import torch

        torch.set_num_threads(os.cpu_count())
        cls = {"pix2pix": plain_torch_translation.Pix2Pix, "cyclegan": plain_torch_translation.CycleGAN}[kind]
        run = by_torch(cls(shape, channels, size, halvings, system["variant"]), batch, system)
    else:
        use_backend(system)
        from kerasgen.models import CycleGAN, Pix2Pix

        options = {"channels": channels, "receptive_field": {2: 34, 3: 70}[halvings]}
        model = Pix2Pix(shape, depth=size, **options) if kind == "pix2pix" else CycleGAN(shape, blocks=size, **options)
        model.compile(jit_compile=system.get("jit", "auto"))
        clock = _clock()

        def run(images):
            model.fit(images, images[:, ::-1].copy(), batch_size=batch, verbose=0, callbacks=[clock])
            return clock.seconds

    run(images[:batch])
    return run, images


def torch_runner(kind, shape, channels, latent_dim, batch, system):
    import plain_torch
    import plain_torch_gans
    import plain_torch_style
    import torch

    torch.set_num_threads(os.cpu_count())
    torch.set_float32_matmul_precision("high")  # TF32 on a GPU, where JAX computes in it too
    if kind in STEPS:
        trainer = plain_torch_gans.Trainer(kind, shape, channels, latent_dim, system["variant"], STEPS[kind])
    elif kind == "style_gan":
        trainer = plain_torch_style.Trainer(shape, channels, latent_dim, system["variant"], system.get("device", "cpu"))
    else:
        trainer = plain_torch.Trainer(kind, shape, channels, latent_dim, system["variant"])

    return by_torch(trainer, batch, system)


def by_torch(trainer, batch, system):
    import torch

    device, bfloat16 = system.get("device", "cpu"), system.get("bfloat16", False)

    def run(images):
        data = torch.from_numpy(images).permute(0, 3, 1, 2)
        start = time.perf_counter()
        for chosen in torch.randperm(len(data)).split(batch):
            with torch.autocast(device, torch.bfloat16, enabled=bfloat16):
                trainer.step(data[chosen].to(device))
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - start

    return run


def use_backend(system):
    os.environ["KERAS_BACKEND"] = system["backend"]
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16" if system.get("bfloat16") else "float32")


def kerasgen_runner(kind, shape, channels, latent_dim, batch, system):
    use_backend(system)
    from kerasgen.models import DCGAN, SNGAN, VAE, WGANGP, StyleGAN

    if kind == "dcgan":
        model = DCGAN(shape, channels=channels, latent_dim=latent_dim)
    elif kind in STEPS:
        model = {"wgan_gp": WGANGP, "sngan": SNGAN}[kind](
            shape, channels=channels, latent_dim=latent_dim, discriminator_steps=STEPS[kind]
        )
    elif kind == "style_gan":
        model = StyleGAN(shape, channels=channels, max_channels=128, latent_dim=latent_dim, style_dim=128, start_size=shape[0])
    elif kind == "dense_vae":
        model = VAE(shape, network="dense", hidden=[channels], latent_dim=latent_dim, likelihood="bernoulli")
    else:
        model = VAE(shape, channels=channels, latent_dim=latent_dim, likelihood="gaussian")
    model.compile(jit_compile=system.get("jit", "auto"))
    clock = _clock()

    def run(images):
        model.fit(images, batch_size=batch, epochs=1, verbose=0, callbacks=[clock])
        return clock.seconds

    return run


def pythae_runner(kind, shape, channels, latent_dim, batch, system):
    """pythae's VAE and trainer: its own dense network, or the convolutions of plain_torch."""
    import tempfile

    import torch
    from plain_torch import down, up
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    class Encoder(BaseEncoder):
        def __init__(self):
            super().__init__()
            self.layers = down(shape, channels, 2 * latent_dim, True, 4)

        def forward(self, x):
            mean, log_variance = self.layers(x * 2 - 1).chunk(2, dim=1)
            return ModelOutput(embedding=mean, log_covariance=log_variance)

    class Decoder(BaseDecoder):
        def __init__(self):
            super().__init__()
            self.layers = up(shape, channels, latent_dim, 4)

        def forward(self, z):
            return ModelOutput(reconstruction=self.layers(z))

    torch.set_num_threads(os.cpu_count())
    height, width, image_channels = shape
    dense = kind == "dense_vae"
    config = VAEConfig(
        input_dim=(image_channels, height, width), latent_dim=latent_dim, reconstruction_loss="bce" if dense else "mse"
    )
    model = VAE(config) if dense else VAE(config, encoder=Encoder(), decoder=Decoder())

    def run(images):
        data = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
        with tempfile.TemporaryDirectory() as folder:
            trainer = BaseTrainer(
                model,
                BaseDataset(data, torch.ones(len(data))),
                training_config=BaseTrainerConfig(
                    output_dir=folder, num_epochs=1, learning_rate=1e-3, per_device_train_batch_size=batch
                ),
            )
            trainer.prepare_training()
            start = time.perf_counter()
            trainer.train_step(1)
            return time.perf_counter() - start

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
