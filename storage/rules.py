"""Who may run what, and where: the rules that admins have made."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, select, update

from storage.database import Database
from storage.insertion import insert_new
from storage.tables import rule


@dataclass(frozen=True)
class Rule:
    """Times are seconds since the epoch."""

    id: str  # short: people type it
    tenant: str  # "platform:tenant"
    effect: str  # "allow", "forbid", "ask"
    what: str  # "*", "reads", "writes", "irreversible", a subject, a command
    who: str  # "*", "admins", or somebody's key
    where: str  # "*", or a conversation as the platform calls it
    by: str  # for "ask", who must confirm: "admins", somebody's key, or "in:" and a conversation
    made_by: str  # their key
    made: float
    removed: float = 0.0  # 0 while it holds


_NAMES = tuple(field.name for field in fields(Rule))
_COLUMNS = tuple(rule.c[name] for name in _NAMES)
_ADD = insert_new(rule, _NAMES, ("tenant", "id"))


class Rules:
    """`now` gives seconds since the epoch. Everything here raises StorageError."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def of(self, tenant: str) -> list[Rule]:
        """Those that hold there, in the order in which they were made."""
        statement = select(*_COLUMNS).where(rule.c.tenant == tenant, rule.c.removed == 0).order_by(rule.c.made, rule.c.id)
        return await self._database.read(lambda connection: [Rule(*row) for row in connection.execute(statement)])

    async def find(self, id: str, tenant: str) -> Rule | None:
        """A removed one too."""
        statement = select(*_COLUMNS).where(rule.c.id == id, rule.c.tenant == tenant)
        return await self._database.read(lambda connection: _read(connection, statement))

    async def add(self, new: Rule) -> bool:
        """False: there is one with this id, and it stays as it is."""
        return await self._database.run(lambda connection: connection.execute(_ADD, vars(new)).rowcount == 1)

    async def remove(self, id: str, tenant: str) -> Rule | None:
        """It holds no more, but is kept. None: there is none that holds."""
        return await self._change(id, tenant, rule.c.removed == 0, removed=self._now())

    async def restore(self, id: str, tenant: str) -> Rule | None:
        """One that was removed holds again. None: there is none."""
        return await self._change(id, tenant, rule.c.removed != 0, removed=0.0)

    async def _change(self, id: str, tenant: str, condition: Any, removed: float) -> Rule | None:
        which = (rule.c.id == id, rule.c.tenant == tenant, condition)
        statement = update(rule).where(*which).values(removed=removed).returning(*_COLUMNS)
        return await self._database.run(lambda connection: _read(connection, statement))


def _read(connection: Connection, statement: Any) -> Rule | None:
    row = connection.execute(statement).one_or_none()
    return Rule(*row) if row else None
