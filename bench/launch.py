"""A subject among the stand-ins of its platforms, from exec to its first acknowledgement."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.crowd import APART
from bench.journal import Journal
from bench.platforms import Platform
from bench.processes import Process, await_start, free_port, running
from bench.tally import taken
from bench.wire import status


@dataclass(frozen=True)
class Launch:
    """A program that has acknowledged a first request of each of its platforms; `directory` is its own.

    `began` and `acknowledged` are in seconds of the machine's monotonic clock.
    """

    process: Process
    directory: Path
    port: int
    began: float
    acknowledged: float


@contextmanager
def launched(
    arguments: Sequence[str],
    directory: Path,
    platforms: Mapping[Platform, Journal],
    settings: Mapping[str, str] | None = None,
    number: int = 0,
) -> Iterator[Launch]:
    """Runs `python` in a new directory, with these settings beside the platforms'. `number` is that of the first request.

    Raises BrokenError.
    """
    port = free_port()
    files = {"DATABASE_URL": f"sqlite:///{directory / 'data/bench.sqlite'}", "KEYRING": str(directory / "keys/keyring.json")}
    environment = {"PORT": str(port), **files}
    for platform, journal in platforms.items():
        environment |= platform.settings(journal.address)
    first = [each.writers(journal.address, APART)[each.first](number, time.time()) for each, journal in platforms.items()]
    began = time.monotonic()
    with running(arguments, directory, {**environment, **(settings or {})}) as process:
        await_start(process, directory, lambda: all(taken(status(port, request)) for request in first))
        yield Launch(process, directory, port, began, time.monotonic())
