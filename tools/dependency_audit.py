"""Compare every pinned dependency with a list of known vulnerabilities: ``make audit``.

pip-audit does the work. What this adds: it says how many were checked, holds them against the pins, and tells "nothing is
known" from "nobody was asked".
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")
"""What is deployed, and what builds and tests it."""
CLEAN, VULNERABLE, INCOMPLETE, NOT_ASKED = 0, 1, 2, 3
"""The exit codes: nothing is known of any; something is known; not every pin was looked up; the source did not answer."""
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)(?: *; *([^\\\n]+))?", re.MULTILINE)
_TIMEOUT_S = 15


def normal(name: str) -> str:
    """Return a package's name in its one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(requirements: Path) -> dict[str, str]:
    """Return the version of each package that a file pins for this system."""
    pins = _PIN.findall(requirements.read_text(encoding="utf-8"))
    return {normal(name): version for name, version, marker in pins if not marker or Marker(marker).evaluate()}


def asked(requirements: Path, source: str | None) -> tuple[list[dict[str, Any]] | None, str]:
    """Return pip-audit's report on a file's packages, or None and its last word where the source did not answer.

    ``source`` is the address of another OSV service than the public one.
    """
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", str(_TIMEOUT_S), "--vulnerability-service", "osv"]
    command += ["--osv-url", source] if source else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    try:
        report: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        return None, words[-1]
    return report, ""


def audit(requirements: Path, source: str | None = None) -> int:
    """Say what is known of the packages that a file pins, and return the exit code."""

    def say(words: str) -> None:
        sys.stdout.write(f"{requirements.name}: {words}\n")

    report, why = asked(requirements, source)
    if report is None:
        say(f"NOT AUDITED. The source of vulnerabilities did not answer: {why}")
        return NOT_ASKED
    known = [(it["name"], it["version"], one) for it in report for one in it.get("vulns", ())]
    for name, version, one in known:
        say(f"{name} {version}: {one['id']}, repaired in {', '.join(one['fix_versions']) or 'no version'}")
    pins, found = pinned(requirements), {normal(it["name"]): it.get("version") for it in report}
    missed = sorted(name for name in pins.keys() | found.keys() if pins.get(name) != found.get(name))
    if missed:
        say(f"NOT AUDITED IN FULL. Not looked up as pinned: {', '.join(missed)}")
    else:
        say(f"{len(pins)} packages were looked up, {len(known)} vulnerabilities are known")
    return VULNERABLE if known else INCOMPLETE if missed else CLEAN


def main(arguments: list[str] | None = None) -> int:
    """Audit the files that pin what is deployed and what builds it; the worst of their codes. 1 goes before the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", help="the address of an OSV service, by default the public one")
    parser.add_argument("files", nargs="*", type=Path, default=[ROOT / name for name in FILES])
    given = parser.parse_args(arguments)
    codes = [audit(file, given.source) for file in given.files]
    return VULNERABLE if VULNERABLE in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
