"""Play stories while the code under them changes, and check that nobody could tell."""

import json
import logging
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chalicelib.domain.money import Money
from chalicelib.store.schema import PLAIN, SCHEMA, SCHEMA_NAME
from localcloud.cloud import LocalCloud
from localcloud.demo.api import Api, Reply
from localcloud.demo.cast import BUYERS, SELLERS
from localcloud.demo.checks import Checks
from localcloud.demo.market import PLATFORM, Market
from localcloud.demo.runner import StoryRunner, until
from localcloud.demo.story import Script, Story, Until
from localcloud.demo.verify import missing_messages, verify_money
from localcloud.forms import read
from localcloud.packaging.build import Artefact
from localcloud.ports import Ports
from localcloud.rehearse.seen import Told, gaps, published_events, stored_events, told
from localcloud.rehearse.traffic import HEALTH, UNAVAILABLE, Traffic

log = logging.getLogger(__name__)
MAX_LIFE = 1800.0
INVALID, UNKNOWN_FIELD = 422, "Extra inputs are not permitted"
NOT_YET = ("the other side reads a copy of the photo",)
"""The checks of stories that the release before does not pass, since it does not do that yet."""
PATIENCE = 120.0
"""Seconds for the stream to have published everything."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A package that is deployed in the middle of the stories, on that day of theirs."""

    day: float
    name: str
    artefact: Artefact


@dataclass(slots=True)
class Played:
    """What came of stories: what the API told at their end, the answers that callers got, and what was checked."""

    stories: list[Told]
    checks: Checks
    statuses: Counter[str] = field(default_factory=Counter)
    cut_off: int = 0
    while_deploying: int = 0
    """How many of the answers came while something was deployed."""
    releases: set[str] = field(default_factory=set)
    """The releases that answered `/health`; release 0.2.0 does not name itself."""
    events: int = 0


class ApiOfAnyRelease(Api):
    """Leaves out of a body the fields that the release in place does not know, as an app of its time would.

    It adds to each amount of an answer the decimals that 0.2.0 leaves to the app.
    """

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Return the answer. What is refused for an unknown field of its body is asked again without it."""
        reply = super().call(who, method, path, body)
        found = reply.body.get("errors", ()) if reply.status == INVALID and body else ()
        unknown = {it["field"] for it in found if it["message"] == UNKNOWN_FIELD}
        left = without(body, unknown)
        reply = reply if left == body else super().call(who, method, path, left)
        return replace(reply, body=with_exponents(reply.body))


def without(value: Any, fields: Collection[str], at: str = "") -> Any:  # noqa: ANN401 - JSON
    """Return ``value`` without these fields, which are named by their way down from it, as in ``lines.0.price``."""
    if isinstance(value, Mapping):
        ways = {name: f"{at}.{name}".lstrip(".") for name in value}
        return {name: without(value[name], fields, way) for name, way in ways.items() if way not in fields}
    if isinstance(value, list | tuple):
        return [without(it, fields, f"{at}.{n}") for n, it in enumerate(value)]
    return value


def with_exponents(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return ``value`` with the exponent of its currency in every amount."""
    if isinstance(value, list):
        return [with_exponents(it) for it in value]
    if not isinstance(value, dict):
        return value
    if value.keys() >= {"minor", "currency"}:
        return value | {"exponent": Money(value["minor"], value["currency"]).exponent}
    return {name: with_exponents(it) for name, it in value.items()}


class DeployingRunner(StoryRunner):
    """Deploys packages between the scenes of stories, each on its day."""

    def __init__(self, cloud: LocalCloud, market: Market, deployments: Sequence[Deployment]) -> None:
        """Count the days from now."""
        super().__init__(cloud, market, market.now())
        self._deployments = list(deployments)
        self._stories: list[Story] = []
        self.spans: list[tuple[float, float]] = []
        """The monotonic times at which deployments began and ended."""

    def play(self, stories: list[Story]) -> None:
        """Play every story to its end, with the deployments between their scenes."""
        self._stories = stories
        super().play(stories)

    def _wake(self, wake: Until, story: Story) -> None:
        while self._deployments and wake.day >= self._deployments[0].day:
            due, began = self._deployments.pop(0), time.monotonic()
            self._cloud.update(due.artefact)
            self.spans.append((began, time.monotonic()))
            log.info("day %.1f: deployed %s in %.1f s", due.day, due.name, time.monotonic() - began)
            for one in self._stories:
                one.expect(f"its files can be read after {due.name} was deployed", [], unreadable(one))
        super()._wake(wake, story)


def unreadable(story: Story) -> list[str]:
    """Return the evidence of a story whose file cannot be read by its link, each with the reason."""
    if story.dispute_id is None:
        return []
    found = []
    for it in story.market.api.get(story.seller, f"/disputes/{story.dispute_id}/evidence")["evidence"]:
        try:
            if it["link"] and not read(it["link"]):
                found.append(f"{it['id']}: it is empty")
        except OSError as error:
            found.append(f"{it['id']}: {error}")
    return found


def play(directory: Path, scripts: Sequence[Script], first: Artefact, deployments: Sequence[Deployment] = ()) -> Played:
    """Play stories on a new local cloud that begins with the package `first`, and deploy the others on their days.

    Calls go on beside the stories where there is something to deploy. Whatever is wrong is a failed check of the result.
    """
    checks = Checks()
    with LocalCloud(directory, Ports.free(), MAX_LIFE, first) as cloud:
        api = ApiOfAnyRelease(cloud.endpoints)
        market = Market(api)
        runner = DeployingRunner(cloud, market, deployments)
        stories = [Story(script, market, checks, log.debug, market.now()) for script in scripts]
        for story in stories:
            market.register_seller(story.script.seller, *SELLERS[story.script.seller])
            market.register_buyer(story.script.buyer, *BUYERS[story.script.buyer])
        played = Played([], checks)
        if deployments:
            traffic = Traffic(cloud.endpoints, market)
            with traffic:
                runner.play(stories)
            _check_calls(traffic, played, api)
            played.while_deploying = sum(began <= it.at <= ended for it in traffic.answers for began, ended in runner.spans)
            checks.same("calls while something was deployed", expected=True, seen=played.while_deploying > 0)
            _check_newer_schema(cloud, api, traffic.callers[0].order, checks)
        else:
            runner.play(stories)
        _check_events(cloud, api, stories, played)
        for story in stories:
            verify_money(api, story)
        played.stories = [told(story) for story in stories]
    if deployments:
        checks.made = [it for it in checks.made if not it.what.endswith(NOT_YET)]
    return played


def _check_calls(traffic: Traffic, played: Played, api: Api) -> None:
    """Check every answer that the callers got, and that each command of theirs had one effect."""
    answers, checks = traffic.answers, played.checks
    played.statuses = Counter(f"{it.status} {it.code}".strip() for it in answers)
    played.releases = {str(it.body.get("release", "")) for it in answers if it.asked == HEALTH and isinstance(it.body, dict)}
    played.cut_off = sum(it.cut_off for it in answers)
    checks.same("failures of the callers themselves", [], [repr(it) for it in traffic.failed])
    odd = [f"{it.asked}: {it.status} {it.body}" for it in answers if not it.documented and not it.cut_off]
    checks.same("answers that the API's description does not have", [], odd)
    refused = [f"{it.asked}: {it.status} {it.body}" for it in answers if 400 <= it.status < 500]  # noqa: PLR2004 - HTTP
    checks.same("calls that were refused", [], refused)
    checks.same("commands whose second answer was another", [], [key for it in traffic.callers for key in it.changed])
    for caller in traffic.callers:
        texts, cursor = Counter[str](), ""
        while True:
            page = api.get(f"buyer:buyer-{caller.name}", f"/orders/{caller.order}/messages?limit=100{cursor}")
            texts.update(it["text"] for it in page["items"])
            if not page["cursor"]:
                break
            cursor = f"&cursor={page['cursor']}"
        wanted = {f"Message {number}." for number in range(1, len(caller.firsts) + 1)}
        checks.same(
            f"{caller.order}: each message is there once", dict.fromkeys(sorted(wanted), 1), dict(sorted(texts.items()))
        )


def _check_newer_schema(cloud: LocalCloud, api: Api, order: str, checks: Checks) -> None:
    """Check that what runs at the end does not touch an order in a schema that it does not know (I17)."""
    table, key = cloud.endpoints["table"], {"pk": {"S": f"ORDER#{order}"}, "sk": {"S": "#ORDER"}}
    dynamodb = cloud.aws("dynamodb")

    def write(schema: int) -> None:
        dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression=f"SET {SCHEMA_NAME} = :schema",
            ExpressionAttributeValues={":schema": {"N": str(schema)}},
        )

    write(SCHEMA + 1)
    before = dynamodb.get_item(TableName=table, Key=key)["Item"]
    ship = {"carrier": "dhl", "tracking_number": "00340434161094042557"}
    asked = (("GET", f"/orders/{order}", None), ("POST", f"/orders/{order}/shipments", ship))
    for method, path, body in asked:
        answer = api.call(PLATFORM, method, path, body)
        seen = (answer.status, answer.body.get("code"))
        checks.same(f"{method} of an order in a newer schema", (UNAVAILABLE, "newer_data"), seen)
    checks.same("an order in a newer schema", before, dynamodb.get_item(TableName=table, Key=key)["Item"])
    write(PLAIN)
    checks.same("the order again, in the known schema", 200, api.call(PLATFORM, "GET", f"/orders/{order}").status)


def _check_events(cloud: LocalCloud, api: Api, stories: list[Story], played: Played) -> None:
    """Check that every event in the table was published, that none is missing between two, and that people were told."""

    def unpublished() -> set[str]:
        return stored_events(cloud) - published_events(cloud, api)

    until(lambda: not unpublished(), PATIENCE)
    stored = stored_events(cloud)
    played.events = len(stored)
    played.checks.same("events that were not published", [], sorted(unpublished()))
    played.checks.same("timelines with a gap", [], gaps(stored))
    until(lambda: not missing_messages(api, stories), PATIENCE)
    played.checks.same("messages to people that did not go out", [], missing_messages(api, stories))
    for queue in ("stream_failures", "sweep_failures", "upload_failures"):
        found = cloud.aws("sqs").receive_message(QueueUrl=cloud.endpoints[queue], MaxNumberOfMessages=10)
        played.checks.same(f"{queue}: dead letters", [], [it["Body"] for it in found.get("Messages", [])])


def compare(expected: Played, seen: Played) -> None:
    """Check that stories ended as they do without a deployment: balances, entries, instructions, timelines."""
    for one, other in zip(expected.stories, seen.stories, strict=True):
        for part in ("balance", "entries", "instructions", "timelines"):
            what = f"{one.order}: {part}, as without a deployment"
            seen.checks.same(what, _text(getattr(one, part)), _text(getattr(other, part)))


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
