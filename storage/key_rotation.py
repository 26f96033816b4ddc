"""Changing keys while the bot runs: a new master key is added, made active, and wraps all data keys; the old one retires.

At no moment is there a data key that a running process can't open. Each step can be done again after a crash.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection, delete, func, select

from storage import keyholders
from storage.database import Database
from storage.key_source import KeySource, change_keyring, open_keyring, refuse_fixed, with_new_key
from storage.keyring import Keyring, KeyringError, NoKeyringError
from storage.rewrapping import renew_some, rewrap_some
from storage.tables import data_key, master_key

_BATCH = 500  # data keys in one transaction


@dataclass(frozen=True)
class Rewrapped:
    """How many data keys were wrapped anew, and the ids of those that can't be unwrapped."""

    done: int
    lost: tuple[str, ...]


class KeyRotation:
    """What operators do. All of it raises StorageError, and KeyringError where it can't be done now."""

    def __init__(self, database: Database, source: KeySource, now: Callable[[], float], batch: int = _BATCH) -> None:
        self._database = database
        self._source = source
        self._now = now
        self._batch = batch

    async def add(self) -> str:
        """Puts a new key into the keyring file, where it only opens; gives its id."""
        return list((await asyncio.to_thread(change_keyring, self._source, with_new_key)).keys)[-1]

    async def activate(self, id: str) -> None:
        """From now on this key wraps. All running processes must hold it."""
        refuse_fixed(self._source)
        keyring = await asyncio.to_thread(open_keyring, self._source)
        _with_active(keyring, id)

        def work(connection: Connection) -> None:
            keyholders.take_turn(connection)
            keyholders.check(connection, keyring)
            keyholders.refuse_strangers(connection, id, self._now())
            keyholders.register(connection, keyring.keys[id], self._now())

        await self._database.run(work)
        await asyncio.to_thread(change_keyring, self._source, lambda found: _with_active(found, id))

    async def rewrap(self) -> Rewrapped:
        """Wraps every data key by the active master key, while others read them."""
        keyring = await self._usable_keyring()
        found = Rewrapped(0, ())
        after: str | None = ""
        while after is not None:
            some = await self._database.run(partial(rewrap_some, keyring=keyring, after=after, limit=self._batch))
            after, found = some.last, Rewrapped(found.done + some.done, (*found.lost, *some.lost))
        return found

    async def renew(self) -> int:
        """Gives every tenant a new data key; says how many. The old ones open what they sealed, until they are pruned."""
        keyring, began = await self._usable_keyring(), self._now()
        renew, done = partial(renew_some, keyring=keyring, before=began, now=began, limit=self._batch), 0
        while some := await self._database.run(renew):
            done += some
        return done

    async def retire(self, id: str) -> None:
        """Takes a master key away that wraps nothing any more. One that is lost can be retired too."""
        held = await asyncio.to_thread(self._holds, id)
        await self._database.run(partial(_retire, id=id, held=held, now=self._now()))
        if held and not self._source.is_fixed:
            await asyncio.to_thread(change_keyring, self._source, lambda found: _without(found, id))

    async def _usable_keyring(self) -> Keyring:
        """With all that the database needs, and an active key that every running process holds."""
        keyring = await asyncio.to_thread(open_keyring, self._source)

        def work(connection: Connection) -> None:
            keyholders.check(connection, keyring)
            keyholders.refuse_strangers(connection, keyring.active.id, self._now())

        await self._database.read(work)
        return keyring

    def _holds(self, id: str) -> bool:
        """Whether the keyring, where there is one, has this key."""
        try:
            keyring = open_keyring(self._source)
        except NoKeyringError:
            return False
        _without(keyring, id)
        return id in keyring.keys


def _retire(connection: Connection, id: str, held: bool, now: float) -> None:
    """Whoever would wrap something with it right now waits, and finds it gone."""
    keyholders.take_turn(connection)
    if not held and id not in keyholders.in_use(connection):
        raise _unknown(id)
    wraps = connection.execute(select(func.count()).where(data_key.c.master == id)).scalar_one()
    if wraps:
        raise KeyringError(f"The master key {id} still wraps {wraps:,} data keys. First: interact keys rewrap")
    users = [holder for holder, keys in keyholders.living(connection, now).items() if keys[0] == id]
    if users:
        raise KeyringError(f"{', '.join(users)} still uses the master key {id}. Wait half a minute, or renew its keyring.")
    connection.execute(delete(master_key).where(master_key.c.id == id))


def _with_active(keyring: Keyring, id: str) -> Keyring:
    if id not in keyring.keys:
        raise _unknown(id)
    return replace(keyring, active=keyring.keys[id])


def _without(keyring: Keyring, id: str) -> Keyring:
    """Raises KeyringError for the active one."""
    if keyring.active.id == id:
        raise KeyringError(f"The master key {id} is the active one. First add another, and activate that one.")
    return replace(keyring, keys={name: key for name, key in keyring.keys.items() if name != id})


def _unknown(id: str) -> KeyringError:
    return KeyringError(f"There is no master key {id} here. See: interact keys status")
