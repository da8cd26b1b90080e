"""Build the package that is deployed: run `chalice package` on a clean copy of the tree, and get the same bytes each time."""

import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.layout import BUILD, ROOT, LocalCloudError, locked
from localcloud.packaging.archive import finish
from localcloud.packaging.check_zip import complaints
from localcloud.packaging.starting import does_not_start
from localcloud.packaging.template import finished

log = logging.getLogger(__name__)
PACKAGED = ("app.py", "chalicelib/", ".chalice/", "requirements.txt", "infra/")
NEVER = (".chalice/deployments/", ".chalice/deployed/", "__pycache__/")
RELEASE = "chalicelib/release.txt"
"""The file of a package that names the build, for `/health` and every log line."""
STAGES = ("dev", "prod", "local")
ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's word for each kind of processor, and the machine's own."""
POLICIES = "chalicelib/domain/policies.json"
CONFIG = ".chalice/config.json"
LOWEST = (3, 11)
"""The lowest Python that is supported, whose packages lie in folders without its number."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A finished package: the SAM template, the zip its functions run, and the zip's SHA-256 in hex."""

    template: Path
    zip: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What may differ between two packages of one tree: the processor, and the policies in place of the tree's own."""

    architecture: str = "x86_64"
    policies: bytes | None = None


def build(stage: str, root: Path = ROOT, out: Path | None = None, choices: Choices = Choices()) -> Artefact:
    """Package `stage` from the tree at `root` into `out`; return the last package if nothing has changed since.

    The package is for the interpreter that this runs under. LocalCloudError says why a build failed, also when the
    finished zip does not pass `check_zip`, or the app in it does not start.
    """
    out = out or BUILD / _name(stage, choices)
    # The stages share the source, and with it Chalice's store of downloads: their zips are the same.
    with locked(out.parent / "lock"):
        out.mkdir(exist_ok=True)
        files = sources(root, choices)
        stamp_file, stamp = out / "stamp", _stamp(stage, files)
        template, archive = out / "sam.json", out / "deployment.zip"
        if not (stamp_file.is_file() and stamp_file.read_text(encoding="ascii") == stamp and archive.is_file()):
            stamp_file.unlink(missing_ok=True)
            source = copied(files, out.parent / "source")
            log.info("packaging stage %s", stage)
            with tempfile.TemporaryDirectory(dir=out) as scratch:
                _chalice_package(stage, source, Path(scratch))
                finish(Path(scratch, "deployment.zip"), archive)
                template.write_text(finished(Path(scratch, "sam.json").read_text(encoding="utf-8")), encoding="utf-8")
            if found := complaints(archive, ARCHITECTURES[choices.architecture]) or does_not_start(archive):
                message = "the zip is not fit to deploy:\n  " + "\n  ".join(found)
                raise LocalCloudError(message)
            stamp_file.write_text(stamp, encoding="ascii")
        return Artefact(template, archive, hashlib.sha256(archive.read_bytes()).hexdigest())


def _name(stage: str, choices: Choices) -> str:
    """Return the folder of the packages that these choices make: one each, since a package is kept for the next time."""
    other = "" if choices.architecture == "x86_64" else f"-{choices.architecture}"
    own = "" if choices.policies is None else f"-{hashlib.sha256(choices.policies).hexdigest()[:8]}"
    python = "" if sys.version_info[:2] == LOWEST else f"-{sys.version_info.major}.{sys.version_info.minor}"
    return f"{stage}{python}{other}{own}"


def sources(root: Path, choices: Choices) -> dict[str, bytes]:
    """Return the files that a package is made of: the tree's own, but for what is chosen.

    Chalice fetches wheels for the processor that its configuration names.
    """
    files = {name: (root / name).read_bytes() for name in exported(root)}
    asked: dict[str, Any] = json.loads(files[CONFIG])
    files[RELEASE] = release(root).encode()
    files[CONFIG] = json.dumps(asked | {"lambda_architecture": choices.architecture}, indent=2).encode()
    return files | ({POLICIES: choices.policies} if choices.policies is not None else {})


def exported(root: Path) -> list[str]:
    """List the files that may go into a package: tracked ones, and new ones that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PACKAGED]
    listing = subprocess.run(command, cwd=root, capture_output=True, check=False)
    names = listing.stdout.decode().split("\0") if listing.returncode == 0 else list(_walk(root))
    # A deleted file stays listed until its deletion is staged.
    return sorted(name for name in set(names) if name and _wanted(name) and (root / name).is_file())


def release(root: Path) -> str:
    """Name the tree at `root` as `git describe` does: by its tag, or its commit; `unknown` where it is no git checkout."""
    command = ["git", "describe", "--tags", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _wanted(name: str) -> bool:
    ours = any(name == prefix or (prefix.endswith("/") and name.startswith(prefix)) for prefix in PACKAGED)
    return ours and not any(part in name for part in NEVER) and not name.endswith((".pyc", ".DS_Store"))


def _walk(root: Path) -> Iterator[str]:
    """List the files of a tree that is not a git checkout."""
    for prefix in PACKAGED:
        path = root / prefix
        found = path.rglob("*") if path.is_dir() else [path]
        yield from (item.relative_to(root).as_posix() for item in found)


def _stamp(stage: str, files: dict[str, bytes]) -> str:
    """Return a digest of everything that the package depends on, this builder included."""
    digest = hashlib.sha256(f"{stage} {sys.version} {os.uname().machine}".encode())
    tools = {path.name: path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))}
    relevant = {name: tools[name] for name in ("build.py", "archive.py", "check_zip.py", "starting.py", "template.py")}
    for name, content in sorted({**files, **relevant}.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def copied(files: dict[str, bytes], target: Path) -> Path:
    """Make `target` hold exactly `files`, beside the downloads that Chalice keeps there for the next time."""
    for path in sorted(target.rglob("*"), reverse=True):
        name = path.relative_to(target).as_posix()
        if path.is_file() and name not in files and not name.startswith(".chalice/deployments/"):
            path.unlink()
    kept = sorted(target.glob(".chalice/deployments/*"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-2]:
        path.unlink()
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return target


def _chalice_package(stage: str, source: Path, out: Path) -> None:
    """Let Chalice write its zip and its template, merged with ours, to `out`."""
    merged = out / "resources.json"
    merged.write_text(_run([sys.executable, "-m", "infra.build"], source).stdout, encoding="utf-8")
    chalice = [sys.executable, "-c", "from chalice.cli import main; raise SystemExit(main())"]
    done = _run([*chalice, "package", "--stage", stage, "--merge-template", str(merged), str(out)], source)
    output = done.stdout + done.stderr
    # Chalice only warns of a wheel it could not get.
    if "Could not install dependencies" in output:
        raise LocalCloudError(f"chalice package failed:\n{output[-3000:]}")


def _run(command: list[str], source: Path) -> "subprocess.CompletedProcess[str]":
    """Run a step of the build in the copied tree; LocalCloudError with the end of its output when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    environment |= {
        "AWS_DEFAULT_REGION": "eu-west-1",  # Chalice asks for one; the template names none
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",  # importing app.py must leave no bytecode to be packaged
    }
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        step = " ".join(command[1:3])
        raise LocalCloudError(f"{step} failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return done
