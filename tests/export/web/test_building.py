"""The page's builder: what it refuses, and that it leaves nothing half-written."""

import shutil

import pytest
from kerasgen.export import ExportError, web
from kerasgen.export.web import building, files, vendored
from kerasgen.export.web.roles import find_roles
from typer.testing import CliRunner

from kerasgen import presets
from kerasgen.cli.main import app
from kerasgen.models import Pix2Pix

pytestmark = pytest.mark.backend("tensorflow")
REAL = "r3gan_portraits"


def test_the_presets_of_no_choice_have_a_part_each():
    roles = find_roles(web.default_presets())
    assert {"r3gan_portraits": "generator", "vae_portraits": "vae"}.items() <= {role.name: role.kind for role in roles}.items()


def test_the_command_says_how_to_open_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "describe", lambda role, folder: {"name": role.name, "kind": role.kind})
    result = CliRunner().invoke(app, ["web", REAL, "-o", str(tmp_path / "site")])
    assert result.exit_code == 0 and f"-m http.server -d {tmp_path / 'site'}" in result.output
    assert (tmp_path / "site" / "index.html").is_file()
    refused = CliRunner().invoke(app, ["web", "vae_mnist", "-o", str(tmp_path / "other")])
    assert "trained on the portraits" in str(refused.exception) and not (tmp_path / "other").exists()


def test_an_altered_runtime_is_refused(tmp_path, monkeypatch):
    shutil.copytree(vendored.FOLDER, tmp_path / "vendored")
    with open(tmp_path / "vendored" / "onnxruntime-web.tar.xz", "ab") as archive:
        archive.write(b"\0")
    monkeypatch.setattr(vendored, "FOLDER", tmp_path / "vendored")
    with pytest.raises(ExportError, match="recorded sha256"):
        vendored.unpack(tmp_path / "runtime")
    assert not (tmp_path / "runtime").exists()


@pytest.mark.parametrize(
    "chosen, message",
    [
        ([], "a preset at least. Received: none"),
        (["nobody_portraits"], "Unknown preset"),
        (["stylegan_ffhq_256"], "needs trained weights"),
        (["vae_mnist"], "trained on the portraits at 64 x 64.* Received: vae_mnist, a VAE of 'mnist'"),
        (["pix2pix_gray_to_portraits"], "translators of drawings .edges.. Received: pix2pix_gray_to_portraits"),
        (["conditional_gan_flowers"], "without being told a class.* Received: conditional_gan_flowers"),
        (["classifier_fashion_mnist"], "Received: classifier_fashion_mnist, a Classifier"),
        ([REAL, REAL], "every preset once"),
    ],
)
def test_wrong_presets_are_refused_before_work(chosen, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        web.build_site(chosen, tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_two_translators_are_one_too_many(tmp_path):
    for name in "ab":
        presets.save(
            Pix2Pix((64, 64, 3), source_channels=1, channels=2, depth=3),
            tmp_path / name,
            {"data": {"source": "portraits", "pairs": "edges"}},
        )
    with pytest.raises(ValueError, match="takes one translator. Received: a, b"):
        web.build_site([tmp_path / "a", tmp_path / "b"], tmp_path / "site")


def test_only_a_page_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "describe", lambda role, folder: {"name": role.name, "kind": role.kind})
    with pytest.raises(ValueError, match="existing folder that can be written"):
        web.build_site([REAL], tmp_path / "missing" / "site")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="new or empty folder, or over an earlier page"):
        web.build_site([REAL], taken, overwrite=True)
    folder = web.build_site([REAL], tmp_path / "site")
    (folder / "models" / "old.onnx").write_text("")
    with pytest.raises(ValueError, match="unless told to"):
        web.build_site([REAL], folder)
    web.build_site([REAL], folder, overwrite=True)
    assert not (folder / "models" / "old.onnx").exists() and (folder / "index.html").is_file()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["site", "taken"]


def test_a_page_that_cannot_be_moved_leaves_the_old_one(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.json").write_text("{}")
    with pytest.raises(FileNotFoundError):
        files.publish(tmp_path / "nothing", tmp_path / "site")
    assert (tmp_path / "site" / "site.json").read_text() == "{}"
