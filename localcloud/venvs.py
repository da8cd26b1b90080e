"""Make small environments, apart from the one for development.

MiniStack runs Lambda code with its own interpreter and packages. In the development environment it would find a
dependency that requirements.txt lacks, and AWS would not. The SAM translator ties pydantic to one minor version.
"""

import hashlib
import logging
import subprocess
import sys
import venv
from pathlib import Path

from localcloud.layout import VENVS, LocalCloudError, locked

log = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent


def ensure(name: str, folder: Path = HERE) -> Path:
    """Return the python of environment `name`; make it from requirements-<name>.txt if it is missing or out of date."""
    requirements = folder / f"requirements-{name}.txt"
    home = VENVS / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / "bin" / "python"
    stamp = home / "made-from"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    with locked(VENVS / f"{name}.lock"):
        if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
            return python
        log.info("making the environment for %s (once)", name)
        venv.create(home, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        done = subprocess.run([*install, "-r", str(requirements)], capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"pip could not install {requirements.name}:\n{done.stderr[-2000:]}"
            raise LocalCloudError(message)
        stamp.write_text(wanted, encoding="ascii")
    return python
