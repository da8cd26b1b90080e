"""The two ways in which a person works a page: by taps, and by the keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 250
"""So many times Tab is pressed before something counts as out of reach. The sandbox's list of people is long."""
_HERE = "it => it === document.activeElement"
_NAMED = "it => it.type === 'radio' && document.activeElement?.name === it.name"
# A field of files is drawn as the frame around it; what shows the focus is an outline of it or of what it is in.
_SHOWN = """() => {
  const drawn = it => { const { outlineStyle, outlineWidth } = getComputedStyle(it);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2; };
  let it = document.activeElement;
  for (let up = 0; it && up < 3; up++, it = it.parentElement) if (drawn(it)) return '';
  return document.activeElement.outerHTML.slice(0, 200);
}"""


class Hand(Protocol):
    """Works a page, and counts what it pressed."""

    count: int

    def press(self, target: Locator) -> None:
        """Press a link, a button or a summary."""

    def write(self, field: Locator, text: str) -> None:
        """Replace the text of a field."""

    def choose(self, field: Locator, value: str) -> None:
        """Choose from a list."""

    def pick(self, choice: Locator) -> None:
        """Choose a radio button, or tick a box."""

    def attach(self, field: Locator, file: Path) -> None:
        """Give a file to a field of files."""

    def rest(self, page: Page) -> None:
        """Look at what came of it."""


class Pointer:
    """Taps."""

    def __init__(self) -> None:
        """Begin to count."""
        self.count = 0

    def press(self, target: Locator) -> None:
        """Tap it."""
        target.click()
        self.count += 1

    def write(self, field: Locator, text: str) -> None:
        """Type into a field."""
        field.fill(text)

    def choose(self, field: Locator, value: str) -> None:
        """Choose from a list."""
        field.select_option(value)

    def pick(self, choice: Locator) -> None:
        """Tap a radio button or a box."""
        choice.check()
        self.count += 1

    def attach(self, field: Locator, file: Path) -> None:
        """Give the file."""
        field.set_input_files(file)

    def rest(self, page: Page) -> None:
        """Look at the page for what comes next."""


class Keyboard:
    """Tab, Enter, Space and arrows. It fails if the focus is not seen, or if it is nowhere after something was pressed."""

    def __init__(self) -> None:
        """Begin to count."""
        self.count = 0
        self._on: tuple[Page, int] | None = None

    def press(self, target: Locator) -> None:
        """Tab to it and press Enter."""
        expect(target).to_be_enabled()
        self._reach(target, _HERE)
        self._key(target.page, "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Tab to a field, and type over what it holds."""
        self._reach(field, _HERE)
        keyboard = field.page.keyboard
        keyboard.press("Control+a")
        keyboard.press("Delete")
        keyboard.insert_text(text)

    def choose(self, field: Locator, value: str) -> None:
        """Tab to a list, and go down by the arrow."""
        self._reach(field, _HERE)
        for _ in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            field.page.keyboard.press("ArrowDown")
        expect(field).to_have_value(value)

    def pick(self, choice: Locator) -> None:
        """Tab to a group of radio buttons and go on by the arrow, or to a box and press Space."""
        if choice.is_checked():
            return
        self._reach(choice, f"it => ({_HERE})(it) || ({_NAMED})(it)")
        page = choice.page
        for _ in range(20):
            if choice.evaluate(_HERE):
                break
            page.keyboard.press("ArrowDown")
        if not choice.is_checked():
            self._key(page, "Space")
        expect(choice).to_be_checked()

    def attach(self, field: Locator, file: Path) -> None:
        """Tab to a field of files and press Enter, which opens the browser's own list of files."""
        self._reach(field, _HERE)
        with field.page.expect_file_chooser() as chooser:
            field.page.keyboard.press("Enter")
        chooser.value.set_files(file)

    def rest(self, page: Page) -> None:
        """Fail if the focus is nowhere. In a new document it is the browser's own matter."""
        if self._on == (page, _document(page)):
            expect(page.locator("body"), "the focus is lost").not_to_be_focused()

    def _key(self, page: Page, key: str) -> None:
        self._on = (page, _document(page))
        page.keyboard.press(key)
        self.count += 1

    def _reach(self, target: Locator, reached: str) -> None:
        """Press Tab until the focus is there."""
        target.wait_for()
        page = target.page
        self.rest(page)
        for _ in range(MOST_TABS):
            if target.evaluate(reached):
                break
            page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{page.url}: the keyboard does not come to {target}")
        hidden = page.evaluate(_SHOWN)
        assert not hidden, f"{page.url}: nothing shows that the focus is on {hidden}"


def _document(page: Page) -> int:
    """Return the number of the page's document: after a reload the focus begins anew, as the browser has it."""
    return int(page.evaluate("performance.timeOrigin"))


HANDS: dict[str, Callable[[], Hand]] = {"by taps": Pointer, "by keys": Keyboard}
