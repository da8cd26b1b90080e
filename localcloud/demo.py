"""`python -m localcloud demo`: five stories against the deployed product, and whether all of it came true."""

import sys
import time
from collections import Counter
from typing import Any

from localcloud.cloud import LocalCloud
from localcloud.demo_api import Api
from localcloud.demo_checks import Checks
from localcloud.demo_market import PLATFORM, Market
from localcloud.demo_print import check_lines, ledger_of, story_lines
from localcloud.demo_stage import MESSAGE_PATIENCE, Stage, until
from localcloud.demo_stories import SCRIPTS, SELLERS
from localcloud.demo_story import Story
from localcloud.layout import LOCAL
from localcloud.ports import Ports

MAX_LIFE = 900.0
SIGNS = {"hold": 1, "refund": -1, "release": -1}


def main() -> int:
    """Play the stories on a local cloud of their own, on free ports; 0 only if every check came true."""
    with LocalCloud(LOCAL / "demo", Ports.free(), max_life=MAX_LIFE) as cloud:
        began = time.monotonic()
        checks = Checks()
        market = Market(Api(cloud.endpoints))
        stories = [Story(script, market, checks, _live, market.now()) for script in SCRIPTS]
        stage = Stage(cloud, market, stories[0].began)
        _register(market, stories)
        stage.play(stories)
        _check_messages(market, stories, checks)
        for story in stories:
            _check_ledger(story, checks)
        messages = market.api.outbox("messages.json")
        lines = [line for story in stories for line in story_lines(story, _about(story, messages), ledger_of(story))]
        took = time.monotonic() - began
    print("", *lines, *check_lines(checks.made), sep="\n")
    waited = f", the schedule fired after {stage.schedule_took:.0f} s" if stage.schedule_took else ""
    print(f"The stories took {took:.0f} s{waited}.")
    return 1 if checks.failed else 0


def _live(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _register(market: Market, stories: list[Story]) -> None:
    for story in stories:
        market.register_seller(story.script.seller, *SELLERS[story.script.seller])
        market.register_buyer(story.script.buyer)


def _about(story: Story, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["attributes"].get("order_id") == story.script.order_id]


def _check_messages(market: Market, stories: list[Story], checks: Checks) -> None:
    """Every expected message has gone out, none of them twice, and machines were told of every payment."""
    expected = {message for story in stories for message in story.expected_messages}

    def missing() -> set[tuple[str, str, str]]:
        entries = market.api.outbox("messages.json")
        return expected - {(e["person"], e["channel"], e["attributes"]["event_type"]) for e in entries}

    until(lambda: not missing(), MESSAGE_PATIENCE)
    checks.same("messages: those that have to go out and did not", [], sorted(missing()))
    sent = Counter((e["attributes"]["event"], e["person"], e["channel"]) for e in market.api.outbox("messages.json"))
    checks.same("messages: those that went out twice", [], [message for message, count in sent.items() if count > 1])


def _check_ledger(story: Story, checks: Checks) -> None:
    """The entries add up to the balance, nothing is held, and every payment was instructed once and is settled."""
    ledger = ledger_of(story)
    entries, balance = ledger["entries"], {name: amount["minor"] for name, amount in ledger["balance"].items()}
    added: Counter[str] = Counter()
    for entry in entries:
        added[entry["movement"]] += entry["amount"]["minor"]
    held = sum(SIGNS[movement] * amount for movement, amount in added.items())
    seen = {"paid": added["hold"], "held": held, "refunded": added["refund"], "released": added["release"]}
    story.expect("the ledger's entries add up to the balance", balance, seen)
    story.expect("held + refunded + released", balance["paid"], balance["held"] + balance["refunded"] + balance["released"])
    instructions = ledger["payment_instructions"]
    story.expect("payments settled", ["settled"] * (len(entries) - 1), [one["status"] for one in instructions])
    told = [
        entry["attributes"]["event"]
        for entry in story.market.api.outbox("systems.json")
        if entry["topic"].lower().find("payment") >= 0 and entry["attributes"].get("order_id") == story.script.order_id
    ]
    story.expect("payment instructions published", len(instructions), len(set(told)))
    story.expect("payment instructions pending", [], story.market.api.get(PLATFORM, "/payment-instructions")["items"])
