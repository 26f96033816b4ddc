"""A network that loses every packet to one port: nobody is told, connections just fall silent."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_PORTS = ("--dport", "--sport")


def why_not() -> str:
    """Why no network can be parted here; empty where one can."""
    if os.geteuid() != 0:
        return "only root may part networks"
    return "" if shutil.which("iptables") else "there is no iptables"


@contextmanager
def partition(port: int) -> Iterator[None]:
    """Of loopback's traffic, that to and from this port is dropped."""
    for side in _PORTS:
        _rule("-I", side, port)
    try:
        yield
    finally:
        for side in _PORTS:
            _rule("-D", side, port)


def _rule(change: str, side: str, port: int) -> None:
    rule = (change, "INPUT", "-i", "lo", "-p", "tcp", side, str(port), "-j", "DROP")
    subprocess.run(("iptables", "-w", *rule), check=True, capture_output=True)
