"""The networks of kerasgen's StyleGAN at a fixed resolution in plain PyTorch, trained as one would write it by hand."""

from __future__ import annotations

import math

import torch
from plain_torch import compiler_of, generator_step, layout_of
from torch import nn
from torch.nn import functional as F

STYLE = 128
MIXING = 0.9


class Equalized(nn.Module):
    """A convolution, or a dense layer for size 0, whose weights are born N(0, 1) and scaled whenever they are used."""

    def __init__(self, before, after, size=0, gain=2**0.5, rate=1.0):
        super().__init__()
        shape = (after, before, size, size) if size else (after, before)
        self.weight, self.bias = nn.Parameter(torch.randn(shape) / rate), nn.Parameter(torch.zeros(after))
        self.scale, self.size = rate * gain / math.sqrt(math.prod(shape[1:])), size

    def forward(self, x):
        weight = self.weight * self.scale
        return F.conv2d(x, weight, self.bias, padding=self.size // 2) if self.size else F.linear(x, weight, self.bias)


class Blur(nn.Module):
    def __init__(self, channels):
        super().__init__()
        kernel = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("kernel", (kernel[:, None] * kernel / 16).expand(channels, 1, 3, 3).clone())

    def forward(self, x):
        return F.conv2d(x, self.kernel, padding=1, groups=len(self.kernel))


class Styled(nn.Module):
    """Noise, rectifier, instance norm and style."""

    def __init__(self, channels):
        super().__init__()
        self.strength, self.affine = nn.Parameter(torch.zeros(channels, 1, 1)), Equalized(STYLE, 2 * channels, gain=1.0)

    def forward(self, x, w):
        x = F.leaky_relu(x + self.strength * torch.randn_like(x[:, :1]), 0.2)
        scale, offset = self.affine(w)[:, :, None, None].chunk(2, dim=1)
        return F.instance_norm(x, eps=1e-8) * (1 + scale) + offset


class Generator(nn.Module):
    def __init__(self, widths, latent_dim, image_channels):
        super().__init__()
        sizes = [latent_dim, *[STYLE] * 8]
        self.mapping = nn.ModuleList(Equalized(a, b, rate=0.01) for a, b in zip(sizes, sizes[1:], strict=False))
        self.constant = nn.Parameter(torch.ones(1, widths[0], 4, 4))
        self.first = nn.ModuleList(
            [
                nn.Identity(),
                *(
                    nn.Sequential(nn.Upsample(scale_factor=2), Equalized(a, b, 3), Blur(b))
                    for a, b in zip(widths, widths[1:], strict=False)
                ),
            ]
        )
        self.second = nn.ModuleList(Equalized(width, width, 3) for width in widths)
        self.styled = nn.ModuleList(Styled(width) for width in widths for _ in "ab")
        self.to_image = Equalized(widths[-1], image_channels, 1, gain=1.0)

    def w(self, z):
        z = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for layer in self.mapping:
            z = F.leaky_relu(layer(z), 0.2)
        return z

    def forward(self, n, latent_dim):
        layers, device = len(self.styled), self.constant.device
        first, second = (self.w(torch.randn(n, latent_dim, device=device)) for _ in "ab")
        border = torch.where(torch.rand(n, device=device) < MIXING, torch.randint(1, layers, (n,), device=device), layers)
        x = self.constant.expand(n, -1, -1, -1)
        for index, styled in enumerate(self.styled):
            x = (self.second if index % 2 else self.first)[index // 2](x)
            x = styled(x, torch.where((index < border)[:, None], first, second))
        return 0.5 + 0.5 * self.to_image(x)


class Discriminator(nn.Module):
    def __init__(self, widths, image_channels):
        super().__init__()
        layers = [Equalized(image_channels, widths[-1], 1), nn.LeakyReLU(0.2)]
        for before, after in zip(widths[:0:-1], widths[-2::-1], strict=True):
            layers += [
                Equalized(before, before, 3),
                nn.LeakyReLU(0.2),
                Blur(before),
                Equalized(before, after, 3),
                nn.LeakyReLU(0.2),
                nn.AvgPool2d(2),
            ]
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            Equalized(widths[0] + 1, widths[0], 3),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            Equalized(16 * widths[0], widths[0]),
            nn.LeakyReLU(0.2),
            Equalized(widths[0], 1, gain=1.0),
        )

    def forward(self, images):
        x = self.features(2 * images - 1)
        group = 4 if len(x) % 4 == 0 else len(x)
        deviation = (x.view(group, -1, *x.shape[1:]).var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
        return self.head(torch.cat([x, deviation.repeat(group)[:, None, None, None].expand(-1, 1, *x.shape[2:])], 1))


class Trainer:
    """`step(images)` for images (batch, channels, height, width); `variant` as in `plain_torch.Trainer`."""

    def __init__(self, shape, channels: int, latent_dim: int, variant: str, device: str):
        widths = [min(channels * 2**octave, 128) for octave in reversed(range((shape[0] // 4).bit_length()))]
        self.latent_dim, self.layout = latent_dim, layout_of(variant)
        self.up = Generator(widths, latent_dim, shape[2]).to(device, memory_format=self.layout)
        self.down = Discriminator(widths, shape[2]).to(device, memory_format=self.layout)
        self.optimizers = [torch.optim.Adam(net.parameters(), 1e-3, (0.0, 0.99), eps=1e-8) for net in (self.down, self.up)]
        self.average = [p.detach().clone() for p in self.up.parameters()]
        self.generate, self.discriminate = map(compiler_of(variant), (self.up, self.down))

    def step(self, images):
        discriminator, generator = self.optimizers
        with torch.no_grad():
            fake = self.generate(len(images), self.latent_dim)
        real = images.to(memory_format=self.layout)
        loss = F.softplus(-self.discriminate(real)).mean() + F.softplus(self.discriminate(fake)).mean()
        watched = real.detach().requires_grad_(True)
        # Not compiled: torch.compile knows no gradient of a gradient.
        (slope,) = torch.autograd.grad(self.down(watched).sum(), watched, create_graph=True)
        discriminator.zero_grad()
        (loss + 1.25 * slope.square().sum((1, 2, 3)).mean()).backward()
        discriminator.step()
        generator_step(
            self.up,
            self.down,
            generator,
            self.average,
            lambda: F.softplus(-self.discriminate(self.generate(len(images), self.latent_dim))).mean(),
        )
