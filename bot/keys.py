"""What operators do about the keys that seal tokens."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bot.plan import Plan
from bot.stores import key_source
from storage import key_loss
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.key_source import open_keyring
from storage.key_status import DataKeyStatus, KeyStatus, MasterKeyStatus, key_status
from storage.keyholders import RESTORE, sealed_with
from storage.keyring import Keyring, NoKeyringError
from storage.shared_clock import SharedClock

_HEAD = ("MASTER KEY", "STATE", "DATA KEYS", "HELD BY", "NOT HELD BY")
_DAY = 86400.0  # seconds


async def status(plan: Plan) -> KeyStatus:
    """Raises KeyringError, StorageError, as all that is here."""
    keyring = await asyncio.to_thread(_keyring, plan)
    async with _database(plan) as (database, now):
        return await database.read(partial(key_status, keyring=keyring, now=now()))


async def add(plan: Plan) -> str:
    """What was done, in words."""
    async with _rotation(plan) as rotation:
        id = await rotation.add()
    return (
        f"{id} is in {plan.settings.key_file}: copy that file to all machines that run this bot, and keep a copy in a safe "
        f"place. In half a minute, once all running processes have read it: interact keys activate {id}"
    )


async def activate(plan: Plan, id: str) -> str:
    async with _rotation(plan) as rotation:
        await rotation.activate(id)
    return f"{id} is the active master key. On every other machine, do the same. Then: interact keys rewrap"


async def rewrap(plan: Plan, data: bool) -> str:
    """`data`: gives every tenant a new data key too."""
    async with _rotation(plan) as rotation:
        renewed = await rotation.renew() if data else 0
        rewrapped = await rotation.rewrap()
    said = [f"{rewrapped.done:,} data keys are wrapped anew."]
    if data:
        said.append(f"{renewed:,} tenants have a new data key. A running bot seals anew what the old ones have sealed.")
    if rewrapped.lost:
        said.append(f"These can't be unwrapped; what they sealed has to be connected anew: {', '.join(rewrapped.lost)}.")
    return "\n".join(said)


async def abandon(plan: Plan) -> str:
    """For when the keys are lost."""
    async with _database(plan) as (database, now):
        accounts = await database.run(partial(key_loss.abandon, now=now()))
    return f"{accounts:,} accounts are forgotten, not revoked. Start the bot: it makes a new keyring, and people connect again."


async def retire(plan: Plan, id: str) -> str:
    async with _rotation(plan) as rotation:
        await rotation.retire(id)
    return f"{id} is gone. Backups of the database from before need it: if you keep those, keep a copy of it apart from them."


def report(found: KeyStatus, as_json: bool, now: float, sought: Path) -> str:
    """A table, or JSON. `sought` is where a keyring should be that is kept as a file."""
    if as_json:
        return json.dumps(asdict(found), indent=2)
    rows = [_HEAD, *map(_row, found.masters)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    data = [_line(found.current, "seal", now), _line(found.retired, "are retired and only open", now)]
    return "\n".join([f"Keyring: {found.origin or f'none at {sought}'}", *table, *data, *_lacking(found)])


def is_complete(found: KeyStatus) -> bool:
    """Whether all keys are here that the database knows."""
    return all(key.here for key in found.masters)


def _lacking(found: KeyStatus) -> list[str]:
    lacking = [key.id for key in found.masters if not key.here]
    return [f"{sealed_with(*lacking)}, missing here. {RESTORE}"] if lacking else []


def _row(key: MasterKeyStatus) -> tuple[str, ...]:
    state = "active" if key.active else "opens" if key.here else "missing here"
    return (key.id, state, f"{key.wraps:,}", ", ".join(key.holders) or "-", ", ".join(key.strangers) or "-")


def _line(found: DataKeyStatus, state: str, now: float) -> str:
    age = f", the oldest {max(now - found.oldest, 0) / _DAY:.0f} days old" if found.keys else ""
    return f"{found.keys:,} data keys {state}: {found.values:,} sealed values{age}"


def _keyring(plan: Plan) -> Keyring | None:
    try:
        return open_keyring(key_source(plan))
    except NoKeyringError:
        return None


@asynccontextmanager
async def _rotation(plan: Plan) -> AsyncIterator[KeyRotation]:
    async with _database(plan) as (database, now):
        yield KeyRotation(database, key_source(plan), now)


@asynccontextmanager
async def _database(plan: Plan) -> AsyncIterator[tuple[Database, SharedClock]]:
    """With the time by which the bots that share it tell who of them lives."""
    database, now = Database(plan.settings.database), SharedClock(plan.clock.time)
    try:
        await database.open()
        await database.set_clock(now)
        yield database, now
    finally:
        await database.close()
