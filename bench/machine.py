"""What the figures depend on."""

import os
import platform
import tempfile
import time
from statistics import median


def machine() -> str:
    """Cores, who else is at work, Python, and how long the disk takes to keep a page: what is durable costs that much."""
    load, keeping = os.getloadavg()[0], _fsync() * 1000
    cores = f"{os.cpu_count()} cores (load {load:.1f} before)"
    return f"{cores}, Python {platform.python_version()}, {keeping:.2f} ms for a write and its fsync"


def _fsync() -> float:
    """Seconds, in the directory where the databases are made."""
    with tempfile.TemporaryFile(buffering=0) as file:
        return median(_keep(file.fileno()) for _ in range(50))


def _keep(file: int) -> float:
    began = time.perf_counter()
    os.write(file, b"\0" * 4096)
    os.fsync(file)
    return time.perf_counter() - began
