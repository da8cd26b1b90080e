"""Write the pages that are made from the code, or with ``--check`` name those that no longer fit it."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tools import (
    asyncapi_page,
    codes,
    errors_page,
    guarantees_page,
    messages_page,
    notifications_page,
    parameters_page,
    policy_page,
    state_machine_page,
)
from tools.languages import CHECKED

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent


def _openapi() -> str:
    import app  # noqa: F401, PLC0415 - declaring the routes is what importing it does
    from chalicelib.api.description.openapi import description  # noqa: PLC0415

    return json.dumps(description(), indent=1, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "chalicelib/domain/codes.json": codes.table,
    "docs/state-machine.md": state_machine_page.page,
    "docs/guarantees.md": guarantees_page.page,
    "docs/policy.md": policy_page.page,
    "docs/parameters.md": parameters_page.page,
    "docs/errors.md": errors_page.page,
    "docs/notifications-table.md": notifications_page.page,
    **{f"docs/messages/{language}.md": partial(messages_page.page, language) for language in CHECKED},
    "openapi.json": _openapi,
    "asyncapi.json": asyncapi_page.page,
}


def main(arguments: list[str]) -> int:
    """Write or check every page; 1 when a check found drift."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift")
    check = parser.parse_args(arguments).check
    drifted = []
    for name, make in PAGES.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        drifted.append(name)
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in drifted:
        sys.stdout.write(f"{name} {'no longer fits the code: run make docs' if check else 'written'}\n")
    return 1 if check and drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
