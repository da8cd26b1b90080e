"""Package and test the product under every supported Python of this machine: `python -m tools.matrix [--all]`.

An interpreter that is not here is named, and is no failure.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from localcloud.layout import ROOT

SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
PLACES = ("/usr/bin", "/usr/local/bin")
SELECTION = (
    "tests/domain/test_state_machine.py",
    "tests/domain/test_money.py",
    "tests/store/test_store_codec.py",
    "tests/notify/test_formats.py",
    "tests/notify/test_wording.py",
    "tests/api/test_imports.py",
    "tests/api/test_provider.py",
    "tests/api/test_operators_choices.py",
    "tests/system/test_packaging.py",
)
"""A module or two of each room, among them those that depend most on the interpreter: imports, formats, the package."""


def main() -> int:
    """Print a line for each version. Returns 1 if one that is here fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="run every test, not the selection")
    chosen = () if parser.parse_args().all else SELECTION
    told, failed = [], False
    for version in SUPPORTED:
        python = find(version)
        if python is None:
            told.append(f"{version}  not found on this machine: neither packaged nor tested")
            continue
        own = version == f"{sys.version_info.major}.{sys.version_info.minor}"
        steps = {
            "package": ["make", "package", f"PYTHON={'python3' if own else python}"],
            "tests": [
                sys.executable if own else _venv_python(python),
                "-m",
                "pytest",
                "-q",
                "-n",
                "2",
                "--dist",
                "loadscope",
                *chosen,
            ],
        }
        broken = next(
            (name for name, command in steps.items() if subprocess.run(command, cwd=ROOT, check=False).returncode), None
        )
        told.append(f"{version}  {f'{broken} failed' if broken else 'packaged and tested'}  ({python})")
        failed = failed or broken is not None
    print("", *told, f"tests: {'all' if not chosen else ' '.join(chosen)}", sep="\n")  # noqa: T201 - it is for people
    return int(failed)


def find(version: str) -> Path | None:
    """Return an interpreter of that version: of this process, of the system, of pyenv, or of uv; None if there is none."""
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [Path(place, name) for place in PLACES] + sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)
    found.insert(0, Path(sys.base_prefix, "bin", name))
    if uv := shutil.which("uv"):
        asked = subprocess.run([uv, "python", "find", "--offline", version], capture_output=True, text=True, check=False)
        found += [Path(asked.stdout.strip())] if asked.returncode == 0 else []
    return next((it for it in found if it.name == name and _makes_environments(it)), None)


def _makes_environments(python: Path) -> bool:
    """Return whether that interpreter is there and has `venv`, which Debian packages apart."""
    return (
        python.is_file()
        and subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0
    )


def _venv_python(python: Path) -> str:
    """Return the interpreter of the environment that `make PYTHON=...` uses."""
    return str(ROOT / ".local" / python.name / "bin" / "python")


if __name__ == "__main__":
    raise SystemExit(main())
