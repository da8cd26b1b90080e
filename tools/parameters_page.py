"""Writes the page of the stack's parameters: what each is for, what it accepts, and its default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.parameters.sections import GROUPS, RULES

if TYPE_CHECKING:
    from infra.parameters.row import Parameter

_HEAD = """# The stack's parameters

All that an operator chooses, in the groups in which CloudFormation's console shows them.
`make deploy` reads them from a file with a line for each one that differs from its default:
`AppLinkBase = https://market.example`.
It names every value that is not accepted before AWS is asked.
A parameter with a variable is handed to the functions, which do not start with a value that is not accepted.

This page is made from the code (`make docs`), from `infra/parameters/`.

"""


def page() -> str:
    """Return the page, in Markdown."""
    groups = "".join(_group(title, rows) for title, rows in GROUPS.items())
    said = dict.fromkeys(it["AssertDescription"] for rule in RULES.values() for it in rule["Assertions"])
    return f"{_HEAD}{groups}## What has to be together\n\n" + "".join(f"- {words}\n" for words in said)


def _group(title: str, rows: tuple[Parameter, ...]) -> str:
    columns = "| parameter | meaning | accepts | default | variable |\n|---|---|---|---|---|\n"
    return f"## {title}\n\n{columns}" + "".join(map(_row, rows)) + "\n"


def _row(row: Parameter) -> str:
    accepts = row.says or ", ".join(f"`{it}`" for it in row.choices) or f"{row.least:,} to {row.most:,}"
    default = "*to be given*" if row.default is None else "empty" if row.default == "" else f"`{row.default}`"
    variable = f"`{row.variable}`" if row.variable else ""
    cells = (f"`{row.name}`", row.description, accepts, default, variable)
    return f"| {' | '.join(it.replace('|', chr(92) + '|') for it in cells)} |\n"
