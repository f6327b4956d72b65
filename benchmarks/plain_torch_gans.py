"""The networks of kerasgen's WGANGP and SNGAN in plain PyTorch, trained as one would write it by hand."""

from __future__ import annotations

import torch
from plain_torch import generator_step, layout_of, up
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


def critic(shape, channels, stages):
    """As `plain_torch.down`, without BatchNorm."""
    layers, width = [], shape[2]
    for stage in range(stages):
        layers += [nn.Conv2d(width, channels * 2**stage, 4, 2, 1), nn.LeakyReLU(0.2)]
        width = channels * 2**stage
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear((shape[0] // 2**stages) ** 2 * width, 1))


class Up(nn.Module):
    """A residual block that doubles the resolution."""

    def __init__(self, before, after):
        super().__init__()
        self.residual = nn.Sequential(
            nn.BatchNorm2d(before),
            nn.LeakyReLU(0.2),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(before, after, 3, 1, 1),
            nn.BatchNorm2d(after),
            nn.LeakyReLU(0.2),
            nn.Conv2d(after, after, 3, 1, 1),
        )
        self.skip = nn.Sequential(nn.Conv2d(before, after, 1), nn.Upsample(scale_factor=2))

    def forward(self, x):
        return self.skip(x) + self.residual(x)


class Down(nn.Module):
    """A residual block that halves the resolution, spectrally normalized."""

    def __init__(self, before, after):
        super().__init__()
        self.residual = nn.Sequential(
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(before, after // 2, 3, 1, 1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(after // 2, after, 3, 1, 1)),
            nn.AvgPool2d(2),
        )
        self.skip = nn.Sequential(nn.AvgPool2d(2), spectral_norm(nn.Conv2d(before, after, 1)))

    def forward(self, x):
        return self.skip(x) + self.residual(x)


class Sum(nn.Module):
    def forward(self, x):
        return x.sum((2, 3))


def residual_up(shape, channels, latent_dim, stages):
    side, width = shape[0] // 2**stages, channels * 2**stages
    layers = [nn.Linear(latent_dim, side * side * width), nn.Unflatten(1, (width, side, side))]
    for stage in reversed(range(stages)):
        layers.append(Up(width, channels * 2**stage))
        width = channels * 2**stage
    return nn.Sequential(*layers, nn.BatchNorm2d(width), nn.LeakyReLU(0.2), nn.Conv2d(width, shape[2], 3, 1, 1), nn.Sigmoid())


def residual_down(shape, channels, stages):
    blocks = [Down(channels * 2**stage, channels * 2 ** (stage + 1)) for stage in range(stages)]
    return nn.Sequential(
        spectral_norm(nn.Conv2d(shape[2], channels, 3, 1, 1)),
        *blocks,
        nn.LeakyReLU(0.2),
        Sum(),
        spectral_norm(nn.Linear(channels * 2**stages, 1)),
    )


class Trainer:
    """`step(images)` for images (batch, channels, height, width); `kind` is "wgan_gp" or "sngan"."""

    def __init__(self, kind: str, shape, channels: int, latent_dim: int, variant: str, steps: int):
        stages = {28: 2, 64: 4}[shape[0]]
        self.kind, self.latent_dim, self.steps = kind, latent_dim, steps
        if kind == "wgan_gp":
            self.down, self.up = critic(shape, channels, stages), up(shape, channels, latent_dim, stages)
        else:
            self.down, self.up = residual_down(shape, channels, stages), residual_up(shape, channels, latent_dim, stages)
        self.layout = layout_of(variant)
        self.down.to(memory_format=self.layout)
        self.up.to(memory_format=self.layout)
        self.optimizers = [torch.optim.Adam(net.parameters(), 2e-4, (0.0, 0.9)) for net in (self.down, self.up)]
        self.average = [p.detach().clone() for p in self.up.parameters()]

    def step(self, images):
        images = images.to(memory_format=self.layout)
        discriminator, generator = self.optimizers
        parts = images.chunk(self.steps)
        for real in parts:
            with torch.no_grad():
                fake = self.up(torch.randn(len(real), self.latent_dim))
            discriminator.zero_grad()
            self.discriminator_loss(real, fake).backward()
            discriminator.step()
        generator_step(self.up, self.down, generator, self.average, lambda: self.generator_loss(len(parts[0])))

    def generator_loss(self, n):
        return -self.down(self.up(torch.randn(n, self.latent_dim)) * 2 - 1).mean()

    def discriminator_loss(self, real, fake):
        on_real, on_fake = self.down(real * 2 - 1), self.down(fake * 2 - 1)
        if self.kind == "sngan":
            return F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
        mix = torch.rand(len(real), 1, 1, 1)
        between = (mix * real + (1 - mix) * fake).requires_grad_(True)
        (slope,) = torch.autograd.grad(self.down(between * 2 - 1).sum(), between, create_graph=True)
        return on_fake.mean() - on_real.mean() + 10 * (slope.square().sum((1, 2, 3)).sqrt() - 1).square().mean()
