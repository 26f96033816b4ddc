"""Vercel's `emulate`, a stand-in for several services that somebody else wrote: a second opinion on our own."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.npm import NODE, fetched, serving

VERSION = "0.12.2"  # pinned: `latest` is somebody else's package of the same name


@dataclass(frozen=True)
class Emulate:
    """Where Node is, and where the package lies."""

    node: Path
    package: Path

    def running(self, service: str) -> AbstractContextManager[str]:
        """Serves one of its services on 127.0.0.1; gives its address, without a slash at the end."""
        return serving(self.package / "dist/index.js", ["start", "--service", service], self.package)


@pytest.fixture(scope="session")
def emulate() -> Emulate:
    """Skips where the npm registry can't be reached."""
    return Emulate(NODE, fetched("emulate", VERSION))
