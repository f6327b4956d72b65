"""The page's drawing board in a real browser: strokes, tools, and images that are dropped on it."""

import numpy as np
import pytest
from browser import IN_BROWSER, assert_equal_images
from PIL import Image

from kerasgen import data, runtime
from kerasgen.data.transforms import edges
from kerasgen.images import to_uint8

pytestmark = IN_BROWSER


def test_a_stroke_changes_the_portrait_and_undo_takes_it_back(page, site, entries):
    from selenium.webdriver import ActionChains

    lines, portrait = page.pixels("#draw .lines"), page.pixels("#draw .image")
    translator = runtime.load(site / entries["translator"]["files"]["a_to_b"])
    assert_equal_images(portrait, translator.translate(lines[None, ..., :1])[0])
    board = page.find("#draw .lines")
    ActionChains(page.browser).move_to_element(board).click_and_hold().move_by_offset(40, 30).release().perform()
    page.settled()
    stroke = page.pixels("#draw .lines")
    assert (stroke != lines).any() and set(np.unique(stroke)) == {0, 255}
    assert (page.pixels("#draw .image") != portrait).any()
    assert_equal_images(page.pixels("#draw .image"), translator.translate(stroke[None, ..., :1])[0])
    page.click("#draw .undo")
    page.settled()
    np.testing.assert_array_equal(page.pixels("#draw .lines"), lines)
    np.testing.assert_array_equal(page.pixels("#draw .image"), portrait)


def test_tools_and_keys(page):
    from selenium.webdriver import ActionChains, Keys

    page.click("#draw .clear")
    assert (page.pixels("#draw .lines") == 255).all()
    page.run("arguments[0].focus()", page.find("#draw .lines"))
    ActionChains(page.browser).key_down(Keys.SPACE).send_keys(Keys.ARROW_RIGHT * 5).key_up(Keys.SPACE).perform()
    lines = page.pixels("#draw .lines")
    assert (lines == 0).any()
    page.click("#draw .eraser")
    assert page.find("#draw .eraser").get_attribute("aria-pressed") == "true"
    page.run("arguments[0].focus()", page.find("#draw .lines"))
    ActionChains(page.browser).key_down(Keys.SPACE).send_keys(Keys.ARROW_LEFT * 5).key_up(Keys.SPACE).perform()
    assert (page.pixels("#draw .lines") == 255).all()
    page.click("#draw .pen")
    page.click("#draw .example")
    assert (page.pixels("#draw .lines") == 0).any()


@pytest.mark.parametrize(
    "name, size, kind, message",
    [
        ("notes.txt", 10, "text/plain", "The file must be an image, as JPEG, PNG or WebP. Received: notes.txt."),
        ("fake.png", 10, "image/png", "The file must be an image, as JPEG, PNG or WebP. Received: fake.png."),
        ("huge.png", 20_000_001, "image/png", "Images have 20 MB at most. Received: huge.png of 20 MB."),
    ],
)
def test_a_dropped_file_that_is_no_image_gets_a_message(name, size, kind, message, page):
    lines = page.pixels("#draw .lines")
    page.drop(name, size, kind)
    page.until("document.querySelector('#draw .message').textContent")
    assert page.text("#draw .message") == message
    np.testing.assert_array_equal(page.pixels("#draw .lines"), lines)


def test_an_image_of_too_many_pixels_gets_a_message(page, tmp_path):
    Image.new("1", (8001, 8001)).save(tmp_path / "wall.png")
    page.find("#draw input[type=file]").send_keys(str(tmp_path / "wall.png"))
    page.until("document.querySelector('#draw .message').textContent")
    assert page.text("#draw .message") == "Images have 64 million pixels at most. Received: wall.png of 8001 x 8001."


def test_the_lines_of_an_image_are_those_of_the_training_pairs(page, tmp_path):
    portraits = to_uint8(data.load("portraits", "test[:3]", shuffle=False).images())
    for index, portrait in enumerate(portraits):
        Image.fromarray(portrait).save(tmp_path / f"{index}.png")
        before = page.pixels("#draw .lines")
        page.find("#draw input[type=file]").send_keys(str(tmp_path / f"{index}.png"))
        lines = page.changed("#draw .lines", since=before)
        np.testing.assert_array_equal(lines[..., :1], edges(portrait))
