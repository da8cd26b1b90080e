"""Run a command that must not outlive its starter: `python guard.py SECONDS COMMAND...`.

The starter holds this program's standard input open. The kernel closes it when the starter ends, in any way, and the
command is ended then, or after SECONDS. This file runs without the package around it.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time

GRACE = 3.0  # seconds between asking and killing
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel to kill this process should the guard itself be killed (Linux; elsewhere nothing happens)."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end(child: "subprocess.Popen[bytes]") -> None:
    """End the command and everything it started: it leads a process group of its own."""
    if child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def main() -> int:
    """Return the command's exit code, or 0 when the guard ended it."""
    deadline = time.monotonic() + float(sys.argv[1])
    asked_to_stop = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True

    signal.signal(signal.SIGTERM, stop)
    child = subprocess.Popen(
        sys.argv[2:],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - safe: the guard has one thread
    )
    try:
        while child.poll() is None and not asked_to_stop and time.monotonic() < deadline:
            readable, _, _ = select.select([0], [], [], 0.5)
            if readable and not os.read(0, 1):
                break
        return child.poll() or 0
    finally:
        end(child)


if __name__ == "__main__":
    raise SystemExit(main())
