"""Choose the ports of a local cloud on loopback, and find the process that holds a taken one."""

import re
import socket
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import ClassVar

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """`cloud` serves AWS, the API and the logins, `outbox` the page with the messages, `web` the app."""

    ELSEWHERE: ClassVar = "stop it, or: .venv/bin/python -m localcloud run --cloud-port N --outbox-port M --web-port K"
    """The advice to a person who finds a port taken."""

    cloud: int = 8510
    outbox: int = 8512
    web: int = 8514

    @classmethod
    def free(cls) -> "Ports":
        """Return ports that are free now."""
        with ExitStack() as open_sockets:
            found = []
            for _ in fields(cls):
                listener = open_sockets.enter_context(socket.socket())
                listener.bind((HOST, 0))
                found.append(int(listener.getsockname()[1]))
            return cls(*found)

    def taken(self) -> list[str]:
        """Return one sentence for each port that is taken: its number, its purpose, and the process that holds it."""
        complaints = []
        for purpose, port in asdict(self).items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError:
                    pid = holder(port)
                    who = f"process {pid}" if pid else "another process"
                    complaints.append(f"port {port} (for the {purpose}) is held by {who}")
        return complaints


def holder(port: int) -> int | None:
    """Return the pid that listens on `port`, if the system shows it (Linux, own processes)."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            listening = fields[3] == "0A"
            if listening and int(fields[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(fields[9])
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        match = re.fullmatch(r"socket:\[(\d+)\]", target)
        if match and match[1] in inodes:
            return int(descriptor.parts[2])
    return None
