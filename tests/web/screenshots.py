"""Write pictures of the pages into docs/web: `python -m tests.web.screenshots [--only NUMBER …] [--out FOLDER] [--whole]`."""

import argparse
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from localcloud.cloud import LocalCloud
from localcloud.layout import ROOT
from localcloud.ports import Ports
from tests.web.browser import FLAGS, executable
from tests.web.people import PHONE, Marketplace
from tests.web.scene import Scene, build
from tests.web.shots import PSEUDO, PSEUDO_OF, SHOTS, Shot, stretched

OUT = ROOT / "docs" / "web"
SIZES = {390: PHONE, 1280: {"width": 1280, "height": 800}, 320: {"width": 320, "height": 640}}
SPOKEN = ("es", "pt", "ru", "zh")
COLOURS = 128
# The sandbox's bar is no part of what a marketplace ships.
PLAIN = "document.querySelector('.sandbox-bar')?.remove(); document.documentElement.dataset.stage = 'live'"
NAMES = {
    "buyer": "ana", "seller": "atelier-norte", "newcomer": "bruno",
    "new seller": "casa-nova", "homeless seller": "feira-sul",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """A way to look at a page: how wide, in which language, in the dark, or in a language twice as long."""

    width: int
    language: str = "en"
    dark: bool = False
    pseudo: bool = False


def looks(shot: Shot) -> Iterator[tuple[str, Look]]:
    """Return the name of each picture of a row, and how it is taken."""
    name = f"{shot.number:02}-{shot.name}"
    yield f"{name}-390", Look(390)
    yield f"{name}-1280", Look(1280)
    if shot.small:
        yield f"{name}-320", Look(320)
    if shot.dark:
        yield f"{name}-390-dark", Look(390, dark=True)
    for language in SPOKEN if shot.spoken else ():
        yield f"{name}-390-{language}", Look(390, language)
    if shot.number in PSEUDO_OF:
        yield f"{PSEUDO}-{shot.name}-320", Look(320, pseudo=True)


@dataclass(slots=True)
class Camera:
    """Takes pictures, with one browser for each person and look."""

    market: Marketplace
    scene: Scene
    out: Path
    whole: bool
    _pages: dict[tuple[str, int, bool], Page] = field(default_factory=dict)

    def take(self, shot: Shot, name: str, look: Look) -> None:
        """Take one picture."""
        page = self._page(shot, look)
        if look.pseudo:
            stretched(page)
        page.evaluate("code => localStorage.setItem('language', code)", look.language)
        if shot.before:
            shot.before(page)
        page.goto(f"{self.market.app}{self.scene.pages[shot.page]}")
        _settle(page)
        if shot.act:
            shot.act(page)
            _settle(page)
        if not shot.sandbox:
            page.evaluate(PLAIN)
        if "messages" not in shot.name:
            page.evaluate("scrollTo(0, 0)")
        page.evaluate("document.activeElement?.blur()")
        _keep(page.screenshot(animations="disabled", full_page=self.whole or shot.whole), self.out / f"{name}.webp")
        if shot.fresh:
            page.context.close()
            return
        page.context.set_offline(False)
        page.unroute_all(behavior="ignoreErrors")

    def _page(self, shot: Shot, look: Look) -> Page:
        who = self.scene.people[shot.who]
        key = (who, look.width, look.dark)
        if shot.fresh or key not in self._pages:
            options: dict[str, Any] = {"viewport": SIZES[look.width], "color_scheme": "dark" if look.dark else "light"}
            page = self.market.sign_in(who, **options) if who else self.market.context(**options).new_page()
            if not who:
                page.goto(self.market.app)
            if shot.fresh:
                return page
            self._pages[key] = page
        return self._pages[key]


def _settle(page: Page) -> None:
    page.locator("h1").first.wait_for()
    page.locator(".loading").first.wait_for(state="detached")
    page.wait_for_timeout(250)


def _keep(picture: bytes, path: Path) -> None:
    """Write a picture with few colours, as WebP without loss: a page is a few kilobytes."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.convert("RGB").save(path, "WEBP", lossless=True, quality=100, method=6)


def photo(browser: Browser) -> bytes:
    """Draw a scratched surface: made here, so that nobody's picture is needed."""
    page = browser.new_page(viewport={"width": 640, "height": 480})
    wood = "repeating-linear-gradient(94deg, #8a5a33 0 14px, #7d4f2b 14px 22px, #95643b 22px 31px)"
    scratch = "linear-gradient(118deg, transparent 49.4%, #f1e3d3 49.6% 50.1%, #5d3a1f 50.2%, transparent 50.5%)"
    page.set_content(f"<body style='margin:0;height:480px;background:{scratch},{wood}'>")
    picture = page.screenshot(type="jpeg", quality=80)
    page.close()
    return picture


def main() -> None:
    """Take all pictures, or those of the rows that are named."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", type=int, nargs="*", default=[])
    arguments.add_argument("--looks", nargs="*", default=[], help="only pictures whose name ends with one of these")
    arguments.add_argument("--out", type=Path, default=OUT)
    arguments.add_argument("--whole", action="store_true", help="the page to its end")
    given = arguments.parse_args()
    given.out.mkdir(exist_ok=True, parents=True)
    rows = [it for it in SHOTS if not given.only or it.number in given.only]
    if not given.only and not given.looks:
        for old in (*given.out.glob("*.png"), *given.out.glob("*.webp")):
            old.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        with LocalCloud(Path(folder), Ports.free(), max_life=7200.0, web=True) as cloud:
            market = Marketplace(cloud, browser)
            camera = Camera(market, build(market, NAMES, photo(browser)), given.out, given.whole)
            for shot in rows:
                for name, look in looks(shot):
                    if not given.looks or name.endswith(tuple(given.looks)):
                        camera.take(shot, name, look)
        browser.close()
    kept = list(given.out.glob("*.webp"))
    total = sum(path.stat().st_size for path in kept)
    print(f"{len(kept)} pictures in {given.out}, {total / 1e6:.1f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
