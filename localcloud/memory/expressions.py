"""Check the keys, values and expressions of a request as DynamoDB checks them."""

import base64
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
Key = tuple[str, str]

KEYS = ("pk", "sk")
PK_BYTES, SK_BYTES = 2048, 1024


class ConditionalCheckFailed(ClientError):  # noqa: N818 - named after DynamoDB's code
    """A condition of a single write did not hold."""


def failure(code: str, message: str, operation: str, **more: object) -> ClientError:
    """Return the error that the client raises when DynamoDB answers with ``code``."""
    kind = ConditionalCheckFailed if code == "ConditionalCheckFailedException" else ClientError
    response: Any = {"Error": {"Code": code, "Message": message}, **more}
    return kind(response, operation)


def invalid(message: str, operation: str) -> ClientError:
    """Return the error that the client raises for a malformed request."""
    return failure("ValidationException", message, operation)


def _value(attribute: Mapping[str, str]) -> str | int:
    return int(attribute["N"]) if "N" in attribute else attribute["S"]


def _compared(by: Callable[[Any, Any], bool]) -> Callable[[Item | None, Item | None], bool]:
    def test(stored: Item | None, operand: Item | None) -> bool:
        if stored is None or operand is None or stored.keys() != operand.keys():
            return False
        return by(_value(stored), _value(operand))

    return test


_FUNCTION = re.compile(r"(attribute_exists|attribute_not_exists|begins_with)\((\w+)(?:, (:\w+))?\)")
_BETWEEN = re.compile(r"(\w+) BETWEEN (:\w+) AND (:\w+)")
_CLAUSE = re.compile(r"(SET|ADD) (.+?)(?= (?:SET|ADD) |$)")
_CHANGE = {"SET": re.compile(r"(#?\w+) = (:\w+)"), "ADD": re.compile(r"(#?\w+) (:\w+)")}
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,37}")
_COMPARISON = re.compile(r"(\w+) (=|<|<=|>|>=) (:\w+)")
TESTS: dict[str, Callable[[Item | None, Item | None], bool]] = {
    "attribute_exists": lambda stored, _: stored is not None,
    "attribute_not_exists": lambda stored, _: stored is None,
    "begins_with": _compared(str.startswith),
    "=": _compared(operator.eq),
    "<": _compared(operator.lt),
    "<=": _compared(operator.le),
    ">": _compared(operator.gt),
    ">=": _compared(operator.ge),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One test of an expression: an attribute, the name of the test, and the value it is compared with, if any."""

    name: str
    test: str
    operand: str | None


@lru_cache(maxsize=256)
def parsed(expression: str) -> tuple[Callable[[Iterable[object]], bool], tuple[Term, ...]]:
    """Return the terms of an expression, and `any` or `all`: how many of them must hold. A range is two terms."""
    expression = _BETWEEN.sub(r"\1 >= \2 AND \1 <= \3", expression)
    words = set(re.findall(r" (AND|OR) ", expression))
    if len(words) > 1:
        raise NotImplementedError(expression)
    terms = []
    for written in re.split(r" (?:AND|OR) ", expression):
        if function := _FUNCTION.fullmatch(written):
            test, name, operand = function.groups()
            if (test == "begins_with") is (operand is None):
                raise NotImplementedError(expression)
        elif comparison := _COMPARISON.fullmatch(written):
            name, test, operand = comparison.groups()
        else:
            raise NotImplementedError(expression)
        terms.append(Term(name, test, operand))
    return (any if words == {"OR"} else all), tuple(terms)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an update: an attribute is set to a value, or a number is added to it."""

    name: str
    adds: bool
    value: Item

    def made_to(self, changed: Item) -> None:
        """Change an item."""
        if self.adds:
            before = int(changed.get(self.name, {"N": "0"})["N"])
            changed[self.name] = {"N": str(before + int(self.value["N"]))}
        else:
            changed[self.name] = dict(self.value)


def changes_of(expression: str, names: Mapping[str, str], values: Item, operation: str) -> tuple[tuple[Change, ...], set[str]]:
    """Return the changes of an update's expression, and the names of the values that it uses. An unknown form raises."""
    made, used = [], set()
    clauses = _CLAUSE.findall(expression)
    if " ".join(f"{word} {written}" for word, written in clauses) != expression:
        raise NotImplementedError(expression)
    for word, written in clauses:
        for part in written.split(", "):
            change = _CHANGE[word].fullmatch(part)
            if change is None:
                raise NotImplementedError(part)
            name, operand = change.groups()
            if operand not in values or (name.startswith("#") and name not in names):
                raise invalid(f"{part} names what is not given", operation)
            bytes_of(values[operand], operation)
            used.add(operand)
            made.append(Change(names.get(name, name), word == "ADD", values[operand]))
    if len({it.name for it in made}) != len(made) or {it.name for it in made} & set(KEYS):
        raise invalid("an update names each attribute once, and no key", operation)
    return tuple(made), used


def operands(terms: Iterable[Term], values: Item | None, operation: str) -> Item:
    """Return the values of an expression; an error unless they are exactly those that its terms name."""
    known = values or {}
    if {term.operand for term in terms if term.operand} != set(known):
        raise invalid("the values named in the expressions and the values given differ", operation)
    for attribute in known.values():
        bytes_of(attribute, operation)
    return known


def bytes_of(attribute: Mapping[str, object], operation: str) -> int:
    """Return the size of an attribute's value in bytes. The store keeps only strings, bytes and whole numbers."""
    text = attribute.get("S") if len(attribute) == 1 else None
    if isinstance(text, str):
        return len(text) if text.isascii() else len(text.encode())
    binary = attribute.get("B") if len(attribute) == 1 else None
    if isinstance(binary, bytes | str):  # in base64, as it comes over the wire
        return len(base64.b64decode(binary, validate=True) if isinstance(binary, str) else binary)
    digits = attribute.get("N") if len(attribute) == 1 else None
    if not isinstance(digits, str):
        raise NotImplementedError(f"an attribute value like {attribute!r}")
    if not _WHOLE_NUMBER.fullmatch(digits):
        raise invalid(f"{digits!r} is no whole number of up to 38 digits", operation)
    return len(digits) // 2 + 2


def check_key(name: str, attribute: Item | None, operation: str) -> None:
    """Raise unless ``attribute`` can be the key called ``name``, of the table or of an index."""
    text = attribute.get("S") if attribute and len(attribute) == 1 else None
    if not isinstance(text, str) or not 1 <= len(text.encode()) <= (PK_BYTES if name.endswith("pk") else SK_BYTES):
        raise invalid(f"{name} is a key: a string, not empty, not too long", operation)


def checked_key(key: Item, operation: str) -> Key:
    """Return the table's key that ``key`` spells out."""
    if set(key) != set(KEYS):
        raise invalid("The provided key element does not match the schema", operation)
    for name in KEYS:
        check_key(name, key[name], operation)
    return key["pk"]["S"], key["sk"]["S"]
