"""What arrived at the fake Slack API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.processes import await_start, free_port, running
from bench.tally import Posted


class Journal:
    """Asks the fake Slack API at this port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.base_url = f"http://127.0.0.1:{port}/api/"

    def count(self) -> int:
        """How many messages there are to take."""
        return int(self._get("/count"))

    def take(self) -> list[Posted]:
        """The messages posted since the last time."""
        return [(channel, text, at) for channel, text, at in self._get("/take")]

    def _get(self, path: str) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", path)
            return json.load(connection.getresponse())
        finally:
            connection.close()


@contextmanager
def slack_api(directory: Path) -> Iterator[Journal]:
    """Runs the fake Slack API."""
    port = free_port()
    journal = Journal(port)
    with running(("-m", "bench.slack_api", str(port)), directory, {}) as process:
        await_start(process, directory, lambda: journal.count() == 0)
        yield journal
