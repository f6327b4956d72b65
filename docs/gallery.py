"""`python docs/gallery.py`: the plots of gallery.md, each from a preset of the zoo and one analysis.

Fashion-MNIST is loaded by tensorflow-datasets (from TFDS_DATA_DIR).
"""

from pathlib import Path

import numpy as np

import kerasgen
from kerasgen import analysis, data
from kerasgen.analysis import plots
from kerasgen.analysis.neighbors import sample_neighbors
from kerasgen.analysis.style_mixing import style_ranges
from kerasgen.latent.codes import sample_codes

FOLDER = Path(__file__).parent / "gallery"
CODE_SIZES = (2, 5, 16, 64)
GANS = {"gan": "GAN, 2014", "dcgan": "DCGAN", "wgan_gp": "WGAN-GP", "sngan": "SNGAN", "r3gan": "R3GAN"}


def reconstructions():
    images = data.load("fashion_mnist", "test[:12]", batch_size=12).images()
    models = [kerasgen.load(f"autoencoder_fashion_mnist_{size}d") for size in CODE_SIZES]
    names = [*(f"{size} numbers" for size in CODE_SIZES), "truth"]
    return plots.grid(analysis.reconstructions(models, images), names, title="Clothing through codes of several sizes")


def manifold():
    plane = analysis.manifold(kerasgen.load("vae_fashion_mnist_2d"), 18)
    return plots.grid(plane, title="The plane of a VAE's two numbers, by quantiles of N(0, 1)")


def scatter():
    batches = data.load("fashion_mnist", "test", labels=True)
    codes = kerasgen.load("vae_fashion_mnist_2d").encode(batches.images())
    return plots.scatter(codes, batches.labels, batches.class_names, "Test images as two numbers")


def _faces():
    return kerasgen.load("vae_portraits"), data.load("portraits", "test").images()


def traversal():
    model, faces = _faces()
    return _moved(model, faces, model.encode(faces[7:8])[0], 8, "One number of a face's code moves, the others stay")


def factors():
    model = kerasgen.load("beta_tc_vae_sprites")
    images = data.load("sprites", "test[:500]", batch_size=500).images()
    return _moved(
        model, images, np.zeros(model.latent_dim, "float32"), 6, "Numbers that mean something: a beta-TCVAE of sprites"
    )


def _moved(model, images, code, rows, title):
    """The numbers of `code` that carry most of `images`, each moved alone."""
    order, cost = analysis.order_by_kl(model, images)
    return plots.grid(
        analysis.traverse(model, code, order[:rows], steps=11),
        [f"z {index}: {nats:.1f} nats" for index, nats in zip(order, cost, strict=False)],
        title=title,
    )


def interpolation():
    model, faces = _faces()
    start, end = model.encode(faces[[3, 40]])
    rows = np.stack([model.decode(analysis.interpolate(start, end, 11, kind)) for kind in ("linear", "spherical")])
    return plots.grid(rows, ["linear", "spherical"], title="From one face to another")


def correlation():
    model, faces = _faces()
    order, _ = analysis.order_by_kl(model, faces)
    chosen = order[:20]
    correlations = analysis.code_correlation(model.encode(faces)[:, chosen])
    return plots.matrix(correlations, "Correlation of a face's 20 costliest numbers", [str(index) for index in chosen])


def balanced():
    model, _ = _faces()
    codes = model.encode(data.load("portraits", shuffle=False, drop_remainder=False).images())
    rng = np.random.default_rng(0)
    falls = codes[rng.choice(len(codes), 22)]
    rows = [model.decode(falls), model.decode(analysis.balanced_codes(codes, 22, seed=0, spread=0.0))]
    names = ["as they fall", "", "balanced", ""]
    rows = np.concatenate([row.reshape(2, 11, *row.shape[1:]) for row in rows])
    return plots.grid(rows, names, title="Faces drawn as the archive falls, and evenly over the latent space")


def generators():
    rows = np.stack([kerasgen.load(f"{name}_fashion_mnist").sample(12, seed=0) for name in GANS])
    names = [*GANS.values(), "truth"]
    truth = data.load("fashion_mnist", "test[:12]", batch_size=12).images()
    return plots.grid(np.concatenate([rows, truth[None]]), names, title="Clothing by ten years of adversarial networks")


def asked():
    model = kerasgen.load("conditional_gan_fashion_mnist")
    names = data.load("fashion_mnist", "test", labels=True).class_names
    codes = np.tile(sample_codes(12, model.latent_dim, seed=0), (len(names), 1))  # a column has every class by one code
    images = model.decode(codes, labels=np.repeat(np.arange(len(names)), 12))
    rows = images.reshape(len(names), 12, *model.image_shape)
    return plots.grid(rows, names, title="Clothing of the kind that was asked for, by twelve codes")


def eras():
    model = kerasgen.load("cyclegan_portraits_eras")
    kinds = data.load_unpaired("portraits", ("historical", "modern"), "test", label="era", image_size=64).images(slice(11))
    rows = []
    for faces, there, back in zip(kinds, ("a_to_b", "b_to_a"), ("b_to_a", "a_to_b"), strict=True):
        translated = model.translate(faces, there)
        rows += [faces, translated, model.translate(translated, back)]
    names = ["historical", "of today", "and back", "modern", "long ago", "and back"]
    return plots.grid(np.stack(rows), names, title="From one century to another and back, without pairs")


def truncated():
    model = kerasgen.load("stylegan_portraits")
    return plots.grid(model.sample(64, seed=0, truncation=0.7).reshape(8, 8, *model.image_shape))


def mixing():
    model = kerasgen.load("stylegan_portraits")
    codes = sample_codes(10, model.latent_dim, seed=1)
    kinds = style_ranges(model.style_layers)
    tables = [analysis.mixing_table(model, codes[:3], codes[3:], kind, truncation=0.7) for kind in kinds]
    rows = np.stack(tables).reshape(-1, 8, *model.image_shape)
    names = [name for kind in kinds for name in ("B", f"{kind} of B", "in A", "")]
    return plots.grid(rows, names, title="Faces A with the coarse, middle or fine styles of faces B")


def truncation():
    model, values = kerasgen.load("stylegan_portraits"), (1.0, 0.7, 0.5, 0.0, -0.5, -1.0)
    rows = analysis.truncation_sweep(model, sample_codes(5, model.latent_dim, seed=0), values)
    return plots.grid(rows, columns=list(map(str, values)), title="From a face over the average one to its opposite")


def noise():
    model = kerasgen.load("stylegan_portraits")
    varied = analysis.noise_variation(model, sample_codes(4, model.latent_dim, seed=0), 6, truncation=0.7)
    return plots.grid(analysis.noise_table(*varied), title="Equal styles, other noise; and where it matters")


def projection():
    model, photographs = kerasgen.load("stylegan_portraits"), data.load("portraits", "test").images(slice(12))
    rows = [photographs, *(model.synthesize(analysis.project(model, photographs, space=space)) for space in ("w+", "w"))]
    return plots.grid(np.stack(rows), ["photograph", "in w+", "in w"], title="Held-out photographs, found in latent space")


def neighbors():
    samples, near, _ = sample_neighbors(kerasgen.load("stylegan_portraits"), 6, 6)
    return plots.grid(
        np.concatenate([samples[:, None], near], axis=1),
        columns=["drawn", "nearest"],
        title="No copies: the nearest of training",
    )


PLOTS = (
    reconstructions,
    manifold,
    scatter,
    traversal,
    factors,
    interpolation,
    correlation,
    balanced,
    generators,
    asked,
    eras,
)
PHOTOGRAPHS = (truncated, mixing, truncation, noise, projection, neighbors)  # a tenth of the size as WebP


def main() -> None:
    for makers, suffix, options in ((PLOTS, ".png", {}), (PHOTOGRAPHS, ".webp", {"quality": 90})):
        for make in makers:
            make().savefig(FOLDER / f"{make.__name__}{suffix}", pil_kwargs=options)
            print(make.__name__, flush=True)


if __name__ == "__main__":
    main()
