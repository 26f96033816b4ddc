"""How much memory a process takes; and memory that runs out for one alone, as a container's does: the kernel then kills it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup/memory")  # of cgroup v1: a group of v2 can't be made beside processes


def why_not() -> str:
    """Why none can be limited here; empty where one can."""
    return "" if os.access(_GROUPS / "cgroup.procs", os.W_OK) else "there is no memory controller of cgroup v1 to be written to"


@contextmanager
def scarcity(pid: int, megabytes: int) -> Iterator[None]:
    """The process gets so much more than it has, and no more."""
    group, former = _GROUPS / f"drill{pid}", _former(pid)
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(megabytes * 1024 * 1024))
    (group / "cgroup.procs").write_text(str(pid))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            (former / "cgroup.procs").write_text(str(pid))
        group.rmdir()


@contextmanager
def peak(pid: int) -> Iterator[Callable[[], float]]:
    """Gives what tells how many MB more it has held at any moment since."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # proc(5): the peak is forgotten
    before = _held(pid, "VmRSS")
    yield lambda: _held(pid, "VmHWM") - before


def _held(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def _former(pid: int) -> Path:
    groups = (line.split(":", 2) for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines())
    path = next((path for _, controllers, path in groups if "memory" in controllers.split(",")), "/")
    return _GROUPS / path.lstrip("/")
