"""Start the app of a deployment zip as Lambda does: from the zip, beside the runtime's own packages and no others."""

import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# Lambda's Python brings these.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
START = """
import os, sys
sys.path[:0] = sys.argv[1:]
import app
app.app.routes
"""
ENVIRONMENT = {
    "SERVES": "http",
    "OIDC_ISSUER": "https://login.market.example",
    "OIDC_AUDIENCE": "buyer-protection",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def does_not_start(archive: Path) -> list[str]:
    """Return a sentence with the end of the traceback if the app in the zip cannot be imported, and nothing if it can.

    A zip for another kind of processor than this machine's cannot be tried; `check_zip` has looked at its names.
    """
    with tempfile.TemporaryDirectory() as scratch:
        task, runtime = Path(scratch, "task"), Path(scratch, "runtime")
        with zipfile.ZipFile(archive) as content:
            content.extractall(task)
        if not any(f"-{platform.machine()}-" in path.name for path in task.rglob("*.so")):
            return []
        runtime.mkdir()
        for name in RUNTIME:
            found = importlib.util.find_spec(name)
            if found and found.origin:
                origin = Path(found.origin)
                origin = origin.parent if origin.name == "__init__.py" else origin
                (runtime / origin.name).symlink_to(origin)
        # -S: no other package of this environment can stand in for one that the zip lacks.
        command = [sys.executable, "-I", "-S", "-c", START, str(task), str(runtime)]
        environment = {"PATH": os.defpath, **ENVIRONMENT}
        done = subprocess.run(command, env=environment, cwd=scratch, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"the app does not start:\n{done.stderr[-2000:]}"]
