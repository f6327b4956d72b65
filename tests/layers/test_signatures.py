"""Layers name all their arguments, those of every Keras layer too."""

import importlib
import inspect
import pkgutil

import keras
import pytest
from helpers import ANY_BACKEND

from kerasgen import layers

pytestmark = ANY_BACKEND

MODULES = [importlib.import_module(f"kerasgen.layers.{each.name}") for each in pkgutil.iter_modules(layers.__path__)]
WITH_ARGUMENTS = [
    each
    for module in MODULES
    for each in vars(module).values()
    if inspect.isclass(each) and issubclass(each, keras.layers.Layer) and "__init__" in vars(each)
    if each.__module__ == module.__name__
]


@pytest.mark.parametrize("cls", WITH_ARGUMENTS)
def test_every_argument_has_a_name_and_a_type(cls):
    parameters = inspect.signature(cls).parameters.values()
    assert all(each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL) for each in parameters)
    assert all(each.annotation is not each.empty for each in parameters)


def test_there_are_such_layers():
    assert len(WITH_ARGUMENTS) > 10
