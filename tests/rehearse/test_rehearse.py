"""The rehearsal's own checks find what they are for, and say where the release before cannot be had."""

from __future__ import annotations

import subprocess
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.demo.api import Api, Reply
from localcloud.demo.cast import SCRIPTS
from localcloud.demo.checks import Checks
from localcloud.layout import LocalCloudError
from localcloud.rehearse import release
from localcloud.rehearse.main import FEW
from localcloud.rehearse.rehearsal import ApiOfAnyRelease, Played, compare
from localcloud.rehearse.seen import Told, gaps
from localcloud.rehearse.traffic import Answer, Caller

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("answer", "documented", "cut_off"),
    [
        (Answer("GET /x", 200, "", "", {}), True, False),
        (Answer("GET /x", 409, "busy", "", ""), True, False),
        (Answer("GET /x", 503, "newer_data", "2", ""), True, False),
        (Answer("GET /x", 503, "newer_data", "", ""), False, False),
        (Answer("GET /x", 500, "internal_error", "", ""), False, False),
        (Answer("GET /x", 500, "no_answer", "", "timed out"), False, False),
        (Answer("GET /x", 502, "", "", '{"message": "Worker process died"}'), False, True),
        (Answer("GET /x", 502, "", "", '{"message": "Worker init failed: No module named x"}'), False, False),
        (Answer("GET /x", 502, "", "", '{"message": "Task timed out after 20.00 seconds"}'), False, False),
    ],
)
def test_a_failure_of_the_product_is_told_from_one_of_the_engine(answer: Answer, documented: bool, cut_off: bool) -> None:  # noqa: FBT001
    """Only a 503 that says when to ask again is documented, and only a process that was killed is the engine's doing."""
    assert (documented, cut_off) == (answer.documented, answer.cut_off)


class Scripted(Caller):
    """A caller whose answers are written beforehand."""

    def __init__(self, *bodies: Any) -> None:  # noqa: ANN401 - answers of any shape
        """Answer the commands of messages with these bodies, in turn."""
        super().__init__({}, "1")
        self.bodies = list(bodies)
        self.sent: list[tuple[str, str | None]] = []

    def call(self, who: str, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:  # noqa: ANN401
        """Note a call, and answer it."""
        del who, body
        self.sent.append((f"{method} {path}", key))
        return Answer(f"{method} {path}", 200, "", "", self.bodies.pop(0) if key else {})


def test_a_command_whose_second_answer_is_another_is_noticed() -> None:
    """I5: a round repeats the last message under its key; the answer is compared with the first one."""
    same, other = Scripted({"id": "m-1"}, {"id": "m-1"}), Scripted({"id": "m-1"}, {"id": "m-2"})
    for caller in (same, other):
        caller.round({})
        caller.round({})

    assert ([], ["1-1"]) == (same.changed, other.changed)
    assert ["1-1", "1-1"] == [key for _, key in same.sent if key]


@pytest.mark.parametrize(
    ("field", "message", "expected"),
    [
        ("phone_code", "Extra inputs are not permitted", [{"phone": "1", "phone_code": "2"}, {"phone": "1"}]),
        ("phone", "It is no phone number", [{"phone": "1", "phone_code": "2"}]),
        ("addresses.0.zip", "Extra inputs are not permitted", [{"phone": "1", "phone_code": "2"}]),
    ],
)
def test_an_older_release_is_asked_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, field: str, message: str, expected: list[dict[str, str]]
) -> None:
    """A field that the release in place does not know is left out; what it refuses for another reason stays refused."""
    asked: list[Any] = []

    def refuse(_self: Api, _who: str, _method: str, _path: str, body: Any) -> Reply:  # noqa: ANN401 - a body
        asked.append(body)
        return (
            Reply(422, {"errors": [{"field": field, "message": message}]}) if field in body or "." in field else Reply(200, {})
        )

    monkeypatch.setattr(Api, "call", refuse)
    reply = ApiOfAnyRelease({}).call("seller:s", "PUT", "/sellers/s/contacts", {"phone": "1", "phone_code": "2"})

    assert (expected, 200 if len(expected) > 1 else 422) == (asked, reply.status)


def test_a_missing_number_is_a_gap() -> None:
    """Streams count from 1: one that begins later, or leaves one out, is named."""
    assert [] == gaps({"o-1#0#1", "o-1#0#2", "o-1#1#1"})
    assert ["o-1#0", "o-2#1"] == gaps({"o-1#0#1", "o-1#0#3", "o-2#1#2"})


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("balance", {"held": 1}),
        ("entries", (("1",),)),
        ("instructions", (("refund",),)),
        ("timelines", (("opened by buyer",),)),
    ],
)
def test_another_end_of_a_story_is_a_failed_check(part: str, value: Any) -> None:  # noqa: ANN401 - of each part
    """I3: balances, entries, instructions and timelines are compared, each by itself."""
    plain = Told("o-1", {"held": 0}, (), (), ())
    changed = Told(**{name: getattr(plain, name) for name in Told.__slots__} | {part: value})
    same, other = (Played([it], Checks()) for it in (plain, changed))
    for seen in (same, other):
        compare(Played([plain], Checks()), seen)

    assert [] == same.checks.failed
    assert [f"o-1: {part}, as without a deployment"] == [it.what for it in other.checks.failed]


def test_the_short_form_has_its_stories() -> None:
    """Each of them is a story of the demo."""
    assert dict.fromkeys(FEW, 1) == Counter(it.order_id for it in SCRIPTS if it.order_id in FEW)


def test_without_its_history_the_rehearsal_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without git, or a history that does not reach back, is named, with what to do; nothing is packaged."""
    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(LocalCloudError, match="no git checkout"):
        release.packaged()

    command = ["git", "init", "--quiet", str(tmp_path)]
    subprocess.run(command, check=True)
    says = f"the history here does not reach back to release {release.RELEASE}; `git fetch --unshallow` gets it"
    assert says == release.missing()


def test_a_release_that_cannot_be_packaged_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The end of what its tool said is in the error."""
    failed = SimpleNamespace(returncode=1, stdout="", stderr="no module named chalice")
    monkeypatch.setattr(release, "PLACE", tmp_path)
    monkeypatch.setattr(release, "missing", str)
    monkeypatch.setattr(release, "_unpack", lambda tree: tree.mkdir())
    monkeypatch.setattr("localcloud.rehearse.release.subprocess.run", lambda *_, **__: failed)

    with pytest.raises(LocalCloudError, match="no module named chalice"):
        release.packaged()
