"""The page about connecting systems: its templates are correct, and what it says of messages and pauses is so."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.api.endpoint import ENDPOINTS
from chalicelib.domain.policy import published
from chalicelib.domain.webhooks import ATTEMPTS_AT_MOST, FAILED_ATTEMPTS, FAILING_FOR, PAUSES
from chalicelib.notify.webhooks.posting import WHOLE_S
from infra.build import template
from tests.api.edge import NOON
from tests.api.samples import EVERY
from tools.asyncapi_page import document

PAGE = (Path(__file__).parents[2] / "docs" / "connect.md").read_text(encoding="utf-8")
TEMPLATES = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(TEMPLATES)))
def test_a_template_on_the_page_is_correct(number: int, tmp_path: Path) -> None:
    """cfn-lint has nothing to say of a template that readers copy."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATES[number], encoding="utf-8")
    command = [sys.executable, "-c", "from cfnlint.runner import main; raise SystemExit(main())"]
    done = subprocess.run([*command, "--regions", "eu-west-1", "--", str(file)], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stdout)


def test_the_page_has_the_templates() -> None:
    """The test above looked at a queue with dead letters, and at a pipe to an event bus."""
    assert 2 == len(TEMPLATES)
    assert "AWS::SQS::QueuePolicy" in TEMPLATES[0]
    assert "AWS::Pipes::Pipe" in TEMPLATES[1]


def test_the_page_names_the_stacks_outputs() -> None:
    """Every topic that the page names is an output of the stack, and in asyncapi.json."""
    outputs = template()["Outputs"]
    named = re.findall(r"`(\w+TopicArn|PaymentsQueueUrl)`", PAGE)
    assert {"EventsTopicArn", "PaymentsTopicArn", "MediatorsTopicArn", "PaymentsQueueUrl"} == set(named)
    assert [] == [name for name in named if name not in outputs]
    assert {"events", "payments", "mediators", "webhooks"} == document()["channels"].keys()


def test_the_page_names_the_fields_of_an_instruction() -> None:
    """The fields that a payment system reads are those that are published."""
    fields = document()["components"]["schemas"]["PaymentMessage"]["required"]
    written = PAGE.split("It receives an instruction: ")[1].split("\n")[0]
    assert fields == re.findall(r"`(\w+)`", written)


def test_the_page_has_every_route_of_webhooks() -> None:
    """Each route is in the table, and no other one is."""
    written = {re.sub(r"{id}", "{}", it) for it in re.findall(r"`((?:GET|POST|PUT|DELETE) /webhook-endpoints[^`]*)`", PAGE)}
    routes = {f"{it.method} {re.sub(r'{[^}]+}', '{}', it.path)}" for it in EVERY if it.path.startswith("/webhook-endpoints/")}
    assert routes | {"GET /webhook-endpoints"} == written
    assert len(ENDPOINTS) >= len(EVERY)


def test_the_page_says_when_things_are_tried_again() -> None:
    """M2, N7: the pauses and limits on the page are those of the code and of the policy in force."""

    def short(pause: timedelta) -> str:
        seconds = int(pause.total_seconds())
        number, unit = next((seconds // size, unit) for size, unit in ((3600, "h"), (60, "min"), (1, "s")) if seconds >= size)
        return f"{number} {unit}"

    *first, last = map(short, PAUSES)
    assert f"after {', '.join(first)} and {last}: ten attempts in 75 hours" in PAGE
    assert (10, 10, 3, 10.0) == (ATTEMPTS_AT_MOST, FAILED_ATTEMPTS, FAILING_FOR.days, WHOLE_S)
    policy = published().in_force(NOON)
    assert [1, 4, 24, 72] == [*policy.payment_retry_hours]
    assert "It is issued again after 1, 4, 24 and 72 hours" in PAGE
    assert f"reports nothing for {policy.payment_overdue_hours} hours" in PAGE


def test_the_bodies_on_the_page_are_json() -> None:
    """A reader can copy them."""
    for body in re.findall(r"-d '(.+?)'", PAGE) + re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL):
        json.loads(body)
