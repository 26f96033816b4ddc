"""States for the tests, as each process of the story opens them."""

import secrets
from collections.abc import Callable
from pathlib import Path

from storage.data_keys import open_data_keys
from storage.database import Database
from storage.key_source import KeySource
from storage.sealing import Sealer
from storage.states import States

_KEYS = KeySource(Path("nowhere"), value=bytes(range(32)).hex())


async def open_states(
    database: Database, now: Callable[[], float], token: Callable[[], str] = lambda: secrets.token_urlsafe(32)
) -> States:
    """What a process of its own would have."""
    data_keys = await open_data_keys(database, _KEYS, now, process=secrets.token_hex(8))
    return States(database, Sealer(data_keys), now, token)
