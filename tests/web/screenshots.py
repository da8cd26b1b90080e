"""Write pictures of the pages into docs/web: `python -m tests.web.screenshots`."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from localcloud.cloud import LocalCloud
from localcloud.layout import ROOT
from localcloud.ports import Ports
from tests.web import case as cases
from tests.web.browser import FLAGS, executable
from tests.web.people import PHONE, Marketplace

OUT = ROOT / "docs" / "web"
DESK = {"width": 1280, "height": 800}
SMALL = {"width": 320, "height": 640}
# The sandbox's bar is no part of what a marketplace ships.
PLAIN = "document.querySelector('.sandbox-bar')?.remove(); document.documentElement.dataset.stage = 'live'"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, whose page it is, and how it is looked at."""

    name: str
    role: str
    page: str
    size: tuple[int, int] = (PHONE["width"], PHONE["height"])
    language: str = "en"
    dark: bool = False


def _shots() -> list[Shot]:
    phone = [
        Shot("orders", "buyer", "orders"),
        Shot("order-late", "buyer", "order"),
        Shot("protection", "buyer", "protection"),
        Shot("messages", "buyer", "messages"),
        Shot("open-reason", "buyer", "new"),
        Shot("dispute-offer", "buyer", "offered"),
        Shot("accept", "buyer", "accept"),
        Shot("counter", "buyer", "offer"),
        Shot("dispute-decided", "buyer", "decided"),
        Shot("appeal", "buyer", "appeal"),
        Shot("return", "buyer", "return"),
        Shot("dispute-refunded", "buyer", "resolved"),
        Shot("evidence", "buyer", "evidence"),
        Shot("evidence-add", "buyer", "add"),
        Shot("settings", "buyer", "settings"),
        Shot("todo", "seller", "disputes"),
        Shot("claim", "seller", "opened"),
        Shot("seller-offer", "seller", "offer"),
    ]
    desk = [
        Shot(f"{it.name}-desk", it.role, it.page, (DESK["width"], DESK["height"]))
        for it in phone
        if it.name in {"orders", "todo", "dispute-offer"}
    ]
    dark = [
        Shot(f"{it.name}-dark", it.role, it.page, dark=True) for it in phone if it.name in {"orders", "dispute-offer", "todo"}
    ]
    spoken = [Shot(f"dispute-offer-{code}", "buyer", "offered", language=code) for code in ("es", "pt", "ru", "zh")]
    small = [
        Shot(f"{name}-320", "buyer", page, (SMALL["width"], SMALL["height"]), code)
        for name, page, code in (("orders", "orders", "es"), ("counter", "offer", "ru"))
    ]
    return [*phone, *desk, *dark, *spoken, *small]


def _take(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    page.locator("h1").wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate(PLAIN)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=path, animations="disabled")


def _photo(browser: Browser) -> bytes:
    """Draw a scratched surface: made here, so that nobody's picture is needed."""
    page = browser.new_page(viewport={"width": 640, "height": 480})
    wood = "repeating-linear-gradient(94deg, #8a5a33 0 14px, #7d4f2b 14px 22px, #95643b 22px 31px)"
    scratch = "linear-gradient(118deg, transparent 49.4%, #f1e3d3 49.6% 50.1%, #5d3a1f 50.2%, transparent 50.5%)"
    page.set_content(f"<body style='margin:0;height:480px;background:{scratch},{wood}'>")
    picture = page.screenshot(type="jpeg", quality=80)
    page.close()
    return picture


def main() -> None:
    """Take all pictures."""
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        with LocalCloud(Path(folder), Ports.free(), web=True) as cloud:
            market = Marketplace(cloud, browser)
            buyer, seller = market.person("buyer", name="ana"), market.person("seller", name="atelier-norte")
            case = cases.make(market, buyer, seller, _photo(browser))
            out = market.context().new_page()
            _take(out, market.app, OUT / "sign-in.png")
            for shot in _shots():
                who = case.buyer if shot.role == "buyer" else case.seller
                size = dict(zip(("width", "height"), shot.size, strict=True))
                page = market.sign_in(who, viewport=size, color_scheme="dark" if shot.dark else "light")
                page.evaluate("code => localStorage.setItem('language', code)", shot.language)
                _take(page, f"{market.app}{case.pages[shot.page]}", OUT / f"{shot.name}.png")
                page.context.close()
        browser.close()
    total = sum(path.stat().st_size for path in OUT.glob("*.png"))
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}, {total / 1e6:.1f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
