"""`build_site`: a folder that any file server can serve."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import keras

from kerasgen import presets as zoo
from kerasgen.files import user_path
from kerasgen.presets import Card
from kerasgen.records import to_dict

from ..errors import ExportError
from . import images, note, vendored
from .files import check_site, publish
from .models import describe
from .roles import find_roles

PAGE = Path(__file__).parent / "page"
SHOWN = ("name", "description", "paper", "license", "limitations", "metrics")  # of a card
CANDIDATES = (
    "r3gan_portraits",
    "dcgan_portraits",
    "stylegan_portraits",
    "progressive_gan_portraits",
    "vae_portraits",
    "pix2pix_edges_to_portraits",
)


def default_presets() -> list[str]:
    """The zoo's portrait presets that the page has a part for, as far as they are trained."""
    trained = zoo.list_presets(trained=True)
    return [name for name in CANDIDATES if name in trained]


def build_site(presets: Sequence[str | Path] | None = None, folder: str | Path = "site", *, overwrite: bool = False) -> Path:
    """Writes a page with the parts that the presets allow: the quiz, the explorer, the drawing board.

    Args:
        presets: names or paths of trained presets of the portraits; None for all of `default_presets()`.
        folder: where; its folder must exist.
        overwrite: replace a page that was built before; another folder never is.

    Returns:
        `folder`. Raises ValueError for wrong presets and a folder that is taken, ExportError on another backend than
        TensorFlow and for a preset whose file fails its check; nothing is written then.
    """
    folder = user_path(folder)
    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            f"A page is exported on the TensorFlow backend (KERAS_BACKEND=tensorflow). Received: {keras.backend.backend()}."
        )
    check_site(folder, overwrite)
    roles = find_roles(default_presets() if presets is None else presets)
    with tempfile.TemporaryDirectory(dir=folder.absolute().parent, prefix=".kerasgen-") as beside:
        made = Path(beside) / "site"
        shutil.copytree(PAGE, made)
        vendored.unpack(made / "runtime")
        (made / "models").mkdir()
        (made / "data").mkdir()
        runtime = vendored.record()
        content: dict[str, object] = {
            "runtime": {"package": runtime.package, "version": runtime.version},
            "models": [describe(role, made / "models") for role in roles],
            "data": note.data_note(),
            "cards": [_card(role.card) for role in roles],
        }
        kinds = {role.kind for role in roles}
        if kinds - {"translator"}:
            content["portraits"] = images.write_portraits(made / "data" / "portraits.webp")
        if "translator" in kinds:
            content["drawings"] = images.write_drawings(made / "data" / "drawings.png")
        (made / "site.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        publish(made, folder)
    return folder


def how_to_open(folder: Path) -> str:
    """What to run to see a page."""
    return f"page: {folder}; `{Path(sys.executable).name} -m http.server -d {folder}` serves it at http://localhost:8000"


def _card(card: Card) -> dict[str, object]:
    return {"class": card.model.class_, **{key: value for key, value in to_dict(card).items() if key in SHOWN}}
