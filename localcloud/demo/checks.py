"""Check what the demo claims."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """One claim: what it is about, what should be, what was seen."""

    what: str
    expected: object
    seen: object

    @property
    def holds(self) -> bool:
        """Return whether the check came true."""
        return self.expected == self.seen


@dataclass(slots=True)
class Checks:
    """Collects claims; a failed one stops nothing, so that all that failed is known at the end."""

    made: list[Check] = field(default_factory=list)

    def same(self, what: str, expected: object, seen: object) -> None:
        """Claim that `seen` is `expected`."""
        self.made.append(Check(what, expected, seen))

    @property
    def failed(self) -> list[Check]:
        """Return the checks that did not come true."""
        return [check for check in self.made if not check.holds]
