"""The networks of kerasgen's Pix2Pix and CycleGAN in plain PyTorch, trained as one would write it by hand."""

from __future__ import annotations

import itertools
import random

import torch
from plain_torch import compiler_of, layout_of
from torch import nn
from torch.nn import functional as F


class UNet(nn.Module):
    """Isola et al. 2017, with BatchNorm."""

    def __init__(self, before, after, channels, depth):
        super().__init__()
        widths = [channels * min(2**stage, 8) for stage in range(depth)]
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for stage, width in enumerate(widths):
            plain = stage in (0, depth - 1)
            block = [nn.LeakyReLU(0.2)] if stage else []
            block.append(nn.Conv2d(widths[stage - 1] if stage else before, width, 4, 2, 1, bias=plain))
            self.down.append(nn.Sequential(*block, *([] if plain else [nn.BatchNorm2d(width)])))
        for stage in reversed(range(depth - 1)):
            first = stage == depth - 2
            block = [
                nn.ReLU(),
                nn.ConvTranspose2d(widths[stage + 1] * (1 if first else 2), widths[stage], 4, 2, 1, bias=False),
                nn.BatchNorm2d(widths[stage]),
            ]
            if depth - 2 - stage < 3 and widths[stage] == widths[-1]:
                block.append(nn.Dropout(0.5))
            self.up.append(nn.Sequential(*block))
        self.last = nn.Sequential(nn.ReLU(), nn.ConvTranspose2d(2 * widths[0], after, 4, 2, 1), nn.Sigmoid())

    def forward(self, x):
        x, skips = x * 2 - 1, []
        for block in self.down:
            x = block(x)
            skips.append(x)
        for block, skip in zip(self.up, skips[-2::-1], strict=True):
            x = torch.cat([block(x), skip], 1)
        return self.last(x)


def patch(before, channels, halvings, norm):
    """A PatchGAN; 70 pixels a logit with three halvings."""
    layers = [nn.Conv2d(before, channels, 4, 2, 1), nn.LeakyReLU(0.2)]
    width = channels
    for stage in range(1, halvings + 1):
        after = channels * min(2**stage, 8)
        layers += [nn.Conv2d(width, after, 4, 2 if stage < halvings else 1, 1, bias=False), norm(after), nn.LeakyReLU(0.2)]
        width = after
    return nn.Sequential(*layers, nn.Conv2d(width, 1, 4, 1, 1))


class Block(nn.Module):
    """Residual, by reflection."""

    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
            nn.InstanceNorm2d(width),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
            nn.InstanceNorm2d(width),
        )

    def forward(self, x):
        return x + self.layers(x)


def residual(image_channels, channels, blocks):
    """Zhu et al. 2017, enlarging by repetition."""

    def convolve(before, after, size, **options):
        return [nn.Conv2d(before, after, size, **options), nn.InstanceNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        nn.ReflectionPad2d(3),
        *convolve(image_channels, channels, 7),
        *convolve(channels, 2 * channels, 3, stride=2, padding=1),
        *convolve(2 * channels, 4 * channels, 3, stride=2, padding=1),
        *[Block(4 * channels) for _ in range(blocks)],
        nn.Upsample(scale_factor=2),
        *convolve(4 * channels, 2 * channels, 3, padding=1),
        nn.Upsample(scale_factor=2),
        *convolve(2 * channels, channels, 3, padding=1),
        nn.ReflectionPad2d(3),
        nn.Conv2d(channels, image_channels, 7),
        nn.Sigmoid(),
    )


def adam(*networks):
    return torch.optim.Adam(itertools.chain(*(network.parameters() for network in networks)), 2e-4, (0.5, 0.999))


class Pix2Pix:
    """`step(images)`: the target is the image turned upside down."""

    def __init__(self, shape, channels, depth, halvings, variant):
        self.layout = layout_of(variant)
        self.generator = UNet(shape[2], shape[2], channels, depth).to(memory_format=self.layout)
        self.discriminator = patch(2 * shape[2], channels, halvings, nn.BatchNorm2d).to(memory_format=self.layout)
        self.generator, self.discriminator = map(compiler_of(variant), (self.generator, self.discriminator))
        self.optimizers = adam(self.discriminator), adam(self.generator)

    def judge(self, sources, targets):
        return self.discriminator(torch.cat([sources, targets], 1) * 2 - 1)

    def step(self, images):
        images = images.to(memory_format=self.layout)
        targets = images.flip(2)
        fake = self.generator(images)
        self.optimizers[0].zero_grad()
        loss = F.softplus(-self.judge(images, targets)).mean() + F.softplus(self.judge(images, fake.detach())).mean()
        (0.5 * loss).backward()
        self.optimizers[0].step()
        self.optimizers[1].zero_grad()
        self.discriminator.requires_grad_(False)
        (F.softplus(-self.judge(images, fake)).mean() + 200 * (targets - fake).abs().mean()).backward()
        self.discriminator.requires_grad_(True)
        self.optimizers[1].step()


class Pool:
    def __init__(self, size):
        self.size, self.images = size, []

    def query(self, images):
        shown = []
        for image in images:
            if len(self.images) < self.size:
                self.images.append(image)
            elif random.random() > 0.5:
                place = random.randrange(self.size)
                image, self.images[place] = self.images[place], image
            shown.append(image)
        return torch.stack(shown)


class CycleGAN:
    """`step(images)`: the other kind is the images turned upside down."""

    def __init__(self, shape, channels, blocks, halvings, variant):
        self.layout = layout_of(variant)
        self.translators = [residual(shape[2], channels, blocks).to(memory_format=self.layout) for _ in range(2)]
        self.judges = [patch(shape[2], channels, halvings, nn.InstanceNorm2d).to(memory_format=self.layout) for _ in range(2)]
        self.translators, self.judges = ([*map(compiler_of(variant), each)] for each in (self.translators, self.judges))
        self.optimizers = adam(*self.translators), adam(*self.judges)
        self.pools = Pool(50), Pool(50)

    def step(self, images):
        a = images.to(memory_format=self.layout)
        b = a.flip(2)
        there, back = (lambda x, network=network: network(x * 2 - 1) for network in self.translators)
        fake_b, fake_a = there(a), back(b)
        for judge in self.judges:
            judge.requires_grad_(False)
        loss = 10 * ((back(fake_b) - a).abs().mean() + (there(fake_a) - b).abs().mean()) * 2
        loss = loss + 10 * ((back(a) - a).abs().mean() + (there(b) - b).abs().mean())
        for judge, fake in zip(self.judges, (fake_a, fake_b), strict=True):
            loss = loss + 0.5 * (judge(fake * 2 - 1) - 1).square().mean()
        self.optimizers[0].zero_grad()
        loss.backward()
        self.optimizers[0].step()
        self.optimizers[1].zero_grad()
        for judge, real, fake, pool in zip(self.judges, (a, b), (fake_a, fake_b), self.pools, strict=True):
            judge.requires_grad_(True)
            shown = pool.query(fake.detach())
            (0.5 * ((judge(real * 2 - 1) - 1).square().mean() + judge(shown * 2 - 1).square().mean())).backward()
        self.optimizers[1].step()
