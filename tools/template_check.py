"""Hold a template to checkov's rules, but for those that it breaks on purpose: `python -m tools.template_check FILE`."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from localcloud import venvs
from localcloud.layout import ROOT

SUPPRESSED = ROOT / "infra" / "suppressed.toml"
Broken = set[tuple[str, str]]
"""Rules that are broken, each with the resource that breaks it."""


def main(template: Path) -> int:
    """Print what is wrong, and return 1 if anything is."""
    rows = tomllib.loads(SUPPRESSED.read_text(encoding="utf-8"))
    found = list(complaints(broken(template), rows))
    for complaint in found:
        print(complaint)  # noqa: T201 - it is for people
    return int(bool(found))


def complaints(found: Broken, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each broken rule that no row excuses, each row that excuses nothing, and each without a reason."""
    excused = {(rule, resource) for rule, row in rows.items() for resource in row["resources"]}
    yield from (
        f"{rule} is broken by {it}: repair it, or add it with a reason to {SUPPRESSED.name}"
        for rule, it in sorted(found - excused)
    )
    yield from (f"{rule} is no longer broken by {it}: remove it from {SUPPRESSED.name}" for rule, it in sorted(excused - found))
    yield from (f"{rule} has no reason in {SUPPRESSED.name}" for rule, row in rows.items() if not row["reason"].endswith("."))


def broken(template: Path) -> Broken:
    """Return the rules that checkov says a template breaks. Raises RuntimeError if it does not answer, or looked at nothing."""
    # By its module: the script beside it names the folder in which it was installed, which may have moved since.
    program = [str(venvs.ensure("checkov")), "-W", "ignore::SyntaxWarning", "-m", "checkov.main"]
    options = ["--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "--output", "json"]
    done = subprocess.run([*program, "-f", str(template), *options], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    try:
        report: dict[str, Any] = json.loads(done.stdout)
        seen = report["summary"]["passed"] and not report["summary"]["parsing_errors"]
    except (ValueError, KeyError, TypeError):
        seen = False
    if not seen:
        raise RuntimeError(f"checkov looked at nothing:\n{(done.stdout + done.stderr)[-2000:]}")
    return {(it["check_id"], it["resource"].rpartition(".")[2]) for it in report["results"]["failed_checks"]}


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
