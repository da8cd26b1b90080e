"""Turn Chalice's zip into the one that is deployed: add bytecode, drop dead weight, get the same bytes each time."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from chalicelib.languages import LANGUAGES
from localcloud.layout import LocalCloudError

# Lambda unpacks the zip here, so tracebacks show it.
TASK_ROOT = "/var/task"
# Read by type checkers and installers, never by a running function.
DEAD_WEIGHT = (".pyi", "/py.typed", ".dist-info/RECORD", ".dist-info/INSTALLER")
# Pillow's codecs and drawing of text, of which no photo needs any: more than half of it.
UNUSED = (
    *(f"PIL/_{name}." for name in ("avif", "imagingcms", "imagingft", "imagingtk", "webp")),
    *(f"pillow.libs/lib{name}" for name in ("avif", "brotli", "freetype", "harfbuzz", "lcms2", "sharpyuv", "webp")),
)
# Of cffi only the compiled half runs, and of the others only what is for today's releases or for running code.
IDLE = ("cffi/", "pycparser/", "pydantic/v1/", "pydantic/mypy.py")
SDK_DATA = "botocore/data"
SDK_SERVICES = ("apigatewaymanagementapi", "dynamodb", "s3", "secretsmanager", "sesv2", "sns", "sqs", "ssm")
"""The services of botocore that functions reach through it or may; a new one is added here."""
SDK_ALWAYS = ("_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json")
# CLDR's thousand locales are two thirds of the zip. Messages need a few of them, which build on the root.
LOCALE_DATA = "babel/locale-data/"
LOCALES = frozenset(f"{LOCALE_DATA}{locale}.dat" for locale in ("root", *LANGUAGES))
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


def finish(raw: Path, finished: Path) -> None:
    """Write `finished` from Chalice's `raw` zip, in one step."""
    with tempfile.TemporaryDirectory(dir=finished.parent) as scratch:
        tree = Path(scratch, "tree")
        with zipfile.ZipFile(raw) as archive:
            archive.extractall(tree)
        for name in IDLE:
            shutil.rmtree(tree / name) if name.endswith("/") else (tree / name).unlink()
        _trim_sdk(tree / SDK_DATA)
        _compile(tree)
        packed = Path(scratch, "packed.zip")
        _pack(tree, packed)
        packed.replace(finished)


def _trim_sdk(data: Path) -> None:
    """Leave only the models of the services in use, without examples, and only their endpoints.

    botocore lists all folders of services twice and reads all endpoints before it makes its first client.
    """
    for path in data.iterdir():
        if path.is_dir() and path.name not in SDK_SERVICES:
            shutil.rmtree(path)
        elif path.is_file() and path.name not in SDK_ALWAYS:
            path.unlink()
    for path in data.rglob("examples-1.json*"):
        path.unlink()
    endpoints = data / "endpoints.json"
    content = json.loads(endpoints.read_text(encoding="utf-8"))
    for partition in content["partitions"]:
        kept = {name: it for name, it in partition["services"].items() if name in ("execute-api", *SDK_SERVICES)}
        partition["services"] = kept
    endpoints.write_text(json.dumps(content, separators=(",", ":"), sort_keys=True), encoding="utf-8")


def _compile(tree: Path) -> None:
    """Put bytecode beside every module.

    It is unchecked: a function trusts it without hashing the source. A zip keeps no file times to check by.
    """
    command = [
        "-m",
        "compileall",
        "-q",
        "-f",
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        str(tree),
        "-p",
        TASK_ROOT,
    ]
    done = subprocess.run(
        [sys.executable, "-I", *command, str(tree)],
        # Otherwise the bytecode would differ by the order in which sets were filled.
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"a module in the zip does not compile:\n{(done.stdout + done.stderr)[-2000:]}"
        raise LocalCloudError(message)


def _pack(tree: Path, target: Path) -> None:
    names = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in names:
            if name.endswith(DEAD_WEIGHT) or name.startswith(UNUSED) or (name.startswith(LOCALE_DATA) and name not in LOCALES):
                continue
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, so that the mode below is believed
            entry.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            archive.writestr(entry, (tree / name).read_bytes())
