"""What may be spent in a day: reserved before, settled after, in millionths of a dollar."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, select, text, update

from storage.database import Database
from storage.insertion import insert_new
from storage.tables import budget, reservation

_FIRST = insert_new(budget, ("scope", "day", "micros"), ("scope", "day"))
_NAMES = ("call", "day", "scopes", "reserved", "spent")
_RESERVE = text(
    f"INSERT INTO reservation ({', '.join(_NAMES)}) VALUES ({', '.join(f':{name}' for name in _NAMES)}) "  # noqa: S608 - names
    "ON CONFLICT (call) DO UPDATE SET reserved = excluded.reserved"
).bindparams(bindparam("call", type_=reservation.c.call.type))

_IS_RESERVED = text("reserved > 0")  # to the letter, for the index `reservation_reserved`


class _FullError(Exception):
    def __init__(self, scope: str) -> None:
        self.scope = scope


class Budgets:
    """`scope` is whose: a person's, a conversation's, a tenant's; `day` is like "2026-11-23". All of it raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, call: str, day: str, limits: Mapping[str, int], micros: int) -> str:
        """Sets so much aside in each scope, where all stay within their limits; else nowhere, and a full scope is named.

        What the same call has reserved before, on an attempt that did not come to its end, is reserved anew: no more than that
        it may have, however full its scopes are by now.
        """

        def work(connection: Connection) -> str:
            found = connection.execute(select(reservation).where(reservation.c.call == call)).one_or_none()
            on, more = (found.day, micros - found.reserved) if found else (day, micros)
            for scope, limit in sorted(limits.items()):  # always in this order, or two calls could wait for each other
                connection.execute(_FIRST, {"scope": scope, "day": on, "micros": 0})
                fits = (budget.c.micros + more <= limit,) if more > 0 else ()
                if not _add(connection, scope, on, more, *fits):
                    raise _FullError(scope)
            scopes = json.dumps(sorted(limits))
            connection.execute(_RESERVE, {"call": call, "day": on, "scopes": scopes, "reserved": micros, "spent": 0})
            return ""

        try:
            return await self._database.run(work)
        except _FullError as full:
            return full.scope

    async def settle(self, call: str, micros: int, frees: bool = True) -> None:
        """So much it has cost: what else was reserved for it is free again, unless that is another attempt's by now (`frees`).

        Nothing happens where nothing was ever reserved.
        """

        def work(connection: Connection) -> None:
            if found := connection.execute(select(reservation).where(reservation.c.call == call)).one_or_none():
                _settle(connection, found, micros, found.reserved if frees else 0)

        await self._database.run(work)

    async def release(self, prefix: str, but: str = "") -> None:
        """What calls whose ids begin so have reserved, and never settled, is free again; `but` of the one with this id."""
        begun = func.substr(reservation.c.call, 1, len(prefix)) == prefix
        held = select(reservation).where(begun, _IS_RESERVED, reservation.c.call != but)

        def work(connection: Connection) -> None:
            for found in connection.execute(held.order_by(reservation.c.call)).all():
                _settle(connection, found, 0, found.reserved)

        if await self._database.read(lambda connection: connection.execute(held).first()):
            await self._database.run(work)

    async def spent(self, scope: str, day: str) -> int:
        """With what is reserved."""
        statement = select(budget.c.micros).where(budget.c.scope == scope, budget.c.day == day)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none() or 0)

    async def prune(self, before: str) -> int:
        """Deletes what was of days before this one; says how much."""

        def work(connection: Connection) -> int:
            connection.execute(delete(budget).where(budget.c.day < before))
            return connection.execute(delete(reservation).where(reservation.c.day < before)).rowcount

        return await self._database.run(work)


def _settle(connection: Connection, found: Row[Any], micros: int, freed: int) -> None:
    for scope in sorted(json.loads(found.scopes)):
        _add(connection, scope, found.day, micros - freed)
    settled = update(reservation).where(reservation.c.call == found.call)
    connection.execute(settled.values(reserved=reservation.c.reserved - freed, spent=reservation.c.spent + micros))


def _add(connection: Connection, scope: str, day: str, micros: int, *condition: ColumnElement[bool]) -> bool:
    """One statement, so that nobody comes in between; False where the condition does not hold."""
    which = (budget.c.scope == scope, budget.c.day == day, *condition)
    return connection.execute(update(budget).where(*which).values(micros=budget.c.micros + micros)).rowcount == 1
