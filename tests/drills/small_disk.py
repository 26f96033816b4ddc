"""A disk of a few megabytes that can be filled up."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def why_not() -> str:
    """Why there can be none here; empty where there can."""
    return "" if os.geteuid() == 0 else "only root may mount a disk"


class SmallDisk:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Until not a byte is left."""
        with suppress(OSError), self._filler.open("ab", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)

    def empty(self) -> None:
        self._filler.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Everybody may look into it; PostgreSQL runs as a user of its own."""
    path = Path(tempfile.mkdtemp(prefix="disk"))  # short: PostgreSQL makes a socket in it
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(path)), check=True)
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(("umount", "-l", str(path)), check=True)
        path.rmdir()
