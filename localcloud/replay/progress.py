"""Show the progress of a long job: rewrite one line on a terminal, or print a plain line now and then."""

import sys
import time
from typing import TextIO

REDRAWN_EVERY = 0.1
PLAIN_LINES = 10


class Progress:
    """Counts up to `total`; `note` is shown beside the count."""

    def __init__(self, total: int, what: str, out: TextIO | None = None) -> None:
        """Write to `out`, the standard error stream by default."""
        self._total = max(total, 1)
        self._what = what
        self._out = out or sys.stderr
        self._tty = self._out.isatty()
        self._done = 0
        self._drawn = 0.0
        self._tenths = 0

    def step(self, note: str = "") -> None:
        """Count one more."""
        self._done += 1
        if self._tty:
            now = time.monotonic()
            if now - self._drawn >= REDRAWN_EVERY:
                self._drawn = now
                self._out.write(f"\r\x1b[K{self._line(note)}")
                self._out.flush()
        elif (tenths := min(self._done, self._total) * PLAIN_LINES // self._total) > self._tenths:
            self._tenths = tenths
            self._out.write(f"{self._line(note)}\n")
            self._out.flush()

    def close(self) -> None:
        """Clear the line for other output."""
        if self._tty:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _line(self, note: str) -> str:
        done = min(self._done, self._total)
        return f"{self._what} {done * 100 // self._total:3d} %  {done} of {self._total}{'  ' if note else ''}{note}"
