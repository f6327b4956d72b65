"""The networks of kerasgen's DCGAN and VAE in plain PyTorch, trained as one would write it by hand."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


def down(shape, channels, outputs, normalize_first, stages):
    layers, width = [], shape[2]
    for stage in range(stages):
        normalize = stage > 0 or normalize_first
        layers.append(nn.Conv2d(width, channels * 2**stage, 4, 2, 1, bias=not normalize))
        width = channels * 2**stage
        layers += [nn.BatchNorm2d(width)] if normalize else []
        layers.append(nn.LeakyReLU(0.2))
    side = shape[0] // 2**stages
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * width, outputs))


def up(shape, channels, latent_dim, stages):
    side, width = shape[0] // 2**stages, channels * 2 ** (stages - 1)
    layers = [
        nn.Linear(latent_dim, side * side * width, bias=False),
        nn.Unflatten(1, (width, side, side)),
        nn.BatchNorm2d(width),
        nn.LeakyReLU(0.2),
    ]
    for stage in reversed(range(stages - 1)):
        layers += [
            nn.ConvTranspose2d(width, channels * 2**stage, 4, 2, 1, bias=False),
            nn.BatchNorm2d(channels * 2**stage),
            nn.LeakyReLU(0.2),
        ]
        width = channels * 2**stage
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, shape[2], 4, 2, 1), nn.Sigmoid())


def layout_of(variant: str) -> torch.memory_format:
    return torch.contiguous_format if variant == "eager" else torch.channels_last


def compiler_of(variant: str):
    """`torch.compile`, or what leaves a network as it is."""
    return torch.compile if variant.startswith("compile") else lambda network: network


def generator_step(generator, discriminator, optimizer, average, loss) -> None:
    """A step of the generator on `loss()`, then one of the moving average of its weights."""
    discriminator.requires_grad_(False)  # by hand one spares the discriminator's gradients
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()
    discriminator.requires_grad_(True)
    torch._foreach_lerp_(average, [p.detach() for p in generator.parameters()], 0.002)


class Trainer:
    """`step(images)` for images (batch, channels, height, width); `variant` is "eager", "channels_last" or "compile".

    bfloat16 is around it: `torch.autocast`.
    """

    def __init__(self, kind: str, shape, channels: int, latent_dim: int, variant: str):
        stages = {28: 2, 64: 4}[shape[0]]
        self.kind, self.latent_dim = kind, latent_dim
        outputs, first = (1, False) if kind == "dcgan" else (2 * latent_dim, True)
        self.down, self.up = down(shape, channels, outputs, first, stages), up(shape, channels, latent_dim, stages)
        self.layout = layout_of(variant)
        self.down.to(memory_format=self.layout)
        self.up.to(memory_format=self.layout)
        self.down, self.up = map(compiler_of(variant), (self.down, self.up))
        if kind == "dcgan":
            self.optimizers = [torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999)) for net in (self.down, self.up)]
            self.average = [p.detach().clone() for p in self.up.parameters()]
        else:
            self.optimizers = [torch.optim.Adam([*self.down.parameters(), *self.up.parameters()], 1e-3)]

    def step(self, images):
        images = images.to(memory_format=self.layout)
        (self.step_gan if self.kind == "dcgan" else self.step_vae)(images)

    def step_gan(self, images):
        discriminator, generator = self.optimizers
        with torch.no_grad():
            fake = self.up(torch.randn(len(images), self.latent_dim))
        loss = F.softplus(-self.down(images * 2 - 1)).mean() + F.softplus(self.down(fake * 2 - 1)).mean()
        discriminator.zero_grad()
        loss.backward()
        discriminator.step()
        generator_step(self.up, self.down, generator, self.average, lambda: self.generator_loss(len(images)))

    def generator_loss(self, n):
        return F.softplus(-self.down(self.up(torch.randn(n, self.latent_dim)) * 2 - 1)).mean()

    def step_vae(self, images):
        mean, log_variance = self.down(images * 2 - 1).float().chunk(2, dim=1)
        output = self.up(mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
        squares = ((images - output.float()) / 0.1).square()
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
        loss = 0.5 * squares.sum((1, 2, 3)).mean() + kl
        self.optimizers[0].zero_grad()
        loss.backward()
        self.optimizers[0].step()
