"""What may be spent in a day: reserved before, settled after, in millionths of a dollar."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, text, update

from storage.database import Database
from storage.insertion import insert_new
from storage.pruning import prune
from storage.tables import budget, reservation

_FIRST = insert_new(budget, ("scope", "day", "micros"), ("scope", "day"))
# One that is there stays as it is, but nobody else changes it before the transaction ends. Whoever changes a budget for a
# call holds its reservation first, and then the budgets in the order of their keys: so nobody waits for each other.
_HOLD = text(
    "INSERT INTO reservation (call, day, scopes, reserved, spent) VALUES (:call, :day, :scopes, 0, 0) "
    "ON CONFLICT (call) DO UPDATE SET reserved = reservation.reserved RETURNING day, reserved"
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
            scopes = json.dumps(sorted(limits))
            held = connection.execute(_HOLD, {"call": call, "day": day, "scopes": scopes}).one()
            more = micros - held.reserved
            for scope, limit in sorted(limits.items()):
                connection.execute(_FIRST, {"scope": scope, "day": held.day, "micros": 0})
                fits = (budget.c.micros + more <= limit,) if more > 0 else ()
                if not _add(connection, scope, held.day, more, *fits):
                    raise _FullError(scope)
            connection.execute(update(reservation).where(reservation.c.call == call).values(reserved=micros))
            return ""

        try:
            return await self._database.run(work)
        except _FullError as full:
            return full.scope

    async def settle(self, call: str, micros: int, frees: bool = True) -> None:
        """So much it has cost: what else was reserved for it is free again, unless that is another attempt's by now (`frees`).

        Nothing happens where nothing was ever reserved.
        """
        hold = select(reservation).where(reservation.c.call == call).with_for_update()

        def work(connection: Connection) -> None:
            _settle(connection, connection.execute(hold).all(), micros, frees)

        await self._database.run(work)

    async def release(self, prefix: str, but: str = "") -> None:
        """What calls whose ids begin so have reserved, and never settled, is free again; `but` of the one with this id."""
        begun = func.substr(reservation.c.call, 1, len(prefix)) == prefix
        held = select(reservation).where(begun, _IS_RESERVED, reservation.c.call != but)
        hold = held.order_by(reservation.c.call).with_for_update()

        def work(connection: Connection) -> None:
            _settle(connection, connection.execute(hold).all(), 0, frees=True)

        if await self._database.read(lambda connection: connection.execute(held).first()):
            await self._database.run(work)

    async def spent(self, scope: str, day: str) -> int:
        """With what is reserved."""
        statement = select(budget.c.micros).where(budget.c.scope == scope, budget.c.day == day)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none() or 0)

    async def prune(self, before: str) -> int:
        """Deletes what was of days before this one; says how much."""
        await prune(self._database, budget, budget.c.day < before)
        return await prune(self._database, reservation, reservation.c.day < before)


def _settle(connection: Connection, held: Sequence[Row[Any]], micros: int, frees: bool) -> None:
    changes: Counter[tuple[str, str]] = Counter()
    for each in held:
        freed = each.reserved if frees else 0
        settled = update(reservation).where(reservation.c.call == each.call)
        connection.execute(settled.values(reserved=each.reserved - freed, spent=each.spent + micros))
        changes.update({(scope, each.day): micros - freed for scope in json.loads(each.scopes)})
    for (scope, day), change in sorted(changes.items()):
        _add(connection, scope, day, change)


def _add(connection: Connection, scope: str, day: str, micros: int, *condition: ColumnElement[bool]) -> bool:
    """One statement, so that nobody comes in between; False where the condition does not hold."""
    which = (budget.c.scope == scope, budget.c.day == day, *condition)
    return connection.execute(update(budget).where(*which).values(micros=budget.c.micros + micros)).rowcount == 1
