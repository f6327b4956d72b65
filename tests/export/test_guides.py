"""The guides' programs, as they are printed."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kerasgen.export import export
from PIL import Image

from kerasgen.images import to_uint8
from kerasgen.models import DCGAN
from kerasgen.runtime import load

pytestmark = pytest.mark.backend("tensorflow")
GUIDES = Path(__file__).parents[2] / "docs" / "guides"
# Stands for a machine that has none of these.
ELSEWHERE = """
import runpy, sys
sys.modules.update(dict.fromkeys(("kerasgen", "keras", "tensorflow", "onnxruntime", "jax", "torch")))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def program(guide, language):
    """The longest block of that language."""
    return max(re.findall(rf"```{language}\n(.*?)```", (GUIDES / guide).read_text("utf-8"), re.S), key=len)


@pytest.mark.parametrize("channels, batch_size", [(3, None), (1, 3)])
def test_raspberry_pi(channels, batch_size, tmp_path):
    model = DCGAN((28, 28, channels), latent_dim=4, channels=4)
    file = export(model, tmp_path / "faces.tflite", batch_size=batch_size)
    (tmp_path / "face.py").write_text(program("raspberry_pi.md", "python"), "utf-8")

    def generate(*arguments):
        command = [sys.executable, "-W", "error", "-c", ELSEWHERE, "face.py", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    done = generate("faces.tflite", "face.png", "3")
    assert (done.returncode, done.stdout) == (0, "face.png\n"), done.stderr
    with Image.open(tmp_path / "face.png") as image:
        expected = to_uint8(load(file).sample(1, 3)[0]).squeeze()
        np.testing.assert_array_equal(np.asarray(image), expected)

    file.write_bytes(file.read_bytes()[:-1])
    refused = generate("faces.tflite", "other.png")
    assert refused.returncode == 1 and "not the file of its manifest" in refused.stderr
    assert not (tmp_path / "other.png").exists()


@pytest.mark.parametrize("guide, language, name", [("android.md", "kotlin", "Kotlin"), ("ios.md", "swift", "Swift")])
def test_what_was_not_run_says_so(guide, language, name):
    text = (GUIDES / guide).read_text("utf-8")
    assert "**Not run here**" in text and f"LiteRT's {name} API" in text and "2.3.0" in text
    code = program(guide, language)
    assert code.count("{") == code.count("}") and code.count("(") == code.count(")")
