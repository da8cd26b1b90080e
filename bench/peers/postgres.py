"""A PostgreSQL of its own for a bench: on loopback, in a temporary folder, ended by its own pid."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.ports import HOST, Ports

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "PostgreSQL is not installed: apt-get install postgresql (Debian) puts it below /usr/lib/postgresql"
_STARTED_WITHIN_S = 60


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda it: int(it.parts[-3]))
    return found[-1].parent if found else None


class Postgres:
    """One running server."""

    def __init__(self, server: subprocess.Popen[bytes], url: str) -> None:
        """Name its process and its address."""
        self.server, self.url = server, url

    def processor_s(self) -> float:
        """Return the processor time that the server and its backends have taken, in seconds."""
        ticks = os.sysconf("SC_CLK_TCK")
        spent = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
            except OSError:
                continue  # a process that has just ended
            pid, parent = int(stat.parent.name), int(fields[1])
            if pid == self.server.pid:
                spent += sum(map(int, fields[11:15]))  # its own time, and that of backends that have ended
            elif parent == self.server.pid:
                spent += sum(map(int, fields[11:13]))
        return spent / ticks


@contextmanager
def postgres(binaries: Path) -> Iterator[Postgres]:
    """Make a cluster in a temporary folder, start it, and end it in the end. Durable: each commit is synced to the disk."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name  # it refuses to run as root
    folder, port = tempfile.mkdtemp(prefix="bench-postgres-"), Ports.free().cloud
    shutil.chown(folder, user)
    try:
        data = f"{folder}/data"
        make = [str(binaries / "initdb"), "-D", data, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--no-locale"]
        subprocess.run(make, user=user, cwd=folder, capture_output=True, check=True)
        command = [str(binaries / "postgres"), "-D", data, "-h", HOST, "-p", str(port), "-k", folder]
        with Path(folder, "log").open("wb") as log:
            server = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            ready = [str(binaries / "pg_isready"), "-h", HOST, "-p", str(port), "-U", "bench", "-q"]
            deadline = time.monotonic() + _STARTED_WITHIN_S
            while subprocess.run(ready, check=False).returncode:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(Path(folder, "log").read_text(encoding="utf-8", errors="replace")[-2000:])
                time.sleep(0.1)
            yield Postgres(server, f"postgresql+psycopg://bench@{HOST}:{port}/postgres")
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder)
