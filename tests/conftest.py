"""No test reaches beyond this machine: an attempt fails, whichever library makes it."""

import gc
import os
import sys
from typing import Any

# Three hundred files of tests, and the processes that they start, compile the same again and again otherwise.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Twelve thousand tests and what they import stay to the end. To look through them again and again is for nothing.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


class NetworkReached(BaseException):
    """Not an Exception, so that no retry or fallback swallows it."""


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and not _is_local(arguments[1]):
        raise NetworkReached(f"a test tried to connect to {arguments[1]!r}")
    if event == "socket.getaddrinfo" and not _is_local((arguments[0],)):
        raise NetworkReached(f"a test tried to look up {arguments[0]!r}")


def _is_local(address: Any) -> bool:
    if isinstance(address, str | bytes):  # a Unix socket
        return True
    host = address[0].decode() if isinstance(address[0], bytes) else str(address[0])
    return host in ("", "None", "localhost", "::1", "0.0.0.0", "::") or host.startswith("127.")


sys.addaudithook(_guard)
