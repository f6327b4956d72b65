"""A file server, Debian's Chromium, and the page as its visitors use it."""

import contextlib
import functools
import http.server
import shutil
import threading

import numpy as np
import pytest

from kerasgen.images import to_uint8

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
IN_BROWSER = [
    pytest.mark.backend("tensorflow"),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Debian's packages chromium and chromium-driver"),
]
REAL = "r3gan_portraits"  # the page's preset of the zoo
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


BEFORE = """
    const done = arguments[arguments.length - 1];
    (async (...given) => {
        const [models, runtimes, images] = await Promise.all(
            ['models', 'runtime', 'images'].map((name) => import(`./js/${name}.js`)));
        const { toImageData } = images;
        const site = await (await fetch('site.json')).json();
        const open = async (kind) => models.openModel(
            site.models.find((entry) => entry.kind === kind), await runtimes.openRuntime('wasm'));
"""
AFTER = "})(...arguments).then(done, (error) => done(String(error)));"


def assert_equal_images(shown, expected):
    """Pixels of the page, 0 to 255, against Python's image in [0, 1]: two of 255 at most."""
    assert np.abs(np.asarray(shown, int) - to_uint8(expected)).max() <= 2


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves without telling of it."""

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def serve(folder):
    """Serves a folder as any file server would, and gives its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def open_browser(profile):
    """Opens Chromium without a window; `profile` is an empty folder."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    browser.set_script_timeout(30)
    try:
        yield browser
    finally:
        browser.quit()


class Page:
    """The page in the browser: what its visitors do and see."""

    def __init__(self, browser):
        self.browser = browser

    def open(self, address):
        self.browser.get(address)
        self.until("document.body.dataset.ready")
        return self

    def run(self, script, *arguments):
        return self.browser.execute_script(f"return {script}", *arguments)

    def until(self, script, *arguments):
        """Waits until an expression is true."""
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.browser, 30, 0.05).until(lambda _: self.run(script, *arguments))

    def command(self, name, **arguments):
        """A command of Chromium's own protocol."""
        return self.browser.execute_cdp_cmd(name, arguments)

    def prefer(self, **features):
        """Sets what style sheets ask for, as prefers_reduced_motion="reduce"."""
        self.command(
            "Emulation.setEmulatedMedia",
            features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()],
        )

    def resize(self, width, height):
        """Makes the window a phone's or a desktop's, in CSS pixels."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def settled(self):
        """Waits for all that is being generated."""
        self.until("!document.querySelector('[aria-busy]')")

    def changed(self, selector, since):
        """Waits until a canvas is another than `since`, and ready; gives its pixels."""
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.browser, 30, 0.05).until(lambda _: (self.pixels(selector) != since).any())
        self.settled()
        return self.pixels(selector)

    def modules(self, script, *arguments):
        """Gives what a script returns that has the page's own `open(kind)`, of a model, and `toImageData`."""
        return self.browser.execute_async_script(BEFORE + script + AFTER, *arguments)

    def find(self, selector):
        return self.browser.find_element("css selector", selector)

    def click(self, selector):
        self.run("arguments[0].click()", self.find(selector))

    def text(self, selector):
        return self.run("arguments[0].textContent", self.find(selector))

    def pixels(self, selector):
        """A canvas as uint8 (height, width, 3)."""
        values, height, width = self.run(
            "((c) => [[...c.getContext('2d').getImageData(0, 0, c.width, c.height).data], c.height, c.width])(arguments[0])",
            self.find(selector),
        )
        return np.reshape(values, (height, width, 4))[..., :3].astype("uint8")

    def move(self, selector, property, value, event):
        """Sets a control as a hand would, and tells the page."""
        self.run(
            "((it, [property, value, event]) => { it[property] = value; it.dispatchEvent(new Event(event)) })"
            "(arguments[0], arguments[1])",
            self.find(selector),
            [property, value, event],
        )

    def drop(self, name, size, kind):
        """Drops a file of so many letters on the drawing."""
        self.run(
            """((at, [name, size, kind]) => {
            const carried = new DataTransfer();
            carried.items.add(new File(['x'.repeat(size)], name, {type: kind}));
            at.dispatchEvent(new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true}));
        })(arguments[0], arguments[1])""",
            self.find("#draw .lines"),
            [name, size, kind],
        )
