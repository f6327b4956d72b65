"""The page in a real browser: quiz, explorer, notes and what it says where it cannot run, by its pixels."""

import json
import re
import statistics

import numpy as np
from browser import IN_BROWSER, REAL, Page, assert_equal_images
from kerasgen.export.web import vendored

from kerasgen import data, presets, runtime
from kerasgen.files import sha256
from kerasgen.images import to_uint8
from kerasgen.latent.codes import sample_codes

pytestmark = IN_BROWSER


def test_the_folder_is_whole_and_keeps_the_runtimes_license(site):
    content = json.loads((site / "site.json").read_text("utf-8"))
    assert [entry["kind"] for entry in content["models"]] == ["generator", "vae", "style", "translator"]
    assert all((site / file).is_file() for entry in content["models"] for file in entry["files"].values())
    assert sum(number for _, number in content["data"]["counts"]["gender"]) == content["data"]["total"] == 3187
    assert "MIT" in (site / "runtime" / "LICENSE").read_text() and (site / "runtime" / "ThirdPartyNotices.txt").is_file()
    for name, about in vendored.record().files.items():
        assert sha256(site / "runtime" / name) == about.sha256
    assert not re.findall(
        r"https?://(?!localhost|www\.w3\.org)",
        "".join(file.read_text("utf-8") for file in site.rglob("*") if file.suffix in (".html", ".css", ".js", ".svg")),
    )


def test_first_image_and_the_time_of_a_face(page, address):
    """`pytest -s` prints the times; how long they may be depends on the machine."""
    first = page.open(address).run("performance.getEntriesByName('first image')[0].startTime")
    times = page.modules("""
        const model = await open('generator');
        const times = [];
        for (let face = 0; face < 30; face++) {
            const start = performance.now();
            await model.decode(new Float32Array(model.latent_dim).fill(face / 30));
            times.push(performance.now() - start);
        }
        return times;""")
    print(f"first image after {first:.0f} ms, then {statistics.median(times):.1f} ms a face of {REAL}")
    assert first > 0.0 and len(times) == 30 and min(times) > 0.0


def test_faces_of_a_real_preset_are_those_of_keras(page):
    code = sample_codes(1, 64, seed=0)
    generated = page.modules(
        """
        const model = await open('generator');
        return [...toImageData(await model.decode(Float32Array.from(given[0]))).data];""",
        code[0].tolist(),
    )
    assert_equal_images(np.reshape(generated, (64, 64, 4))[..., :3], presets.load(REAL).decode(code)[0])


def test_quiz_counts_answers_and_names_the_model(page):
    scores = []
    for answer in (0, 1, 0):
        page.click(f"#quiz .face:nth-child({answer + 1})")
        labels = [page.text(f"#quiz .face:nth-child({side}) .label").replace("\u200b", "") for side in (1, 2)]
        assert sorted(label.split()[0].strip(",") for label in labels) == ["Generated", "Real"]
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


def test_a_slider_moves_the_image_to_what_python_generates(page, site, entries):
    before = page.pixels("#explorer .image")
    page.move("#explorer input", "value", 2.5, "input")
    page.settled()
    after = page.pixels("#explorer .image")
    assert (before != after).any()
    code = code_of(page)
    assert code[entries["vae"]["order"][0]] == 2.5
    assert_equal_images(after, runtime.load(site / entries["vae"]["files"]["decoder"]).decode(code[None])[0])
    assert page.text("#explorer output") == "2.50"


def test_random_codes_and_the_way_between_them(page):
    before = code_of(page)
    page.click("#explorer .randomize")
    page.settled()
    start, image = code_of(page), page.pixels("#explorer .image")
    assert (before != start).all()
    page.prefer(prefers_reduced_motion="reduce")
    page.click("#explorer .interpolate")
    page.until("document.querySelectorAll('#explorer .strip canvas').length === 7")
    page.settled()
    np.testing.assert_array_equal(page.pixels("#explorer .strip canvas:first-child"), image)
    np.testing.assert_array_equal(page.pixels("#explorer .strip canvas:last-child"), page.pixels("#explorer .image"))
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
        assert_equal_images(page.pixels("#explorer .image"), synthesis.synthesize(moved)[0])
    page.move("#explorer select", "selectedIndex", 0, "change")
    page.until("document.querySelector('#explorer .about').textContent.startsWith('A VAE')")


def test_notes_and_cards_are_text(page):
    assert "2,752 men" in page.text("#data") and "167 women" in page.text("#data")
    assert [page.text(f"#cards details:nth-child({i}) summary").split()[0] for i in range(1, 5)] == [
        REAL,
        "tiny_vae",
        "tiny_style",
        "tiny_pix2pix",
    ]
    assert "arXiv:2501.05441" in page.text("#cards") and "fid" in page.text("#cards table")
    assert "Generates <b>nothing</b>." in page.text("#cards")


def test_it_fits_a_phone_and_its_controls_have_names(page):
    page.resize(360, 740)
    assert page.run("document.documentElement.scrollWidth") == 360
    page.command("Emulation.clearDeviceMetricsOverride")
    assert (
        page.run("""[...document.querySelectorAll('button, a, select, input, [role=img]')].filter((each) =>
        !(each.textContent.trim() || each.ariaLabel || each.closest('label')?.textContent.trim())).length""")
        == 0
    )


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
