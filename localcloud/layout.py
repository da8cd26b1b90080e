"""Name the files of the local cloud, and find a running one by its addresses."""

import json
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError as error:  # pragma: no cover - Windows
    message = "the local cloud needs a Unix-like system (on Windows: WSL)"
    raise SystemExit(message) from error

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
# Slow to make and the same for every local cloud, so all of them share these.
VENVS = LOCAL / "venvs"
BUILD = LOCAL / "build"


class LocalCloudError(Exception):
    """An error that the person at the keyboard can act on. Its text says how."""


def command_line(directory: Path = LOCAL) -> str:
    """Return how a person in the project's folder talks to the local cloud in `directory`, up to the command's name."""
    parts = [_from_root(Path(sys.executable)), "-m", "localcloud"]
    if directory.resolve() != LOCAL.resolve():
        parts += ["--directory", _from_root(directory)]
    return shlex.join(parts)


def _from_root(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


@contextmanager
def locked(path: Path) -> Iterator[IO[str]]:
    """Hold `path` as a lock, waiting until it is free. The system frees it even when its holder is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


def try_lock(path: Path) -> IO[str] | None:
    """Take `path` as a lock and return its open handle, or None when another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replace `path` in one step, so that a reader never sees half of it."""
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    scratch.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    scratch.replace(path)


def read_endpoints(directory: Path = LOCAL) -> dict[str, Any]:
    """Return the addresses of the local cloud running in `directory`; LocalCloudError when none is."""
    path = directory / "endpoints.json"
    try:
        endpoints: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        os.kill(int(endpoints["pid"]), 0)
    except (FileNotFoundError, ProcessLookupError) as error:
        message = "no local cloud is running here: start one with `make run`"
        raise LocalCloudError(message) from error
    except PermissionError:
        pass  # It runs, under another user.
    return endpoints
