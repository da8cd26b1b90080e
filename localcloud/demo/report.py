"""Print the stories for a person: who did what, the timeline on record, the messages and the money."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.domain.money import Money
from localcloud.demo.checks import Check
from localcloud.demo.market import PLATFORM
from localcloud.demo.story import Story

WIDTH = 118
FIRST_LINES = 2


def story_lines(story: Story, messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one story, with the `messages` about its order and the order's ledger. Raises UnexpectedAnswerError."""
    script = story.script
    yield f"=== {script.title}  (order {script.order_id}, {story.buyer}, {story.seller})"
    for act in story.acts:
        yield from _wrapped(f"  day {_day(story, act.at)}  ", f"{act.who} {act.what}")
    if story.dispute_id:
        yield ""
        yield f"  The timeline of {story.dispute_id}"
        for event in story.market.api.get(story.buyer, f"/disputes/{story.dispute_id}/timeline")["events"]:
            at = datetime.fromisoformat(event["at"])
            head = f"  {event['seq']:>3}  {at:%Y-%m-%d %H:%M}Z  {event['actor']['role']:<8}  "
            yield from _wrapped(head, f"{event['type']:<25} {_particulars(event)}".rstrip())
    yield ""
    yield from inbox_lines(messages)
    yield "  The money"
    yield from _money_lines(ledger_of(story))
    yield ""


def inbox_lines(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each person's inbox by this machine's clock: channel, subject or title, and the first lines."""
    for person in sorted({message["person"] for message in messages}):
        yield f"  The inbox of {person}"
        for message in (m for m in messages if m["person"] == person):
            head = f"    {datetime.fromisoformat(message['at']):%H:%M:%S}Z  {message['channel']:<5}  "
            lines = [line for line in message["body"].splitlines() if line][:FIRST_LINES]
            yield from _wrapped(head, message["subject"] or lines.pop(0))
            for line in lines:
                yield from _wrapped(" " * len(head) + "| ", line)
        yield ""


def _money_lines(ledger: Mapping[str, Any]) -> Iterator[str]:
    for entry in ledger["entries"]:
        moved = f"{entry['movement']:<8} {_money(entry['amount']):>14}  {entry['debit']} -> {entry['credit']}"
        yield f"    {entry['number']}  {entry['at']}  {moved:<44} {entry['cause']}"
    balance = ledger["balance"]
    parts = " + ".join(f"{_money(balance[name])} {name}" for name in ("held", "refunded", "released"))
    yield f"    {parts} = {_money(balance['paid'])} paid"
    for one in ledger["payment_instructions"]:
        tried = f" at attempt {one['attempts']}" if one["attempts"] > 1 else ""
        yield f"    {one['id']}: {one['movement']} of {_money(one['amount'])} to {one['payee']} {one['status']}{tried}"


def check_lines(made: Sequence[Check]) -> Iterator[str]:
    """Yield one line if all checks came true, or each check that did not."""
    failed = [check for check in made if not check.holds]
    if not failed:
        yield f"All {len(made)} checks came true."
        return
    yield f"{len(failed)} of {len(made)} checks did not come true:"
    for check in failed:
        yield f"  {check.what}"
        yield f"    expected {check.expected}"
        yield f"    seen     {check.seen}"


def ledger_of(story: Story) -> dict[str, Any]:
    """Return the ledger of a story's order, as the marketplace reads it."""
    return story.market.api.get(PLATFORM, f"/orders/{story.script.order_id}/ledger")


def _particulars(event: Mapping[str, Any]) -> str:
    """Return the details of an event beside its type, such as amounts, texts and names, without whole states."""
    data = event["data"]
    for inner in ("request", "proposal", "decision", "grant", "evidence", "parcel", "record"):
        if isinstance(data.get(inner), dict):
            data = data | data[inner]
    shown = []
    for name in ("outcome", "basis", "type", "amount", "refund", "to", "question", "finding", "rationale", "carrier",
                 "tracking_number", "status", "acknowledgement", "mediator", "proposal_id", "return_address", "return_postage",
                 "note"):  # fmt: skip
        value = data.get(name)
        if isinstance(value, dict) and name == "return_address":
            shown.append(f"to {value['city']} {value['country']}")
        elif value and name == "return_postage":
            shown.append(f"postage paid by the {value}")
        elif value and name == "proposal_id":
            shown.append(f"proposal {value}")
        elif isinstance(value, dict):
            shown.append(_money(value))
        elif value and name in ("note", "question", "rationale"):
            shown.append(f'"{value}"')
        elif value:
            shown.append(str(value))
    return ", ".join(shown)


def _day(story: Story, at: datetime) -> str:
    return f"{(at - story.began).days:>2}"


def _money(amount: Mapping[str, Any]) -> str:
    return str(Money(amount["minor"], amount["currency"]))


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False) or [head]
