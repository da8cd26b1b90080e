"""Collect the demo's checks, and those that failed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its subject, what was expected, and what was seen."""

    what: str
    expected: object
    seen: object

    @property
    def holds(self) -> bool:
        """True if what was seen is what was expected."""
        return self.expected == self.seen


@dataclass(slots=True)
class Checks:
    """Collects checks. A failed one stops nothing, so that all failures are known at the end."""

    made: list[Check] = field(default_factory=list)

    def same(self, what: str, expected: object, seen: object) -> None:
        """Check that `seen` is `expected`."""
        self.made.append(Check(what, expected, seen))

    @property
    def failed(self) -> list[Check]:
        """The checks that failed."""
        return [check for check in self.made if not check.holds]
