"""One local cloud with the built web app, and one browser, for all tests of a session."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from localcloud.cloud import LocalCloud
from localcloud.ports import Ports
from tests.web.browser import FLAGS, NoBrowserError, executable
from tests.web.people import Marketplace


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Where none runs, the tests that need one are skipped, and say how to get one."""
    try:
        path = executable()
    except NoBrowserError as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def cloud(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running, initially empty local cloud that serves the app. Tests share it, so each uses people of its own."""
    assert browser.is_connected()
    with LocalCloud(tmp_path_factory.mktemp("web"), Ports.free(), max_life=7200.0, web=True) as running:
        yield running


@pytest.fixture(scope="session")
def market(cloud: LocalCloud, browser: Browser) -> Marketplace:
    """The marketplace's backend, and browsers for its people."""
    return Marketplace(cloud, browser)


@pytest.fixture(autouse=True)
def close_pages(market: Marketplace) -> Iterator[None]:
    """Close every page that a test opened, and fail if a page logged an error or broke the content security policy."""
    yield
    errors = market.close()
    assert [] == errors
