"""Hyperparameters: the typed fields of a model class, from which its constructor is made."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import msgspec
import numpy as np

from kerasgen.base.settings import model_dtype
from kerasgen.records import Positive, convert

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**options: object) -> Callable[[type], type]:
        """Stands for the one of Python 3.11, which only type checkers read."""
        return lambda cls: cls


Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
PositiveFloat = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Classes = Annotated[int, msgspec.Meta(ge=2)]
ImageShape = tuple[Positive, Positive, Positive]

# What every Keras model takes beside them: passed on as it is.
_OF_KERAS = {"name": None, "dtype": None, "trainable": True}


class _Built:
    """Marks an attribute that `build_networks` assigns."""


def built(*, init: Literal[False] = False) -> Any:  # noqa: ANN401 (stands in for a value of any type)
    """Declares an attribute that the model makes itself, no argument: `generator: keras.Model` equals this."""
    return _Built()


@dataclass_transform(kw_only_default=True, field_specifiers=(built,))
class Hyperparameters:
    """Mixin: an annotated class attribute is an argument of the constructor, an attribute of the model, a key of its config.

    ```python
    class VAE(BaseVAE):
        beta: NotNegative = 1.0  # VAE(image_shape, beta=2.0), model.beta, get_config()["beta"]
    ```

    A subclass has the fields of its bases and may give one another default. Attributes that are no arguments have no
    annotation, one as `ClassVar`, or are `built()`. The constructor checks the types (lists become tuples, numpy's numbers
    Python's) and the ranges, stores the values, calls `check` for the rules between them, and then `assemble`. It raises
    ValueError that names the argument, the rule and what was received.
    """

    _built: ClassVar[frozenset[str]] = frozenset()
    hyperparameters: ClassVar[type[msgspec.Struct]]  # the record that arguments are checked by

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        if "__init__" in vars(cls):
            raise TypeError(
                "The constructor of a model is made of its annotated class attributes; derived values go into properties, "
                f"rules into `check`. Received: a class {cls.__name__} with an __init__ of its own."
            )
        own = [name for name, value in vars(cls).items() if isinstance(value, _Built)]
        cls._built = frozenset(own).union(*(vars(each).get("_built", ()) for each in cls.__mro__))
        for name in own:
            delattr(cls, name)
        fields = list(_types(cls).items())
        cls.hyperparameters = msgspec.defstruct(cls.__name__, fields, kw_only=True, forbid_unknown_fields=True)
        setattr(cls, "__init__", _constructor(cls))  # noqa: B010 (a plain assignment is an error to mypy)

    @classmethod
    def arguments(cls) -> list[str]:
        """Gives the names of the constructor's arguments, without those that every Keras model has."""
        return list(cls.hyperparameters.__struct_fields__)

    def check(self) -> None:
        """Raises ValueError for hyperparameters that do not go together; a hook: variants call their base's first."""

    def assemble(self) -> None:
        """Builds the model of its hyperparameters; called at the end of the constructor."""


def _types(cls: type[Hyperparameters]) -> dict[str, object]:
    """The types of the fields: image_shape first, then a class's own before those of its bases."""
    found: dict[str, object] = {}
    for each in cls.__mro__:
        if issubclass(each, Hyperparameters) and each is not Hyperparameters:
            for name, kind in inspect.get_annotations(each).items():
                if name not in cls._built:
                    kind = _evaluated(each, name, kind)
                    if kind is not ClassVar and typing.get_origin(kind) is not ClassVar:
                        found.setdefault(name, kind)
    return {name: found[name] for name in sorted(found, key=lambda name: name != "image_shape")}


def _evaluated(cls: type, name: str, kind: object) -> object:
    """The type of a field that `from __future__ import annotations` made a text."""
    if not isinstance(kind, str):
        return kind
    try:
        return eval(kind, vars(sys.modules.get(cls.__module__, typing)), dict(vars(cls)))
    except (AttributeError, NameError, SyntaxError, TypeError) as error:
        raise TypeError(
            f"The type of a field must be found in its module when the class is made. Received: {cls.__name__}.{name}: {kind} "
            f"({error})."
        ) from None


def _constructor(cls: type[Hyperparameters]) -> Callable[..., None]:
    kinds = _types(cls)
    defaults = {name: getattr(cls, name) for name in kinds if hasattr(cls, name)}
    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)]
    for name, kind in {**kinds, "name": str | None, "dtype": object, "trainable": bool}.items():
        place = inspect.Parameter.POSITIONAL_OR_KEYWORD if name == "image_shape" else inspect.Parameter.KEYWORD_ONLY
        default = {**defaults, **_OF_KERAS}.get(name, inspect.Parameter.empty)
        parameters.append(inspect.Parameter(name, place, default=default, annotation=_bare(kind)))

    def __init__(self: Hyperparameters, /, *image_shape: object, **arguments: object) -> None:
        if len(image_shape) > 1:
            raise TypeError(f"{cls.__name__} takes image_shape alone by position. Received: {image_shape}.")
        of_keras = {name: arguments.pop(name) for name in _OF_KERAS if name in arguments}
        of_keras["dtype"] = of_keras.get("dtype") or model_dtype()
        given = {**dict(zip(("image_shape",), image_shape, strict=False)), **arguments}
        values = convert(_plain({**defaults, **given}), cls.hyperparameters, cls.__name__, "argument")
        super(Hyperparameters, self).__init__(**of_keras)
        for name in kinds:
            setattr(self, name, getattr(values, name))
        self.check()
        self.assemble()

    __init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    return __init__


def _bare(kind: object) -> object:
    """A type without the ranges that `Annotated` adds, for `help`."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return _bare(arguments[0])
    if origin is None or origin is typing.Literal:
        return kind
    inner = tuple(_bare(each) for each in arguments)
    return typing.Union[inner] if origin in (typing.Union, types.UnionType) else origin[inner]  # noqa: UP007


def _plain(value: object) -> object:
    """A value of Python's own types, of numpy's numbers and of Keras's tracked lists and dicts."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
