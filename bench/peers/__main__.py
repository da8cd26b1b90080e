"""`python -m bench.peers`: the same four commands of a dispute on this product and on its peers, in one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.peers.postgres import MISSING, postgres, programs
from bench.peers.prices import prices
from localcloud import venvs
from localcloud.layout import ROOT
from localcloud.ministack import ACCESS_KEY, REGION, SECRET_KEY, MiniStack
from localcloud.ports import Ports

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
STORIES, A_RUN_S = 100, 900
COMMANDS = ("open", "offer", "counter", "accept")
OURS, POWERTOOLS, FASTAPI = "this product", "Powertools + pynamodb", "FastAPI + SQLAlchemy"


def compared(stories: int = STORIES) -> dict[str, Any]:
    """Run all, one after the other, and return what each measured; the text of what is missing for one that cannot run."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = MiniStack(Path(folder), Ports.free().cloud, A_RUN_S)
        try:
            at = {"AWS_ENDPOINT_URL": engine.url}
            found[OURS] = _run([sys.executable, "-m", "bench.peers.ours"], stories, at)
            powertools = venvs.ensure("powertools", HERE)
            found[POWERTOOLS] = _run([str(powertools), str(HERE / "powertools_peer.py")], stories, at)
        finally:
            engine.stop()
    binaries = programs()
    if binaries is None:
        return found | {FASTAPI: MISSING}
    fastapi = venvs.ensure("fastapi", HERE)
    with postgres(binaries) as server:
        before = server.processor_s()
        found[FASTAPI] = _run([str(fastapi), str(HERE / "fastapi_peer.py")], stories, {"DATABASE": server.url})
        found[FASTAPI]["server_ms"] = 1000 * (server.processor_s() - before) / stories / len(COMMANDS)
    return found


def _run(command: list[str], stories: int, more: dict[str, str]) -> dict[str, Any]:
    """Run one in a process of its own and return what it printed. Raises ``RuntimeError`` where it fails."""
    environment = {
        "PATH": os.defpath,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "POWERTOOLS_TRACE_DISABLED": "1",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        **more,
    }
    done = subprocess.run([*command, str(stories)], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[-1]} failed: {done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def total(it: dict[str, Any]) -> float:
    """Return the processor time of a command, on average, with that of a database server of its own, in ms."""
    return float(sum(it["cpu_ms"].values())) / len(COMMANDS) + float(it.get("server_ms", 0.0))


def peers() -> Iterator[str]:
    """Yield the table, line by line."""
    found = compared()
    base = total(found[OURS])
    yield f"{'CPU ms a command':<24}" + "".join(f"{it:>9}" for it in (*COMMANDS, "server", "mean", "ours/it", "sent", "stored"))
    for name, it in found.items():
        if isinstance(it, str):
            yield f"{name:<24}{it}"
            continue
        times = "".join(f"{it['cpu_ms'][command]:>9.1f}" for command in COMMANDS)
        server = f"{it['server_ms']:>9.1f}" if "server_ms" in it else f"{'-':>9}"
        sizes = f"{it['request_bytes']:>9.0f}{it['stored_bytes']:>9.0f}"
        yield f"{name:<24}{times}{server}{total(it):>9.1f}{base / total(it):>9.2f}{sizes}"


if __name__ == "__main__":
    for line in (*peers(), "", *prices()):
        print(line)  # noqa: T201
