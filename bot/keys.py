"""What operators do about the keys that seal tokens."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

from sqlalchemy import make_url

from bot.clock import Clock
from bot.settings import Settings
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.key_source import KeySource, mounts, open_keyring
from storage.key_status import DataKeyStatus, KeyStatus, MasterKeyStatus, key_status
from storage.keyring import NoKeyringError

_HEAD = ("MASTER KEY", "STATE", "DATA KEYS", "HELD BY", "NOT HELD BY")
_DAY = 86400.0  # seconds


def key_source(settings: Settings, environ: Mapping[str, str]) -> KeySource:
    """Where this bot's master keys are, by its settings and by what the system has given it."""
    url = make_url(settings.database)
    data = Path(url.database).parent if url.drivername == "sqlite" and url.database else None
    return KeySource(settings.key_file, data, mounts(environ), settings.kek.get_secret_value(), settings.kek_uri)


@asynccontextmanager
async def rotation(settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[KeyRotation]:
    """Raises StorageError; what is done with it raises KeyringError too."""
    async with _opened(settings) as database:
        yield KeyRotation(database, key_source(settings, environ), Clock().time)


async def status(settings: Settings, environ: Mapping[str, str]) -> KeyStatus:
    """Raises KeyringError, StorageError."""
    try:
        keyring = await asyncio.to_thread(open_keyring, key_source(settings, environ))
    except NoKeyringError:
        keyring = None
    async with _opened(settings) as database:
        return await database.read(partial(key_status, keyring=keyring, now=Clock().time()))


async def rewrap(settings: Settings, environ: Mapping[str, str], data: bool) -> str:
    """What was done, in words. `data`: gives every tenant a new data key too. Raises KeyringError, StorageError."""
    async with rotation(settings, environ) as keys:
        renewed = await keys.renew() if data else 0
        done = await keys.rewrap()
    said = [f"{done.done:,} data keys are wrapped anew."]
    if data:
        said.append(f"{renewed:,} tenants have a new data key. A running bot now seals anew what the old ones have sealed.")
    if done.lost:
        said.append(f"These can't be unwrapped, and what they sealed is to be connected anew: {', '.join(done.lost)}.")
    return "\n".join(said)


def report(found: KeyStatus, as_json: bool, now: float) -> str:
    """A table, or JSON."""
    if as_json:
        return json.dumps(asdict(found), indent=2)
    rows = [_HEAD, *map(_row, found.masters)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    data = [_line(found.current, "seal", now), _line(found.retired, "are retired and only open", now)]
    return "\n".join([f"Keyring: {found.origin or 'none'}", *table, *data])


def _row(key: MasterKeyStatus) -> tuple[str, ...]:
    state = "active" if key.active else "opens" if key.here else "missing here"
    return (key.id, state, f"{key.wraps:,}", ", ".join(key.holders) or "-", ", ".join(key.strangers) or "-")


def _line(found: DataKeyStatus, state: str, now: float) -> str:
    age = f", the oldest {max(now - found.oldest, 0) / _DAY:.0f} days old" if found.keys else ""
    return f"{found.keys:,} data keys {state}: {found.values:,} sealed values{age}"


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database)
    try:
        await database.open()
        yield database
    finally:
        await database.close()
