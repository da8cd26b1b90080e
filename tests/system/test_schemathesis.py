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
from tests.system.fuzzing import TOKENS
from tests.system.rights import OK
from tests.system.test_rights import OWN, Deployed, deployed

__all__ = ["deployed"]
HERE = Path(__file__).parent
LONG = "FUZZ_CASES" in os.environ
FUZZ_CASES = int(os.environ.get("FUZZ_CASES", "0"))


@pytest.mark.parametrize(
    ("phases", "examples", "seconds", "at_least"),
    [
        ("examples,fuzzing,stateful", max(2, FUZZ_CASES // 150), 3600 if LONG else 20, max(80, FUZZ_CASES)),
        # Coverage goes through every boundary of every schema, thousands of them: as far as the time goes.
        ("coverage", 1, 3600 if LONG else 10, 40),
    ],
    ids=["random", "boundaries"],
)
def test_made_up_requests_break_nothing(
    deployed: Deployed,
    phases: str,
    examples: int,
    seconds: int,
    at_least: int,
    tmp_path: Path,
) -> None:
    """No 5xx, no answer but the described ones, nothing without a token: on an order that is there, in a dispute."""
    cloud = deployed.cloud
    if deployed.call(OWN[Role.BUYER], "GET", "/orders/o-1").status != OK:
        bring(deployed, Stop.NEGOTIATING, "o-1", 1)
    callers = {endpoint.operation: SAMPLES[endpoint.operation].who for endpoint in EVERY if endpoint.roles}
    tokens = {operation: cloud.token(*who.split(":")) for operation, who in callers.items()}
    hooks = {TOKENS: json.dumps(tokens), "SCHEMATHESIS_HOOKS": "tests.system.fuzzing", "PYTHONPATH": str(ROOT)}
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [str(ROOT / "openapi.json"), "--url", cloud.api, "--phases", phases, "--max-examples", str(examples)]
    # One worker: Hypothesis parses sources, and CPython before 3.11.8 fails where two threads do (gh-106905).
    command += ["--max-time", str(seconds), "--workers", "1", "--warnings", "off", "--generation-database", "none"]

    done = subprocess.run(command, cwd=tmp_path, env=os.environ | hooks, capture_output=True, text=True, check=False)

    if done.returncode:
        pytest.fail(done.stdout[-20_000:])
    asked = re.search(r"([\d,]+) generated", done.stdout)
    assert asked
    assert int(asked[1].replace(",", "")) >= at_least
