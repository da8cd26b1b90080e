"""Build the web app once for each state of its sources."""

import hashlib
import logging
import shutil
import time
from pathlib import Path

from localcloud.layout import BUILD, ROOT, locked
from localcloud.web.node import install, npm

log = logging.getLogger(__name__)
WEB = ROOT / "web"
OUT = BUILD / "web"
SOURCES = ("src/**/*", "public/**/*", "index.html", "vite.config.ts", "package-lock.json", "tsconfig.json")


def build_web() -> Path:
    """Return the folder of the built app; build it first if its sources have changed since."""
    install(WEB)
    with locked(BUILD / "web.lock"):
        stamp, wanted = OUT / ".made-from", _digest()
        if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
            return OUT
        began = time.monotonic()
        log.info("building the web app")
        npm(WEB, "run", "build", "--", "--logLevel", "warn")
        shutil.rmtree(OUT, ignore_errors=True)
        shutil.copytree(WEB / "dist", OUT)
        stamp.write_text(wanted, encoding="ascii")
        log.info("built the web app in %.1f s", time.monotonic() - began)
    return OUT


def _digest() -> str:
    """Return a hash of everything that the built app depends on."""
    found = hashlib.sha256()
    files = {path for pattern in SOURCES for path in WEB.glob(pattern) if path.is_file()}
    for path in sorted(files):
        found.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
