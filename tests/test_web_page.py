"""The page in a real browser: each of its parts, by its pixels."""

import json
import re
import statistics

import numpy as np
import pytest
from browser import CHROMIUM, DRIVER, Page, open_browser, serve
from kerasgen.export import web
from kerasgen.export.web import models, vendored
from PIL import Image

from kerasgen import data, presets, runtime
from kerasgen.checksum import sha256
from kerasgen.codes import draw_codes
from kerasgen.data.drawings import edges
from kerasgen.images import to_uint8
from kerasgen.models import VAE, Pix2Pix, StyleGAN

pytestmark = [pytest.mark.backend("tensorflow"),
              pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Debian's packages chromium and chromium-driver")]
SHAPE = (64, 64, 3)
DATA = {"source": "portraits", "pairs": "edges"}
REAL = "r3gan_portraits"


def vary(network):
    """Moves all weights off their initial values: untrained networks draw hardly anything."""
    random = np.random.default_rng(0)
    network.set_weights([w + 0.1 * random.standard_normal(w.shape, "float32") * (w.ndim > 1) for w in network.get_weights()])


def assert_equal_pictures(shown, expected):
    """Pixels of the page, 0 to 255, against Python's picture in [0, 1]: two of 255 at most."""
    assert np.abs(np.asarray(shown, int) - to_uint8(expected)).max() <= 2


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A page of one preset of the zoo and of tiny models for the other parts."""
    folder = tmp_path_factory.mktemp("web")
    tiny = {"tiny_vae": VAE(SHAPE, latent_dim=14, channels=4),
            "tiny_style": StyleGAN(SHAPE, latent_dim=3, style_dim=4, mapping_layers=2, channels=8, start_size=64),
            "tiny_pix2pix": Pix2Pix(SHAPE, source_channels=1, channels=4, depth=3, receptive_field=16, norm="instance")}
    vary(tiny["tiny_vae"].decoder)
    vary(tiny["tiny_pix2pix"].translators["a_to_b"])
    generator = tiny["tiny_style"].generator  # untrained, it would leave [0, 1] by far, and be cut off there
    generator.set_weights([w * 0.1 if w.ndim == 4 and w.shape[-1] == 3 else w for w in generator.get_weights()])
    for name, model in tiny.items():
        presets.save(model, folder / name, {"data": DATA, "limits": "Draws <b>nothing</b>."})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "attribute_direction", lambda model, label, samples: (np.eye(model.style_dim)[0], 2.0))
        patch.setattr(models, "SAMPLES", 50)
        return web.build_site([REAL, *(folder / name for name in tiny)], folder / "site")


@pytest.fixture(scope="module")
def address(site):
    with serve(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser, address):
    return Page(browser).open(address)


@pytest.fixture
def entries(site):
    """What the page knows of its models, by kind."""
    return {entry["kind"]: entry for entry in json.loads((site / "site.json").read_text("utf-8"))["models"]}


def test_the_folder_is_whole_and_keeps_the_runtimes_licence(site):
    content = json.loads((site / "site.json").read_text("utf-8"))
    assert [entry["kind"] for entry in content["models"]] == ["generator", "vae", "style", "translator"]
    assert all((site / file).is_file() for entry in content["models"] for file in entry["files"].values())
    assert sum(number for _, number in content["data"]["counts"]["gender"]) == content["data"]["total"] == 3187
    assert "MIT" in (site / "runtime" / "LICENSE").read_text() and (site / "runtime" / "ThirdPartyNotices.txt").is_file()
    for name, about in vendored.record()["files"].items():
        assert sha256(site / "runtime" / name) == about["sha256"]
    assert not re.findall(r"https?://(?!localhost|www\.w3\.org)", "".join(
        file.read_text("utf-8") for file in site.rglob("*") if file.suffix in (".html", ".css", ".js", ".svg")))


def test_first_picture_and_the_time_of_a_face(page, address):
    """The figures of a busy machine vary: the best of three visits counts."""
    for _ in range(3):
        first = page.open(address).run("performance.getEntriesByName('first picture')[0].startTime")
        face = statistics.median(page.modules("""
            const model = await open('generator');
            const times = [];
            for (let face = 0; face < 30; face++) {
                const start = performance.now();
                await model.decode(new Float32Array(model.latent_dim).fill(face / 30));
                times.push(performance.now() - start);
            }
            return times;"""))
        print(f"first picture after {first:.0f} ms, then {face:.1f} ms a face of {REAL}")
        if first < 2000 and face < 30:
            break
    assert first < 2000 and face < 30


def test_faces_of_a_real_preset_are_those_of_keras(page):
    code = draw_codes(1, 64, seed=0)
    drawn = page.modules("""
        const model = await open('generator');
        return [...toImageData(await model.decode(Float32Array.from(given[0]))).data];""", code[0].tolist())
    assert_equal_pictures(np.reshape(drawn, (64, 64, 4))[..., :3], presets.load(REAL).decode(code)[0])


def test_quiz_counts_answers_and_says_who_drew(page):
    scores = []
    for answer in (0, 1, 0):
        page.click(f"#quiz .face:nth-child({answer + 1})")
        labels = [page.text(f"#quiz .face:nth-child({side}) .label").replace("\u200b", "") for side in (1, 2)]
        assert sorted(label.split()[0].strip(",") for label in labels) == ["Drawn", "Real"]
        right = labels[answer].startswith("Real")
        assert re.search(r"by (r3gan_portraits|tiny_vae|tiny_style)$", labels[1 - answer if right else answer])
        assert page.text("#quiz .verdict b").startswith("Right" if right else "Wrong")
        assert len(page.text("#quiz .verdict")) > 40  # where models give themselves away
        scores.append((scores[-1] if scores else 0) + right)
        assert page.text("#quiz .score").startswith(f"Score {scores[-1]} of {len(scores)} · streak ")
        page.click("#quiz .next")
        page.until("!document.querySelector('#quiz .face').disabled")


def test_a_real_portrait_in_the_quiz_is_held_out(page):
    page.click("#quiz .face:first-child")
    real = next(side for side in (1, 2) if page.text(f"#quiz .face:nth-child({side}) .label").startswith("Real"))
    shown = page.pixels(f"#quiz .face:nth-child({real}) canvas")
    held_out = to_uint8(data.load("portraits", "test", shuffle=False).images())
    assert (held_out == shown).all(axis=(1, 2, 3)).any()
    page.click("#quiz .next")
    page.until("!document.querySelector('#quiz .face').disabled")


def code_of(page):
    return np.array(json.loads(re.search(r"\[.*?\]", page.text("#explorer code"))[0]), dtype="float32")


def test_a_slider_moves_the_picture_to_what_python_draws(page, site, entries):
    before = page.pixels("#explorer .picture")
    page.move("#explorer input", "value", 2.5, "input")
    page.settled()
    after = page.pixels("#explorer .picture")
    assert (before != after).any()
    code = code_of(page)
    assert code[entries["vae"]["order"][0]] == 2.5
    assert_equal_pictures(after, runtime.load(site / entries["vae"]["files"]["decoder"]).decode(code[None])[0])
    assert page.text("#explorer output") == "2.50"


def test_random_codes_and_the_way_between_them(page):
    before = code_of(page)
    page.click("#explorer .randomise")
    page.settled()
    start, picture = code_of(page), page.pixels("#explorer .picture")
    assert (before != start).all()
    page.prefer(prefers_reduced_motion="reduce")
    page.click("#explorer .interpolate")
    page.until("document.querySelectorAll('#explorer .strip canvas').length === 7")
    page.settled()
    np.testing.assert_array_equal(page.pixels("#explorer .strip canvas:first-child"), picture)
    np.testing.assert_array_equal(page.pixels("#explorer .strip canvas:last-child"), page.pixels("#explorer .picture"))
    assert (code_of(page) != start).all()
    page.prefer()


def test_styles_move_along_a_direction(page, site, entries):
    page.move("#explorer select", "selectedIndex", 1, "change")
    page.until("document.querySelector('#explorer .sliders').textContent.includes('more modern')")
    page.settled()
    mapping, synthesis = (runtime.load(site / entries["style"]["files"][part]) for part in ("mapping", "synthesis"))
    styles = mapping.styles(code_of(page)[None], 0.7)
    for amount in (0.0, 1.5):
        page.move("#explorer input", "value", amount, "input")
        page.settled()
        moved = styles + amount * 2.0 * np.eye(4, dtype="float32")[0]
        assert_equal_pictures(page.pixels("#explorer .picture"), synthesis.synthesise(moved)[0])
    page.move("#explorer select", "selectedIndex", 0, "change")
    page.until("document.querySelector('#explorer .about').textContent.startsWith('A VAE')")


def test_a_stroke_changes_the_portrait_and_undo_takes_it_back(page, site, entries):
    from selenium.webdriver import ActionChains

    lines, portrait = page.pixels("#draw .lines"), page.pixels("#draw .picture")
    translator = runtime.load(site / entries["translator"]["files"]["a_to_b"])
    assert_equal_pictures(portrait, translator.translate(lines[None, ..., :1])[0])
    board = page.find("#draw .lines")
    ActionChains(page.browser).move_to_element(board).click_and_hold().move_by_offset(40, 30).release().perform()
    page.settled()
    stroke = page.pixels("#draw .lines")
    assert (stroke != lines).any() and set(np.unique(stroke)) == {0, 255}
    assert (page.pixels("#draw .picture") != portrait).any()
    assert_equal_pictures(page.pixels("#draw .picture"), translator.translate(stroke[None, ..., :1])[0])
    page.click("#draw .undo")
    page.settled()
    np.testing.assert_array_equal(page.pixels("#draw .lines"), lines)
    np.testing.assert_array_equal(page.pixels("#draw .picture"), portrait)


def test_tools_and_keys(page):
    from selenium.webdriver import ActionChains, Keys

    page.click("#draw .clear")
    assert (page.pixels("#draw .lines") == 255).all()
    page.run("arguments[0].focus()", page.find("#draw .lines"))
    ActionChains(page.browser).key_down(Keys.SPACE).send_keys(Keys.ARROW_RIGHT * 5).key_up(Keys.SPACE).perform()
    drawn = page.pixels("#draw .lines")
    assert (drawn == 0).any()
    page.click("#draw .eraser")
    assert page.find("#draw .eraser").get_attribute("aria-pressed") == "true"
    page.run("arguments[0].focus()", page.find("#draw .lines"))
    ActionChains(page.browser).key_down(Keys.SPACE).send_keys(Keys.ARROW_LEFT * 5).key_up(Keys.SPACE).perform()
    assert (page.pixels("#draw .lines") == 255).all()
    page.click("#draw .pen")
    page.click("#draw .example")
    assert (page.pixels("#draw .lines") == 0).any()


@pytest.mark.parametrize("name, size, kind, message", [
    ("notes.txt", 10, "text/plain", "The file must be a picture, as JPEG, PNG or WebP. Received: notes.txt."),
    ("fake.png", 10, "image/png", "The file must be a picture, as JPEG, PNG or WebP. Received: fake.png."),
    ("huge.png", 20_000_001, "image/png", "Pictures have 20 MB at most. Received: huge.png of 20 MB."),
])
def test_a_dropped_file_that_is_no_picture_gets_a_message(name, size, kind, message, page):
    lines = page.pixels("#draw .lines")
    page.drop(name, size, kind)
    page.until("document.querySelector('#draw .message').textContent")
    assert page.text("#draw .message") == message
    np.testing.assert_array_equal(page.pixels("#draw .lines"), lines)


def test_a_picture_of_too_many_pixels_gets_a_message(page, tmp_path):
    Image.new("1", (8001, 8001)).save(tmp_path / "wall.png")
    page.find("#draw input[type=file]").send_keys(str(tmp_path / "wall.png"))
    page.until("document.querySelector('#draw .message').textContent")
    assert page.text("#draw .message") == "Pictures have 64 million pixels at most. Received: wall.png of 8001 x 8001."


def test_a_pictures_lines_are_those_of_the_training_pairs(page, tmp_path):
    portraits = to_uint8(data.load("portraits", "test[:3]", shuffle=False).images())
    for index, portrait in enumerate(portraits):
        Image.fromarray(portrait).save(tmp_path / f"{index}.png")
        before = page.pixels("#draw .lines")
        page.find("#draw input[type=file]").send_keys(str(tmp_path / f"{index}.png"))
        lines = page.changed("#draw .lines", since=before)
        np.testing.assert_array_equal(lines[..., :1], edges(portrait))


def test_notes_and_cards_are_text(page):
    assert "2,752 men" in page.text("#data") and "167 women" in page.text("#data")
    assert [page.text(f"#cards details:nth-child({i}) summary").split()[0] for i in range(1, 5)] == [
        REAL, "tiny_vae", "tiny_style", "tiny_pix2pix"]
    assert "arXiv:2501.05441" in page.text("#cards") and "fid" in page.text("#cards table")
    assert "Draws <b>nothing</b>." in page.text("#cards")


def test_it_fits_a_phone_and_its_controls_have_names(page):
    page.resize(360, 740)
    assert page.run("document.documentElement.scrollWidth") == 360
    page.command("Emulation.clearDeviceMetricsOverride")
    assert page.run("""[...document.querySelectorAll('button, a, select, input, [role=img]')].filter((each) =>
        !(each.textContent.trim() || each.ariaLabel || each.closest('label')?.textContent.trim())).length""") == 0


def test_without_webassembly_there_is_a_message_and_the_notes(browser, address):
    page = Page(browser)
    script = page.command("Page.addScriptToEvaluateOnNewDocument", source="delete window.WebAssembly")
    try:
        browser.get(address)
        page.until("document.querySelector('#cards summary')")
        assert page.find("#notice").is_displayed() and "need WebAssembly" in page.text("#notice")
        assert not page.find("#quiz").is_displayed() and "167 women" in page.text("#data")
    finally:
        page.command("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])


def test_opened_as_a_file_it_says_what_to_run(browser, site):
    browser.get((site / "index.html").as_uri())
    page = Page(browser)
    page.until("!document.querySelector('#notice').hidden")
    assert "python3 -m http.server" in page.text("#notice")


def test_a_broken_model_is_told(browser, address, site):
    file = next((site / "models").glob(f"{REAL}*.onnx"))
    kept = file.read_bytes()
    try:
        file.write_bytes(b"no network")
        browser.get(address)
        page = Page(browser)
        page.until("!document.querySelector('#notice').hidden")
        assert "could not be started" in page.text("#notice")
    finally:
        file.write_bytes(kept)
