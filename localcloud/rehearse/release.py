"""Get the release before from the repository's history, and package it with its own tool."""

import hashlib
import io
import logging
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from localcloud.layout import LOCAL, ROOT, LocalCloudError, locked
from localcloud.packaging.build import Artefact

log = logging.getLogger(__name__)
RELEASE = "0.2.0"
COMMIT = "0a95c8d356a537074974cd80b78e7309bb846f02"
"""The commit that is release 0.2.0."""
PLACE = LOCAL / "rehearse"


def missing() -> str:
    """Return why the release cannot be had here, and what to do; empty if it can."""
    if not (ROOT / ".git").exists():
        return f"release {RELEASE} is in the history of the repository, and this folder is no git checkout"
    if _git("cat-file", "-e", f"{COMMIT}^{{commit}}").returncode:
        return f"the history here does not reach back to release {RELEASE}; `git fetch --unshallow` gets it"
    return ""


def packaged(stage: str = "local") -> Artefact:
    """Return the release's package, made by the release's own tool from its own tree; LocalCloudError says what failed."""
    if why := missing():
        raise LocalCloudError(why)
    tree, out = PLACE / RELEASE, PLACE / f"{RELEASE}-{stage}"
    with locked(PLACE / "lock"):
        if not (tree / "unpacked").is_file() or (tree / "unpacked").read_text(encoding="ascii") != COMMIT:
            _unpack(tree)
        log.info("packaging release %s", RELEASE)
        _run([sys.executable, "-m", "localcloud", "package", stage, "--out", str(out)], tree)
    archive = out / "deployment.zip"
    return Artefact(out / "sam.json", archive, hashlib.sha256(archive.read_bytes()).hexdigest())


def _unpack(tree: Path) -> None:
    """Write the release's files to `tree`. They are a repository of their own, so that its tool lists them."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    archive = _git("archive", "--format=tar", COMMIT)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(tree, filter="data")
    _git("init", "--quiet", str(tree))
    (tree / "unpacked").write_text(COMMIT, encoding="ascii")


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=False)


def _run(command: list[str], tree: Path) -> str:
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalCloudError(f"release {RELEASE} cannot be packaged:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout
