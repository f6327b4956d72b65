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
from kerasgen.base.optimizers import number
from kerasgen.base.phased_model import PhasedModel
from kerasgen.files import user_path
from kerasgen.presets import Card, find_card, find_class, list_presets, load, read_card, save
from kerasgen.presets.transfer import adapt

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
        init: the name of the preset that its weights are from, or None.
        fresh_layers: "network/layer" of those that kept no weights of the preset, as the arguments changed their shapes.
        presets: of the class: the names of its presets.
    """

    card: Card | None = built()
    init: str | None = built()
    fresh_layers: tuple[str, ...] = built()
    presets = _Presets()
    stages_from_image = True  # whether layers are numbered from the image inwards, by `halvings` of the resolution

    def assemble(self) -> None:
        self.card = self.init = None
        self.fresh_layers = ()
        super().assemble()

    @property
    def halvings(self) -> int:
        """How often the networks halve or double the resolution, and their channels with it; 0 if they are not numbered so."""
        return 0

    @property
    def steps(self) -> int:
        """The number of batches that the model was trained on since it was compiled, or by the file that it was loaded from."""
        return int(number(self.optimizer.iterations)) if self.compiled else 0

    # ---- use ---------------------------------------------------------------------------------------------------

    def ema_network(self, network: keras.Model) -> keras.Model:
        """Gives `network` with the moving average of its weights where its optimizer keeps one (`use_ema=True`)."""
        if not self.compiled:
            return network
        phase = next(phase for phase in self.phases if network in phase.networks)
        optimizer = self.phase_optimizer(phase)
        if not optimizer.use_ema or not number(optimizer.iterations):
            return network
        twins = self.__dict__.setdefault("_averages", _Untracked()).items
        if network.name not in twins:
            twins[network.name] = AveragedNetwork(network, optimizer, self.refresh_batch_norm)
        return twins[network.name].network()

    def refresh_batch_norm(self, network: keras.Model) -> None:
        """Renews what depends on the weights of an averaged network; a hook, nothing to do by default."""

    # ---- presets and files -------------------------------------------------------------------------------------

    @classmethod
    def from_preset(cls, name_or_path: str | Path, load_weights: bool = True, **arguments: object) -> Self:
        """Loads a preset of this class; `GenerativeModel.from_preset` picks the class by the card.

        ```python
        model = DCGAN.from_preset("dcgan_portraits", image_shape=(128, 128, 3), ada_target=0.6, freeze_discriminator=1)
        ```

        Args:
            name_or_path: a name in the zoo (`cls.presets`), the path of a card, or a folder that `save_to_preset` wrote.
            load_weights: False for the untrained model of the card.
            **arguments: of the constructor, in place of the card's. Layers whose shape they change begin untrained
                (`fresh_layers`). At another size these are the outer ones: `channels`, those of the largest resolution, are
                halved at each doubling of it unless they are told.

        Raises ValueError for an unknown name, a preset of another class, a card or weights that are faulty, arguments that the
        class refuses, and arguments by which a network would keep no layer of the preset.
        """
        found = find_class(read_card(find_card(name_or_path)).model.class_)
        if not issubclass(found, cls):
            raise ValueError(f"The preset must be of the class {cls.__name__}. Received: {name_or_path}, a {found.__name__}.")
        model = load(name_or_path, load_weights)
        return adapt(model, arguments, load_weights) if arguments else model

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
        folder = user_path(folder).resolve()
        if not folder.parent.is_dir() or not folder.name or (folder.exists() and not folder.is_dir()):
            raise ValueError(f"A preset needs a folder of its own, in an existing folder. Received: {folder}.")
        made = not folder.exists()
        folder.mkdir(exist_ok=True)
        try:
            return save(self, folder / folder.name, card, overwrite)
        except BaseException:
            if made:
                folder.rmdir()
            raise

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
        calibration: np.ndarray | str | Path | None = None,
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
