"""Chooses a model by the data: how many images, how large, and whether they have classes."""

from __future__ import annotations

from kerasgen.data.survey import Survey

SIDES = (8, 16, 28, 32, 64)  # pixels that images are trained at by default
FEW = 500  # images under which a discriminator learns them by heart
A_CLASS = 50  # images that every class needs
CLASSES = range(2, 101)
LARGE = 128  # pixels from which generators grow


def choose_side(found: Survey) -> int:
    """Gives the largest of `SIDES` that most images have; 28 for images of that size alone."""
    fitting = [side for side in SIDES if side <= found.side and (side != 28 or found.side < 32)]
    return max(fitting, default=SIDES[0])


def choose_model(found: Survey, side: int) -> tuple[str, str]:
    """Gives the name of a model class and why it was chosen."""
    images = f"{found.num_images:,} images"
    if found.num_images < FEW:
        return "VAE", f"of {images} a GAN would learn a copy of each; from {FEW} on it is sharper"
    if len(found.classes) in CLASSES and min(found.classes.values()) >= A_CLASS and side < LARGE:
        return "ConditionalGAN", f"{len(found.classes)} classes of {min(found.classes.values()):,} images or more, to ask for"
    if side >= LARGE:
        return "StyleGAN", f"images of {side} pixels are learned from coarse to fine"
    return "R3GAN", f"its loss and penalties train on {images} of {side} pixels without tuning"
