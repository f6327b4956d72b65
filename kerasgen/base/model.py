"""The base of all models: what is trained, used, loaded and exported."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import keras
import numpy as np

from kerasgen.base.averaging import AveragedNetwork
from kerasgen.base.hyperparameters import built
from kerasgen.base.phased_model import PhasedModel
from kerasgen.presets import Card, find_card, find_class, list_presets, load, read_card, save

if TYPE_CHECKING:
    from typing_extensions import Self


class _Presets:
    """The names of a class's presets in the zoo, its subclasses' too: `StyleGAN.presets`."""

    def __get__(self, model: GenerativeModel | None, cls: type[GenerativeModel]) -> list[str]:
        if model is not None:  # Keras reads every attribute of a model that it saves
            raise AttributeError("presets is an attribute of the class")
        classes = {name: read_card(find_card(name)).model.class_ for name in list_presets()}
        return [name for name, each in classes.items() if issubclass(find_class(each), cls)]


class GenerativeModel(PhasedModel):
    """Abstract base of all models. Images are float32 NHWC in [0, 1] everywhere.

    Attributes:
        card: of the preset that the model was loaded from, or None.
        presets: of the class: the names of its presets.
    """

    card: Card | None = built()
    presets = _Presets()

    def assemble(self) -> None:
        self.card = None
        super().assemble()

    # ---- use ---------------------------------------------------------------------------------------------------

    def ema_network(self, network: keras.Model) -> keras.Model:
        """Gives `network` with the moving average of its weights where its optimizer keeps one (`use_ema=True`)."""
        if not self.compiled:
            return network
        phase = next(phase for phase in self.phases if network in phase.networks)
        optimizer = self.phase_optimizer(phase)
        if not optimizer.use_ema or not int(optimizer.iterations):
            return network
        twins = self.__dict__.setdefault("_averages", _Untracked()).items
        if network.name not in twins:
            twins[network.name] = AveragedNetwork(network, optimizer, self.refresh_batch_norm)
        return twins[network.name].network()

    def refresh_batch_norm(self, network: keras.Model) -> None:
        """Renews what depends on the weights of an averaged network; a hook, nothing to do by default."""

    # ---- presets and files -------------------------------------------------------------------------------------

    @classmethod
    def from_preset(cls, name_or_path: str | Path, load_weights: bool = True) -> Self:
        """Loads a preset of this class; `GenerativeModel.from_preset` picks the class by the card.

        Args:
            name_or_path: a name in the zoo (`cls.presets`), the path of a card, or a folder that `save_to_preset` wrote.
            load_weights: False for the untrained model of the card.

        Raises ValueError for an unknown name, a preset of another class, and a card or weights that are faulty.
        """
        found = find_class(read_card(find_card(name_or_path)).model.class_)
        if not issubclass(found, cls):
            raise ValueError(f"The preset must be of the class {cls.__name__}. Received: {name_or_path}, a {found.__name__}.")
        return load(name_or_path, load_weights)

    def save_to_preset(
        self, folder: str | Path, card: Card | Mapping[str, object] | None = None, overwrite: bool = False
    ) -> Path:
        """Writes the preset `<folder>/<name>.json`, a card, with its weights beside it; the folder's name is the preset's.

        Args:
            folder: made if it does not exist; the one it lies in must.
            card: further sections ("description", "data", "license", ...); None for those of `self.card`.
            overwrite: replace existing files.

        Returns:
            The card's path; `kerasgen.load(folder)` loads it. Raises ValueError as `kerasgen.presets.save`.
        """
        folder = Path(folder)
        if not folder.parent.is_dir():
            raise ValueError(f"The folder of a preset needs an existing folder to lie in. Received: {folder}.")
        folder.mkdir(exist_ok=True)
        return save(self, folder / folder.resolve().name, card, overwrite)

    def export(
        self,
        path: str | Path,
        format: Literal["onnx", "litert"] | None = None,
        *,
        part: str | None = None,
        precision: str = "float32",
        image_dtype: Literal["float32", "uint8"] = "float32",
        batch_size: int | None = None,
        image_size: tuple[int, int] | None = None,
        tolerance: float = 1e-5,
        calibration: np.ndarray | None = None,
        force: bool = False,
        overwrite: bool = False,
    ) -> Path:
        """Writes a part of the model as a verified ONNX or LiteRT file, on the TensorFlow backend.

        The arguments, the result and the errors are those of `kerasgen.export.export`.
        """
        export = importlib.import_module("kerasgen.export").export  # by name: export stands above the models
        return export(
            self,
            path,
            format=format,
            part=part,
            precision=precision,
            image_dtype=image_dtype,
            batch_size=batch_size,
            image_size=image_size,
            tolerance=tolerance,
            calibration=calibration,
            force=force,
            overwrite=overwrite,
        )


class _Untracked:
    """Hides a dict from Keras, which would otherwise count its networks among the model's layers."""

    def __init__(self) -> None:
        self.items: dict[str, AveragedNetwork] = {}
