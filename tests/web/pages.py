"""The parties' part of a story, played through the pages of the app instead of by calls of the API."""

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from localcloud.demo.api import Api
from localcloud.forms import PHOTO
from tests.web.opening import open_dispute
from tests.web.party import Body, Party, decimal


def _propose(by: Party, body: Body) -> None:
    by.follow("offer")
    by.page.locator("main form").wait_for()
    whose = ".seller" if by.role == "seller" else ""
    kinds = by.page.get_by_role("radio", name=by.words(f"kind.{body['type']}{whose}"))
    if by.page.locator("input[name=type]").count():
        by.hand.pick(kinds.first)
    if body["amount"]["minor"]:
        by.hand.write(by.page.locator(".amount input"), decimal(body["amount"]))
    by.hand.write(by.field("offer.note"), body.get("note", ""))
    by.send(done="offered")


def _accept(by: Party, _body: Body, proposal: str) -> None:
    by.follow(f"accept/{proposal}")
    by.send(done="accepted")


def _words(page: str, field: str = "note") -> Callable[[Party, Body], None]:
    """Return how the act whose page has one field for words is played."""

    def play(by: Party, body: Body) -> None:
        by.follow(page)
        if body.get(field):
            by.hand.write(by.page.locator("main form textarea"), body[field])
        by.send(done=page)

    return play


def _add_evidence(by: Party, body: Body) -> None:
    by.follow("evidence/add")
    note, kind = by.page.locator("main form textarea"), by.page.locator(f"input[name=kind][value={body['type']}]")
    note.wait_for()
    if body["type"] == "photo":
        show_photo(by, body["note"])
        return
    by.hand.write(note, body["note"])
    if kind.count():
        by.hand.pick(kind)
    by.send(done="evidence")


def show_photo(by: Party, note: str) -> None:
    """Add a photo on the page for evidence, which then lists it."""
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        photo.write_bytes(PHOTO)
        by.hand.attach(by.page.locator("input[type=file]"), photo)
        by.page.locator(".picked img").wait_for()
        by.hand.write(by.page.locator("main form textarea"), note)
        by.hand.press(by.page.locator("main form button[type=submit]"))
        by.page.wait_for_url(re.compile(r"/evidence$"))
        expect(by.page.get_by_text(note)).to_be_visible()
        by.hand.rest(by.page)


def _ship(page: str) -> Callable[[Party, Body], None]:
    def play(by: Party, body: Body) -> None:
        by.follow(page)
        by.hand.choose(by.page.locator("main form select"), body["carrier"])
        by.hand.write(by.field("carrier.number"), body["tracking_number"])
        by.send(done=page)

    return play


def _acknowledge(by: Party, body: Body) -> None:
    by.follow("returned")
    by.hand.pick(by.page.locator(f"input[name=how][value={body['type']}]"))
    by.send(done="returned")


_ACTS: list[tuple[re.Pattern[str], Callable[..., None]]] = [
    (re.compile("/proposals"), _propose),
    (re.compile(r"/proposals/(\d+)/accept"), _accept),
    (re.compile("/decline"), _words("decline")),
    (re.compile("/escalate"), _words("escalate")),
    (re.compile("/appeal"), _words("appeal")),
    (re.compile("/decision/accept"), _words("decision")),
    (re.compile("/evidence"), _add_evidence),
    (re.compile("/return/shipment"), _ship("return")),
    (re.compile("/return/acknowledgement"), _acknowledge),
    (re.compile("/replacement/shipment"), _ship("replacement")),
]
"""How each act in a dispute is played, by what follows the dispute in its path."""
_DISPUTE = re.compile(r"/disputes/([^/]+)(/.+)")
_OPENING = re.compile(r"/orders/([^/]+)/disputes")
_PARCEL = re.compile(r"/orders/([^/]+)/shipments")


class ByPages(Api):
    """The API as a story calls it, but what a buyer or a seller sends is done on their pages."""

    def __init__(self, endpoints: Mapping[str, Any], *parties: Party) -> None:
        """Play these people; others, such as mediators, call the API."""
        super().__init__(endpoints)
        self.parties = {party.who: party for party in parties}

    def post(self, who: str, path: str, body: Body) -> dict[str, Any]:
        """Do it on the person's page, and return what the API then says of it."""
        by = self.parties.get(who)
        if by is None:
            return super().post(who, path, body)
        if found := _OPENING.fullmatch(path):
            return self.get(who, f"/disputes/{open_dispute(by, found[1], body)}")
        if found := _PARCEL.fullmatch(path):
            by.go(f"orders/{found[1]}")
            _ship("ship")(by, body)
            return self.get(who, f"/orders/{found[1]}")
        found = _DISPUTE.fullmatch(path)
        assert found, path
        by.go(f"disputes/{found[1]}")
        for pattern, play in _ACTS:
            if parts := pattern.fullmatch(found[2]):
                play(by, body, *parts.groups())
                return self.get(who, f"/disputes/{found[1]}")
        raise AssertionError(f"no page for {path}")
