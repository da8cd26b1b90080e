"""List what is wrong with a deployment zip.

Chalice only warns, and a missing module shows only when a function runs.
"""

import importlib.util
import sys
import zipfile
from pathlib import Path

from localcloud.packaging.archive import LOCALES, SDK_ALWAYS

# A function cannot start without these.
REQUIRED = (
    "app.py",
    "chalicelib/__init__.py",
    "chalice/app.py",
    *sorted(LOCALES),
    *(f"botocore/data/{it}" for it in SDK_ALWAYS),
)
# The compiled half of each dependency that has one.
NATIVE = (
    "pydantic_core/_pydantic_core",
    "msgspec/_core",
    "cryptography/hazmat/bindings/_rust",
    "_cffi_backend",
    "PIL/_imaging",
    "_pi_heif",
)
# The tools', and ours that is not for production. Of Chalice only the app module belongs in.
FORBIDDEN = (
    "boto3/", "s3transfer/", "moto/", "chalice/cli/", "chalice/deploy/", "chalice/package.py",
    "localcloud/", "ops/", "tests/", "web/", "bench/", "docs/", "infra/", "pip/", "setuptools/", "pytest/", "_pytest/",
    "hypothesis/", "mypy/", "ministack/", "samtranslator/", "cfnlint/", ".chalice/", ".local/", ".git/", ".venv/",
)  # fmt: skip
MAX_ZIP = 50 * 1024 * 1024
MAX_UNZIPPED = 250 * 1024 * 1024
ELF_MACHINES = {"x86_64": 62, "aarch64": 183}
"""How the header of a compiled file (ELF) says which processors it is for."""
UNCHECKED_HASH = b"\x01\x00\x00\x00"


def complaints(path: Path, machine: str = "x86_64") -> list[str]:
    """Return one sentence for each fault of the zip at `path` for this interpreter's runtime on that kind of processor."""
    found = []
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        unzipped = sum(item.file_size for item in archive.infolist())
        found += [f"{name} is missing" for name in REQUIRED if name not in names]
        found += [f"{stem} is missing for this runtime" for stem in NATIVE if not _native(stem, names, machine)]
        found += [f"{name} must not be shipped" for name in sorted(names) if name.startswith(FORBIDDEN)]
        found += [
            f"{name} is for another processor"
            for name in sorted(names)
            if name.endswith(".so") and not _runs_on(archive, name, machine)
        ]
        found += _bytecode(archive, names)
    if path.stat().st_size > MAX_ZIP:
        found.append("the zip is above Lambda's 50 MB for a direct upload")
    if unzipped > MAX_UNZIPPED:
        found.append("the unpacked zip is above Lambda's 250 MB")
    return found


def _runs_on(archive: zipfile.ZipFile, name: str, machine: str) -> bool:
    """Return whether a compiled file is for that kind of processor, as its ELF header says."""
    with archive.open(name) as handle:
        header = handle.read(20)
    return header[:4] == b"\x7fELF" and int.from_bytes(header[18:20], "little") == ELF_MACHINES[machine]


def _native(stem: str, names: set[str], machine: str) -> bool:
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    return any(
        name.startswith(f"{stem}.") and name.endswith(".so") and (f".cpython-{version}-{machine}-" in name or ".abi3." in name)
        for name in names
    )


def _bytecode(archive: zipfile.ZipFile, names: set[str]) -> list[str]:
    found = []
    expected = set()
    for name in sorted(name for name in names if name.endswith(".py")):
        compiled = importlib.util.cache_from_source(name)
        expected.add(compiled)
        if compiled not in names:
            found.append(f"{name} has no bytecode for this runtime")
            continue
        with archive.open(compiled) as handle:
            header = handle.read(8)
        if header != importlib.util.MAGIC_NUMBER + UNCHECKED_HASH:
            found.append(f"{compiled} is not unchecked bytecode of this runtime")
    found += [f"{name} has no source" for name in sorted(names) if name.endswith(".pyc") and name not in expected]
    return found
