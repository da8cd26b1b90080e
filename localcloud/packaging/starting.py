"""Start the app of a deployment zip as Lambda does: from the zip, and without any other package."""

import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from localcloud.packaging.archive import SDK_SERVICES

START = """
import os, sys
sys.path[:0] = sys.argv[1:]
import app
app.app.routes
import importlib, pkgutil
import chalicelib
for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(module.name)
import botocore.session
session = botocore.session.Session()
for service in os.environ["SERVICES"].split():
    session.create_client(service)
"""
ENVIRONMENT = {
    "SERVES": "http",
    "OIDC_ISSUER": "https://login.market.example",
    "OIDC_AUDIENCE": "buyer-protection",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SERVICES": " ".join(SDK_SERVICES),
}


def does_not_start(archive: Path) -> list[str]:
    """Return a sentence with the end of the traceback if the app in the zip, or a client that it may make, cannot be made.

    A zip for another kind of processor than this machine's cannot be tried; `check_zip` has looked at its names.
    """
    with tempfile.TemporaryDirectory() as scratch:
        task = Path(scratch, "task")
        with zipfile.ZipFile(archive) as content:
            content.extractall(task)
        if not any(f"-{platform.machine()}-" in path.name for path in task.rglob("*.so")):
            return []
        # -S: no other package of this environment can stand in for one that the zip lacks.
        command = [sys.executable, "-I", "-S", "-c", START, str(task)]
        environment = {"PATH": os.defpath, **ENVIRONMENT}
        done = subprocess.run(command, env=environment, cwd=scratch, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"the app does not start:\n{done.stderr[-2000:]}"]
