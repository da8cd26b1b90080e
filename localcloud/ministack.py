"""Run the AWS engine: MiniStack as a child process on loopback, with a clean environment and its own directory."""

import logging
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from localcloud import venvs
from localcloud.layout import LocalCloudError
from localcloud.ports import HOST

PHONES = "buyer-protection-local-phones"
"""The topic at which the outbox reads what goes straight to phones and devices (``engine.py``). The product has none such."""
log = logging.getLogger(__name__)
REGION = "eu-west-1"
# Not secrets: MiniStack's root credentials, which open nothing else.
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105


class MiniStack:
    """One running engine. It enforces IAM, so a right that a policy lacks is missing here too."""

    def __init__(self, directory: Path, port: int, max_life: float) -> None:
        """Start it, and return when it answers; LocalCloudError with the end of its log when it does not."""
        self.url = f"http://{HOST}:{port}"
        self._directory = directory
        self._log = directory / "ministack.log"
        self._guard = self._start(venvs.ensure("ministack"), port, max_life)
        try:
            self._wait(30.0)
        except BaseException:
            self.stop()
            raise

    def _start(self, python: Path, port: int, max_life: float) -> "subprocess.Popen[bytes]":
        for name in ("tmp", "state", "s3"):
            (self._directory / name).mkdir(parents=True, exist_ok=True)
        # Spelled out in full: functions inherit it, and nothing of the developer's shell may reach them.
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "HOME": str(self._directory),
            "TMPDIR": str(self._directory / "tmp"),
            "STATE_DIR": str(self._directory / "state"),
            "S3_DATA_DIR": str(self._directory / "s3"),
            "BIND_HOST": HOST,  # its default is every interface
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AUTH": "true",
            "PHONES_TOPIC": PHONES,
            "PYTHONDONTWRITEBYTECODE": "1",  # a deployed function cannot write beside its code either
        }
        guard = Path(__file__).with_name("guard.py")
        command = [sys.executable, "-I", str(guard), str(max_life), str(python), "-I", str(guard.with_name("engine.py"))]
        with self._log.open("wb") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self._directory,
                start_new_session=True,  # Ctrl-C in the terminal is for its starter, which then stops it in order
            )

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._guard.poll() is None and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        tail = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
        message = f"MiniStack did not start; the end of its log:\n{tail}"
        raise LocalCloudError(message)

    @property
    def pid(self) -> int:
        """The process to end by hand, if that is ever needed. It takes MiniStack and its workers with it."""
        return self._guard.pid

    @property
    def running(self) -> bool:
        """True while the engine runs."""
        return self._guard.poll() is None

    def stop(self) -> None:
        """End the engine and every function process; safe to call twice."""
        if self._guard.stdin:
            self._guard.stdin.close()
        try:
            self._guard.wait(10)
        except subprocess.TimeoutExpired:  # pragma: no cover - the guard kills within its grace
            self._guard.kill()
            self._guard.wait()
