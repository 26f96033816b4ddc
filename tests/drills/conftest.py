import gc
import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path

import pytest

from tests.drills.opening import open_town
from tests.drills.postgres import Postgres, postgres
from tests.drills.town import Town

OpenTown = Callable[..., AbstractAsyncContextManager[Town]]
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """One for each process of the test run, started when the first drill asks for it."""
    with postgres() as opened:
        yield opened


@pytest.fixture(autouse=True)
def hindered_by_no_garbage() -> Iterator[None]:
    """Who talks and the made-up platforms are in this process: to look through all it holds would count as the bot's time."""
    usual = gc.get_threshold()
    gc.set_threshold(*usual[:2], 10**9)
    yield
    gc.set_threshold(*usual)


@pytest.fixture
def seed() -> int:
    seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"SEED={seed}")  # noqa: T201 - so that one which fails can be played again
    return seed


@pytest.fixture
def on_postgres(server: Postgres, tmp_path: Path, seed: int) -> OpenTown:
    """Opens a town of two bots on PostgreSQL."""

    def open(**options: str) -> AbstractAsyncContextManager[Town]:
        number = next(_NUMBERS)
        return open_town(_folder(tmp_path, number), server.create(f"drill{number}"), 2, seed, **options)

    return open


@pytest.fixture
def on_sqlite(tmp_path: Path, seed: int) -> OpenTown:
    """Opens a town of one bot on SQLite."""

    def open(**options: str) -> AbstractAsyncContextManager[Town]:
        folder = _folder(tmp_path, next(_NUMBERS))
        address = options.pop("database", f"sqlite:///{folder / 'data/inbox.sqlite'}")
        return open_town(folder, address, 1, seed, **options)

    return open


def _folder(under: Path, number: int) -> Path:
    """Of one town."""
    folder = under / f"town{number}"
    folder.mkdir()
    return folder
