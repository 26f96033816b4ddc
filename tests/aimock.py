"""CopilotKit's `aimock`, a stand-in for AI providers that somebody else wrote: a second opinion on our own."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.npm import fetched, serving

VERSION = "1.43.0"
_OPTIONS = ("--strict", "--log-level", "silent", "--chunk-size", "8")

Fixture = Mapping[str, Any]
"""What it answers to whom: https://aimock.copilotkit.dev/fixtures."""


@dataclass(frozen=True)
class Aimock:
    """Where the package lies."""

    package: Path

    def running(self, folder: Path, fixtures: Sequence[Fixture], key: str) -> AbstractContextManager[str]:
        """Serves all providers on 127.0.0.1 to whoever has the key; gives its address, without a slash at the end."""
        (folder / "fixtures.json").write_text(json.dumps({"fixtures": list(fixtures)}))
        options = ["--fixtures", str(folder), *_OPTIONS]
        return serving(self.package / "dist/cli.js", options, folder, "/health", {"AIMOCK_API_KEYS": key})


@pytest.fixture(scope="session")
def aimock() -> Aimock:
    """Skips where the npm registry can't be reached."""
    return Aimock(fetched("@copilotkit/aimock", VERSION))
