"""The peers are small, pinned and measured alike; what they cost is computed from published prices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.meter import Spent
from bench.peers import story
from bench.peers.prices import HOURS, Life, ours, server_a_month, workflow
from bench.scale.designs import BEFORE

if TYPE_CHECKING:
    from collections.abc import Callable

PEERS = Path(story.__file__).parent
WRITTEN = ("powertools_peer.py", "fastapi_peer.py")


@pytest.mark.parametrize("name", WRITTEN)
def test_a_peer_is_small_and_says_how_it_is_simpler(name: str) -> None:
    """A peer has fewer than 150 lines, and its docstring begins what it leaves out with "Simplified"."""
    text = (PEERS / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    assert "\nSimplified: " in text


@pytest.mark.parametrize("name", ["powertools", "fastapi"])
def test_a_peer_s_packages_are_pinned_with_hashes(name: str) -> None:
    """Everything that a peer asks for is pinned, and each pin has a hash."""
    asked = (PEERS / f"requirements-{name}.in").read_text(encoding="utf-8").split()
    pinned = (PEERS / f"requirements-{name}.txt").read_text(encoding="utf-8")
    assert [] == [it for it in asked if f"{it.partition('[')[0]}==" not in pinned.replace("[binary]", "")]
    assert pinned.count("==") <= pinned.count("--hash=sha256:")


def peer(answers: Callable[[story.Step, str, int], story.Answer]) -> Any:  # noqa: ANN401 - what `measured` takes
    """Return a peer whose answers are made up, from how often a key has been seen."""
    seen: dict[str, int] = {}

    def prepared(step: story.Step, key: str) -> Callable[[], story.Answer]:
        seen[key] = seen.get(key, 0) + 1
        return lambda: answers(step, key, seen[key])

    return prepared


def test_a_command_s_bytes_and_time_are_means() -> None:
    """Of two stories of four commands: the bytes sent and stored by a command, and a time for each command."""
    sizes = iter([100, 900])
    found = story.measured(peer(lambda *_: (201, "{}")), lambda: next(sizes), 2)
    sent = [len(it.raw) for it in story.steps("o")]
    assert {"open", "offer", "counter", "accept"} == found["cpu_ms"].keys()
    assert (sum(sent) / 4, 800 / 8) == (found["request_bytes"], found["stored_bytes"])


@pytest.mark.parametrize(
    ("answers", "says"),
    [(lambda *_: (500, "no"), "open: 500"), (lambda _, __, n: (201, str(n)), "not idempotent")],
)
def test_a_peer_that_fails_is_no_peer(answers: Any, says: str) -> None:  # noqa: ANN401 - a made-up peer
    """A command that is refused, or that answers its repetition otherwise, ends the run."""
    with pytest.raises(RuntimeError, match=says):
        story.measured(peer(answers), lambda: 0, 1)


def test_an_event_is_the_gateway_s() -> None:
    """The function is handed the route, the ids and the body as API Gateway hands them over."""
    step = list(story.steps("o1"))[3]
    event = step.event("k")
    assert ("/disputes/o1-d1/proposals/3/accept", {}) == (event["path"], json.loads(event["body"]))
    assert step.resource == event["resource"] == event["requestContext"]["resourcePath"]


def test_prices_are_what_a_calculator_says() -> None:
    """A thousand disputes: writes, gateway and transitions by their prices, and a server by its hours."""
    life = Life(commands=7, writes=100, reads=20, stored=2**20, view=Spent(calls=2, read_units=1.5))
    parts = ours(life, BEFORE)
    assert parts["writes"] == pytest.approx(1000 * 100 * 0.625e-6)
    assert parts["reads"] == pytest.approx(1000 * (20 + 12 * 1.5) * 0.125e-6)
    assert parts["gateway"] == pytest.approx(1000 * 19 * 3.5e-6)
    assert parts["storage"] == pytest.approx(1000 * 0.25 * 12 / 1024)
    assert workflow(life) == pytest.approx(1000 * (7 * 3 + 2) * 0.000025)
    assert server_a_month() == pytest.approx(HOURS * (0.0168 + 0.032) + 20 * 0.115)
