"""Make the screenshots of docs/web: `python docs/web.py [SITE]`, of a page that `kerasgen web` built, or of one that it builds.

Needs the TensorFlow backend, Debian's packages chromium and chromium-driver, and selenium.
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "export" / "web"))
from browser import Page, open_browser, serve  # noqa: E402

SHOTS = {  # name: (width, height, colors, the part at the top)
    "desktop": (1100, 1250, "light", "quiz"),
    "draw": (1100, 760, "light", "draw"),
    "phone": (360, 760, "dark", "explorer"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(sys.argv[1]) if sys.argv[1:] else _build(Path(folder) / "site")
        with serve(site) as address, open_browser(Path(folder) / "profile") as browser:
            page = Page(browser)
            for name, (width, height, colors, part) in SHOTS.items():
                page.resize(width, height)
                page.prefer(prefers_color_scheme=colors, prefers_reduced_motion="reduce")
                page.open(address)
                page.click("#quiz .face")
                page.click("#explorer .interpolate")
                page.until("document.querySelectorAll('.strip canvas').length === 7")
                page.settled()
                page.run("(scrollTo(0, document.getElementById(arguments[0]).offsetTop - 16))", part)
                _save(browser, Path(folder) / "shot.png", ROOT / "docs" / "web" / f"{name}.png")


def _build(folder: Path) -> Path:
    from kerasgen.export.web import build_site

    return build_site(folder=folder)


def _save(browser, shot: Path, path: Path) -> None:
    """With 256 colors, half the size."""
    browser.save_screenshot(str(shot))
    with Image.open(shot) as image:
        image.convert("RGB").quantize(256).save(path, optimize=True)
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
