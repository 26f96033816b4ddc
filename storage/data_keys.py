"""A data key for each tenant: it seals what belongs to that tenant, and is itself wrapped by a master key.

A data key is never stored but wrapped, and stays in memory for five minutes at most. Without it nothing of its tenant opens.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, delete, select

from storage import keyholders
from storage.cipher import Random, SealError
from storage.data_key import IS_CURRENT, DataKey, add_data_key, context, find_unneeded, remove
from storage.database import Database
from storage.key_source import KeySource, open_keyring
from storage.keyring import Keyring, KeyringError, MasterKey, NoKeyringError
from storage.tables import data_key

_LOG = logging.getLogger(__name__)
_LIFE = 300.0  # seconds in memory
_TWO_BEATS = 65.0  # seconds: see `bot.upkeep`
_GRACE = 3600.0  # seconds: no transaction is that long, so nothing is being sealed with a key that retired before
_CHUNK = 500  # rows that are deleted in one transaction: others want to write as well

_COLUMNS = (data_key.c.id, data_key.c.tenant, data_key.c.wrapped, data_key.c.master)


async def open_data_keys(database: Database, source: KeySource, now: Callable[[], float], process: str) -> "DataKeys":
    """The data keys of a process that starts; the very first one makes a keyring file. `process` is its name, as no other's is.

    Raises KeyringError where the keys are not those of this database or are not safe, and StorageError.
    """
    in_use = await database.read(keyholders.in_use)
    try:
        keyring = await asyncio.to_thread(open_keyring, source, make=not in_use)
    except NoKeyringError as error:
        raise KeyringError(f"{error} {keyholders.sealed_with(*in_use)}. {keyholders.RESTORE}") from None
    if source.value:
        _LOG.warning("the master key is in the environment, where other programs may read it: a keyring file is safer")
    keys = DataKeys(database, source, keyring, now, process)
    await keys.open()
    return keys


class DataKeys:
    """What takes a `connection` is done within its transaction, in the thread that it is used in."""

    def __init__(
        self,
        database: Database,
        source: KeySource,
        keyring: Keyring,
        now: Callable[[], float],
        process: str,
        random: Random = os.urandom,
    ) -> None:
        self._database = database
        self._source = source
        self._keyring = keyring
        self._now = now
        self._process = process
        self._random = random
        self._kept: dict[str, tuple[float, DataKey]] = {}

    async def open(self) -> None:
        """Raises KeyringError, StorageError."""
        await self._database.run(lambda it: keyholders.admit(it, self._keyring, self._process, self._now()))

    async def beat(self) -> None:
        """To be done every half minute: reads the keyring anew, and tells the others what this process holds.

        Raises StorageError.
        """
        self._forget_old()
        try:
            found = await asyncio.to_thread(open_keyring, self._source)
        except KeyringError as error:
            _LOG.error("the keyring can't be read anew, and stays as it was: %s", error)
            found = self._keyring
        self._keyring = await self._database.run(lambda connection: self._agreed(connection, found))

    async def living(self) -> int:
        """How many processes run on this database; one that was killed counts for a minute more. Raises StorageError."""
        return len(await self._database.read(lambda connection: keyholders.living(connection, self._now(), _TWO_BEATS)))

    async def close(self) -> None:
        """This process needs no keys any more. Raises StorageError."""
        self._kept.clear()
        await self._database.run(lambda connection: keyholders.sign_off(connection, self._process))

    async def shred(self, tenant: str) -> None:
        """Nothing that was sealed for this tenant opens any more: here at once, in other processes after five minutes.

        Raises StorageError.
        """
        await self._database.run(lambda connection: connection.execute(delete(data_key).where(data_key.c.tenant == tenant)))
        for id, (_, key) in list(self._kept.items()):  # only now: until it was gone, others could read it again
            if key.tenant == tenant:
                self._kept.pop(id, None)

    async def prune(self, now: float) -> int:
        """Deletes the retired keys that nothing needs any more; says how many. Raises StorageError."""
        ids = await self._database.read(lambda connection: find_unneeded(connection, now - _GRACE))
        chunks = [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
        return sum([await self._database.run(partial(remove, ids=chunk)) for chunk in chunks])

    def current(self, connection: Connection, tenant: str) -> DataKey:
        """The key that seals for this tenant; its first one is made here. Raises SealError.

        The database is asked each time: a key that was made in a transaction that failed, or was shredded, must not be used.
        """
        statement = select(*_COLUMNS).where(data_key.c.tenant == tenant, IS_CURRENT)
        row = connection.execute(statement).one_or_none()
        if row is None:
            add_data_key(connection, self._active(connection), tenant, self._now(), self._random)
            row = connection.execute(statement).one()  # of whoever was quicker
        return self._opened(*row)

    def named(self, connection: Connection, id: str) -> DataKey:
        """A key that sealed something once. Raises SealError where it is gone."""
        if kept := self._fresh(id):
            return kept
        row = connection.execute(select(*_COLUMNS).where(data_key.c.id == id)).one_or_none()
        if row is None:
            raise SealError(f"its data key {id} is gone")
        return self._opened(*row)

    def _agreed(self, connection: Connection, found: Keyring) -> Keyring:
        """What was found, if it goes with the database and the other processes; until it does, with the old active key."""
        try:
            keyholders.admit(connection, found, self._process, self._now())
        except KeyringError as error:
            _LOG.warning("the keyring was changed, and can't be used yet as it is: %s", error)
            found = replace(self._keyring, keys={**found.keys, **self._keyring.keys})
            keyholders.sign(connection, found, self._process, self._now())
        return found

    def _opened(self, id: str, tenant: str, wrapped: bytes, master: str) -> DataKey:
        if (kept := self._fresh(id)) and kept.tenant == tenant:
            return kept
        key = DataKey(id, tenant, self._master(master).unwrap(wrapped, context(tenant, id)))
        self._kept[id] = (self._now(), key)
        return key

    def _fresh(self, id: str) -> DataKey | None:
        since, key = self._kept.get(id, (0.0, None))
        return key if 0 <= self._now() - since < _LIFE else None

    def _forget_old(self) -> None:
        for id in list(self._kept):
            if not self._fresh(id):
                self._kept.pop(id, None)

    def _active(self, connection: Connection) -> MasterKey:
        """A key that was retired a moment ago must not be used again: then another is active by now."""
        for keyring in self._keyrings():
            if keyholders.is_registered(connection, keyring.active.id):
                return keyring.active
        raise SealError(f"the master key {self._keyring.active.id} is not in use any more: see `interact keys status`")

    def _master(self, id: str) -> MasterKey:
        """One that was added a moment ago is in the file already."""
        for keyring in self._keyrings():
            if id in keyring.keys:
                return keyring.keys[id]
        raise SealError(f"its data key is wrapped by the master key {id}, which {self._keyring.origin} has not")

    def _keyrings(self) -> Iterator[Keyring]:
        """As it was read last, and as it is now."""
        yield self._keyring
        with suppress(KeyringError):  # the next beat tells
            yield open_keyring(self._source)
