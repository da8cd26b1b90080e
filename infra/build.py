"""Print the template for `chalice package --merge-template`: `python -m infra.build`."""

import json
import sys
from pathlib import Path
from typing import Any

from infra import addresses, alarms, dashboard, functions, gateway, logs, queues, rights, switches
from infra.parameters import sections

WRITTEN_BY_HAND = Path(__file__).with_name("resources.json")


def template() -> dict[str, Any]:
    """Return `resources.json` with every row added. Raises ValueError for a name that is in both."""
    built: dict[str, Any] = json.loads(WRITTEN_BY_HAND.read_text(encoding="utf-8"))
    merge(built, sections.sections(), "")
    for more in (functions, rights, addresses):
        merge(built["Conditions"], more.conditions(), "Conditions")
    for rows in (queues, logs, alarms, dashboard, gateway, functions, rights, addresses, switches):
        merge(built["Resources"], rows.resources(), "Resources")
    merge(built["Outputs"], addresses.outputs(), "Outputs")
    built["Globals"]["Function"]["Environment"]["Variables"]["CHAT_ENDPOINT"] = addresses.CHAT_ENDPOINT
    return built


def merge(target: dict[str, Any], more: dict[str, Any], where: str) -> None:
    """Add `more` to `target`, member by member."""
    for name, value in more.items():
        if name not in target:
            target[name] = value
        elif isinstance(value, dict) and "Type" not in value and isinstance(target[name], dict):
            merge(target[name], value, f"{where}.{name}".removeprefix("."))
        else:
            message = f"{where}.{name} is defined twice"
            raise ValueError(message)


if __name__ == "__main__":
    json.dump(template(), sys.stdout, indent=2)
