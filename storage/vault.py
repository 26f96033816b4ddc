"""The connected accounts with their tokens: sealed, refreshed by one at a time, and unusable as soon as they are stopped.

Each change is one statement with its own condition, see `changes.py`. A method gives None or False where the condition was
not met any more: then somebody else was first, and nothing was changed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Row, func, select

from storage import changes
from storage.connection import COLUMNS, EVERYWHERE, Connection, Owner, read_connection, write_channels, write_scopes
from storage.database import Database
from storage.grant import NO_TOKENS, Grant, Grants, Tokens, binding_of
from storage.resealing import Resealing
from storage.sealing import Sealer, SealError
from storage.tables import connection as table

__all__ = ["EVERYWHERE", "NO_TOKENS", "Connection", "Grant", "Kept", "Owner", "SealError", "Tokens", "Vault"]

Transaction = sqlalchemy.Connection
Kept = tuple[Connection, Tokens | None]


class Vault:
    """`now` gives seconds since the epoch, `token` 256 bits of randomness. Everything here raises StorageError.

    SealError is raised for a row that can't be opened: it was changed or moved, or its key is gone. `keep` mends it.
    """

    def __init__(self, database: Database, sealer: Sealer, now: Callable[[], float], token: Callable[[], str]) -> None:
        self._database = database
        self._grants = Grants(sealer)
        self._resealing = Resealing(database, sealer, table, binding_of)
        self._now = now
        self._token = token

    async def find(self, owner: Owner, service: str) -> Connection | None:
        found = await self._list(*changes.owned(owner), table.c.service == service)
        return found[0] if found else None

    async def of(self, owner: Owner) -> list[Connection]:
        return await self._list(*changes.owned(owner))

    async def of_tenant(self, platform: str, tenant: str) -> list[Connection]:
        """The team's, and those of all its people."""
        return await self._list(*changes.of_tenant(platform, tenant))

    async def usable(self, owner: Owner, service: str, conversation: str) -> Grant | None:
        """The person's own; else their team's, where it is open to this conversation. Broken ones too. Raises SealError."""
        candidates = table.c.person.in_([owner.person, ""])
        whose = (*changes.of_tenant(owner.platform, owner.tenant), candidates, table.c.service == service)
        statement = select(table).where(*whose, changes.USABLE).order_by(table.c.person.desc())

        def work(transaction: Transaction) -> Grant | None:
            rows = transaction.execute(statement).all()
            row = next((each for each in rows if read_connection(each).is_open_to(conversation)), None)
            return self._grants.open(transaction, row) if row else None

        return await self._database.read(work)

    async def grant(self, id: str) -> Grant | None:
        """Raises SealError."""
        statement = select(table).where(table.c.id == id, changes.USABLE)

        def work(transaction: Transaction) -> Grant | None:
            row = transaction.execute(statement).one_or_none()
            return self._grants.open(transaction, row) if row else None

        return await self._database.read(work)

    async def keep(
        self,
        owner: Owner,
        service: str,
        kind: str,
        tokens: Tokens,
        account: str,
        scopes: Sequence[str],
        expires: float,
        due: float,
        channels: Sequence[str] = (),
    ) -> Kept:
        """A new connection, or a new one in place of the former, whose channels it keeps where none are given.

        With it come the former's tokens, for revoking: None where there was none, or it can't be opened.
        Raises ValueError for what can't be tokens.
        """
        now = self._now()
        values = {"kind": kind, "account": account, "scopes": write_scopes(scopes), "expires": expires, "due": due}
        open_to = {"channels": write_channels(channels)} if channels else {}

        def work(transaction: Transaction) -> Kept:
            return self._keep(transaction, owner, service, tokens, {**values, **open_to, "connected": now, "succeeded": now})

        return await self._database.run(work)

    async def lease(self, connection: Connection, holder: str, seconds: float) -> bool:
        """Before a refresh: True for one at a time. That it is on its way is written here, before it goes out."""
        return await self._changed(changes.lease(connection, holder, self._now(), seconds)) is not None

    async def renew(
        self, connection: Connection, tokens: Tokens, expires: float, scopes: Sequence[str] | None = None
    ) -> Connection | None:
        """What a refresh brought, though its lease may be over; scopes None: as before. Raises ValueError for no tokens.

        None: it was stopped, connected anew or renewed by another meanwhile. Then nothing is stored.
        """

        def work(transaction: Transaction) -> Connection | None:
            sealed = self._grants.seal(transaction, connection.id, connection.owner, connection.service, tokens)
            change = changes.renew(connection, sealed, scopes, expires, self._now())
            row = transaction.execute(change).one_or_none()
            return read_connection(row) if row else None

        return await self._database.run(work)

    async def release(self, connection: Connection, holder: str, retry: float) -> None:
        """After a refresh that failed for a passing reason: the tokens stay, and it may be tried again from `retry` on."""
        await self._changed(changes.release(connection, holder, retry))

    async def break_(self, connection: Connection, error: str) -> bool:
        """Its tokens are good for nothing any more. True for the one who says so first. A lease stays with its holder."""
        return await self._changed(changes.break_(connection, error, self._now())) is not None

    async def heal(self, connection: Connection) -> bool:
        """A broken one has turned out to work."""
        return await self._changed(changes.heal(connection, self._now())) is not None

    async def note(self, connection: Connection, error: str = "") -> None:
        """It worked, or it failed: in words for its owner."""
        await self._changed(changes.note(connection, error, self._now()))

    async def mark_told(self, connection: Connection) -> bool:
        """That its owner knows that it is broken. True for the one who is to tell them."""
        return await self._changed(changes.tell(connection)) is not None

    async def open_to(self, connection: Connection, conversation: str) -> Connection | None:
        """A team's may be used there as well. None: it is a person's, or gone."""
        return await self._admit(connection, lambda channels: channels | {conversation})

    async def close_to(self, connection: Connection, conversation: str) -> Connection | None:
        return await self._admit(connection, lambda channels: channels - {conversation})

    async def stop(self, *whose: changes.Condition) -> list[Connection]:
        """Unusable at once; sealed until they are revoked and removed. See `changes.owned` and what follows it."""
        return await self._change(changes.stop(*whose))

    async def stopped(self, limit: int, after: str = "", whose: Sequence[changes.Condition] = ()) -> list[Grant]:
        """Those to be revoked, in the order of their ids; NO_TOKENS where they can't be opened, and so not be revoked."""
        waiting = (~changes.USABLE, table.c.id > after, *whose)
        statement = select(table).where(*waiting).order_by(table.c.id).limit(limit)

        def work(transaction: Transaction) -> list[Grant]:
            rows = transaction.execute(statement).all()
            return [Grant(read_connection(row), self._tokens(transaction, row) or NO_TOKENS) for row in rows]

        return await self._database.read(work)

    async def remove(self, connection: Connection) -> None:
        """Deletes it, if it was stopped."""
        await self._change(changes.remove(connection))

    async def due(self, now: float, limit: int, again: float) -> list[Connection]:
        """Those to be looked at, for the one process that asks first; the others, and this one, see them again at `again`."""
        return await self._change(changes.take_due(now, limit, again))

    async def untold(self, limit: int) -> list[Connection]:
        """Those that are broken, and whose owner does not know."""
        return await self._list(changes.UNTOLD, limit=limit)

    async def interrupted(self, limit: int) -> list[Connection]:
        """Those whose refresh never came to an end: the process that held the lease must have died."""
        dead = (changes.REFRESHING, table.c.lease <= self._now())
        return await self._list(table.c.state == "connected", *dead, limit=limit)

    async def reseal(self, limit: int) -> int:
        """Seals anew what retired data keys have sealed, see `Resealing.run`."""
        return await self._resealing.run(limit)

    async def counts(self) -> Mapping[tuple[str, str], int]:
        """By service and state; the stopped ones too."""
        named = (table.c.service, table.c.state)
        statement = select(*named, func.count()).group_by(*named)

        def work(transaction: Transaction) -> Mapping[tuple[str, str], int]:
            return {(service, state): count for service, state, count in transaction.execute(statement)}

        return await self._database.read(work)

    def _keep(self, transaction: Transaction, owner: Owner, service: str, tokens: Tokens, values: Mapping[str, Any]) -> Kept:
        theirs = (*changes.owned(owner), table.c.service == service, changes.USABLE)
        while True:  # until nobody else was quicker
            row = transaction.execute(select(table).where(*theirs)).one_or_none()
            former = read_connection(row) if row else None
            id = former.id if former else self._token()
            sealed = self._grants.seal(transaction, id, owner, service, tokens)
            change = changes.replace(former, sealed, values) if former else changes.add(id, owner, service, sealed, values)
            if kept := transaction.execute(change).one_or_none():
                return read_connection(kept), self._tokens(transaction, row) if row else None

    def _tokens(self, transaction: Transaction, row: Row[Any]) -> Tokens | None:
        try:
            return self._grants.open(transaction, row).tokens
        except SealError:  # the log has it
            return None

    async def _admit(self, connection: Connection, admitted: Callable[[frozenset[str]], frozenset[str]]) -> Connection | None:
        def work(transaction: Transaction) -> Connection | None:
            while row := transaction.execute(changes.team(connection)).one_or_none():  # until nobody else was quicker
                channels = admitted(frozenset(read_connection(row).channels))
                change = changes.admit(connection, row.channels, channels)
                if changed := transaction.execute(change).one_or_none():
                    return read_connection(changed)
            return None

        return await self._database.run(work)

    async def _list(self, *condition: ColumnElement[bool], limit: int | None = None) -> list[Connection]:
        order = (table.c.service, table.c.person)
        statement = select(*COLUMNS).where(*condition, changes.USABLE).order_by(*order).limit(limit)
        return await self._database.read(lambda transaction: [read_connection(row) for row in transaction.execute(statement)])

    async def _change(self, change: changes.Change) -> list[Connection]:
        return await self._database.run(lambda transaction: [read_connection(row) for row in transaction.execute(change)])

    async def _changed(self, change: changes.Change) -> Connection | None:
        changed = await self._change(change)
        return changed[0] if changed else None
