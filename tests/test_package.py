"""What is installed, and what importing it costs."""

import graphlib
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from helpers import ANY_BACKEND

import kerasgen

pytestmark = ANY_BACKEND


ROOT = Path(__file__).parent.parent


def test_packages_name_every_folder():
    listed = re.search(r"^packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.S | re.M)[1]
    folders = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for top in ("kerasgen", "export", "zoo")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert set(re.findall(r'"(.+?)"', listed)) == {
        name if name.split(".")[0] == "kerasgen" else f"kerasgen.{name}" for name in folders
    }


def test_a_checkout_that_is_not_installed_has_its_zoo(monkeypatch):
    monkeypatch.setattr("kerasgen.zoo_folder.find_spec", lambda name: None)
    assert "vae_portraits" in kerasgen.list_presets()


@pytest.mark.parametrize("module", ["kerasgen", "kerasgen.cli", "kerasgen.presets", "kerasgen.runtime", "kerasgen.data"])
def test_import_loads_neither_keras_nor_tensorflow(module):
    assert loaded(module, {"keras", "tensorflow", "jax", "torch"}) == "[]"


def test_runtime_needs_no_pillow():
    assert loaded("kerasgen.runtime.__main__", {"PIL"}) == "[]"


def loaded(module: str, names: set[str]) -> str:
    """Which of `names` a fresh process has loaded after an import, as a list's text."""
    code = f"import sys, {module}; print(sorted({names} & set(sys.modules)))"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_no_files_import_each_other_in_a_circle():
    """Import-linter's contract looks at folders and files beside each other; this one sees detours by an `__init__` too."""
    graph = grimp.build_graph("kerasgen", exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(list(graphlib.TopologicalSorter(imports).static_order())) == len(imports)  # raises CycleError


def test_every_public_name_resolves():
    for name in kerasgen.__all__:
        assert getattr(kerasgen, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kerasgen.nothing


@pytest.mark.parametrize("folder", ["backend", "base", "callbacks", "layers", "models"])
def test_methods_that_override_nothing_are_documented(folder):
    """Ruff leaves these folders out (D102), as it does not see which methods override Keras's or a base's."""
    package = importlib.import_module(f"kerasgen.{folder}")
    modules = [importlib.import_module(f"kerasgen.{folder}.{found.name}") for found in pkgutil.iter_modules(package.__path__)]
    classes = [each for module in modules for each in vars(module).values() if inspect.isclass(each)]
    own = [each for each in classes if each.__module__.startswith(package.__name__) and not each.__name__.startswith("_")]
    bare = [
        f"{each.__name__}.{name}"
        for each in own
        for name, member in vars(each).items()
        if not name.startswith("_") and (inspect.isroutine(member) or isinstance(member, property))
        if not member.__doc__ and not any(name in vars(base) for base in each.__mro__[1:])
    ]
    assert own or folder == "backend"
    assert bare == []
