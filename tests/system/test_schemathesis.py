"""I10, I6: requests made up from openapi.json, in all of Schemathesis's phases, break nothing in the deployed product."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.domain.people import Role
from localcloud.layout import ROOT
from tests.api.samples import EVERY, SAMPLES, Stop, bring
from tests.randomness import HUNTING, SEED, tries
from tests.system.fuzzing import EACH, TOKENS
from tests.system.rights import OK
from tests.system.test_rights import OWN, Deployed, deployed

__all__ = ["deployed"]
HERE = Path(__file__).parent
EACH_OF = 1 if HUNTING else 8
"""The step through the three thousand boundaries of all schemas: every run sends each eighth, a hunt sends all."""


@pytest.mark.parametrize(
    ("phases", "at_least"),
    [("examples,fuzzing,stateful", 200), ("coverage", 300)],
    ids=["random", "boundaries"],
)
def test_made_up_requests_break_nothing(deployed: Deployed, phases: str, at_least: int, tmp_path: Path) -> None:
    """No 5xx, no answer but the described ones, nothing without a token: on an order that is there, in a dispute."""
    cloud = deployed.cloud
    if deployed.call(OWN[Role.BUYER], "GET", "/orders/o-1").status != OK:
        bring(deployed, Stop.NEGOTIATING, "o-1", 1)
    callers = {endpoint.operation: SAMPLES[endpoint.operation].who for endpoint in EVERY if endpoint.roles}
    tokens = {operation: cloud.token(*who.split(":")) for operation, who in callers.items()}
    hooks = {"SCHEMATHESIS_HOOKS": "tests.system.fuzzing", "PYTHONPATH": str(ROOT)}
    hooks |= {TOKENS: json.dumps(tokens), EACH: str(EACH_OF)}
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [str(ROOT / "openapi.json"), "--url", cloud.api, "--phases", phases, "--seed", str(SEED)]
    # One worker: Hypothesis parses sources, and CPython before 3.11.8 fails where two threads do (gh-106905).
    command += ["--max-examples", str(tries(2)), "--workers", "1", "--warnings", "off", "--generation-database", "none"]

    done = subprocess.run(command, cwd=tmp_path, env=os.environ | hooks, capture_output=True, text=True, check=False)

    if done.returncode:
        pytest.fail(done.stdout[-20_000:])
    asked = re.search(r"([\d,]+) generated", done.stdout)
    assert asked
    assert int(asked[1].replace(",", "")) >= at_least
