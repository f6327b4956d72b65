"""What is installed, and what importing it costs."""

import re
import subprocess
import sys
from pathlib import Path

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


def test_every_public_name_resolves():
    for name in kerasgen.__all__:
        assert getattr(kerasgen, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kerasgen.nothing
