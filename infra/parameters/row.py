"""Say what a parameter of the stack is."""

from dataclasses import dataclass
from typing import Any

EMAIL = r"^([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}[.])+[A-Za-z]{2,63})?$"
"""A bare email address, or nothing."""
SAFE = r"(https://[A-Za-z0-9.-]+|http://(127[.]0[.]0[.]1|localhost))(:[0-9]{1,5})?"
"""The beginning of an address that nobody can change on its way: https, or a server on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter. Without a `default` an operator has to give it; numbers lie from `least` to `most`.

    `says` tells what a text that does not fit `pattern` should look like. With `optional`, an empty text means none, and the
    template has a condition `Has...` of its name. A parameter with a `variable` is handed to every function under that name.
    """

    name: str
    description: str
    default: str | int | None = None
    pattern: str | None = None
    says: str | None = None
    least: int | None = None
    most: int | None = None
    choices: tuple[str | int, ...] = ()
    variable: str | None = None
    optional: bool = False


def text(name: str, description: str, pattern: str, says: str, **more: Any) -> Parameter:  # noqa: ANN401 - a row's cells
    """Return a parameter that fits a pattern."""
    return Parameter(name=name, description=description, pattern=pattern, says=says, **more)


def number(name: str, description: str, default: int, least: int, most: int, **more: Any) -> Parameter:  # noqa: ANN401 - as above
    """Return a parameter that is a whole number from `least` to `most`."""
    return Parameter(name=name, description=description, default=default, least=least, most=most, **more)


def choice(name: str, description: str, default: str | int, choices: tuple[str | int, ...], **more: Any) -> Parameter:  # noqa: ANN401 - as above
    """Return a parameter that is one of some values."""
    return Parameter(name=name, description=description, default=default, choices=choices, **more)
