"""Check the demo at its end, beside the checks that each story makes on its way."""

import json
from collections import Counter
from typing import Any

from chalicelib.domain.ledger import EXTERNAL
from localcloud.demo.api import Api, UnexpectedAnswerError
from localcloud.demo.checks import Checks
from localcloud.demo.market import PLATFORM
from localcloud.demo.report import ledger_of
from localcloud.demo.runner import until
from localcloud.demo.story import Story

MESSAGE_PATIENCE = 30.0
SIGNS = {"hold": 1, "refund": -1, "release": -1}


def messages_of(api: Api) -> list[dict[str, Any]]:
    """Return all messages to people, and to the mediators together."""
    to_mediators = [entry for entry in api.outbox("systems.json") if entry["person"] == "mediators"]
    return api.outbox("messages.json") + to_mediators


def verify(api: Api, stories: list[Story], checks: Checks) -> None:
    """Check that all messages have gone out once, and that every order's money adds up."""
    _verify_messages(api, stories, checks)
    for story in stories:
        verify_money(api, story)


def missing_messages(api: Api, stories: list[Story]) -> list[tuple[str, ...]]:
    """Return the messages of stories that have not gone out: order, recipient, channel and event type."""
    expected = {message for story in stories for message in story.expected_messages}
    about = [(m["attributes"], m) for m in messages_of(api)]
    sent = {(a.get("order_id"), m["person"], m["channel"], a["event_type"]) for a, m in about}
    return sorted(expected - sent)


def _verify_messages(api: Api, stories: list[Story], checks: Checks) -> None:
    until(lambda: not missing_messages(api, stories), MESSAGE_PATIENCE)
    count = len({message for story in stories for message in story.expected_messages})
    checks.same(f"the {count} messages that have to go out, less those that did", [], missing_messages(api, stories))
    sent = Counter((m["attributes"]["event"], m["person"], m["channel"]) for m in messages_of(api))
    checks.same("messages that went out twice", [], [message for message, count in sent.items() if count > 1])


def verify_money(api: Api, story: Story) -> None:
    """Check that the entries add up to the balance. Each payment was instructed once, under one id, and settled."""
    try:
        _verify_ledger(api, story)
    except (UnexpectedAnswerError, LookupError) as error:
        story.expect("the ledger can be read", "yes", str(error))


def _verify_ledger(api: Api, story: Story) -> None:
    ledger = ledger_of(story)
    added: Counter[str] = Counter()
    for entry in ledger["entries"]:
        added[entry["movement"]] += entry["amount"]["minor"]
    held = sum(SIGNS[movement] * amount for movement, amount in added.items())
    seen = {"paid": added["hold"], "held": held, "refunded": added["refund"], "released": added["release"]}
    story.expect("what the entries add up to", {name: it["minor"] for name, it in ledger["balance"].items()}, seen)
    story.expect("held + refunded + released", seen["paid"], seen["held"] + seen["refunded"] + seen["released"])
    ours = (entry for entry in ledger["entries"][1:] if entry["cause"] != EXTERNAL)  # the bank paid those
    moved = [(entry["movement"], entry["amount"], "settled") for entry in ours]
    instructed = [(one["movement"], one["amount"], one["status"]) for one in ledger["payment_instructions"]]
    story.expect("the payment instructions", moved, instructed)
    attempts = {(one["id"], attempt) for one in ledger["payment_instructions"] for attempt in range(1, one["attempts"] + 1)}
    story.expect("what the payment system was told, id and attempt", sorted(attempts), sorted(payments_told(api, story)))
    waiting = api.get(PLATFORM, "/payment-instructions?status=pending")["items"]
    story.expect("payments still waited for", [], [one["id"] for one in waiting if one["id"].startswith(story.script.order_id)])


def payments_told(api: Api, story: Story) -> set[tuple[str, int]]:
    """Return the payments of a story's order that the payment system was told to make: instruction and attempt."""
    entries = [entry for entry in api.outbox("systems.json") if entry["person"] == "payments"]
    bodies = [json.loads(entry["body"]) for entry in entries if entry["attributes"].get("order_id") == story.script.order_id]
    return {(body["id"], body["attempt"]) for body in bodies}
