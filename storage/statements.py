"""The inbox in SQL: what its writer asks of the database, in an open transaction. Made once, so that it is compiled once."""

from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, exists, literal_column, select, update

from storage.delivery import Delivery
from storage.tables import delivery, offer, pulse

_READY: ColumnElement[str] = literal_column("'ready'")  # spelled out, as in the conditions of the partial indexes
_RUNNING: ColumnElement[str] = literal_column("'running'")
_OUTCOME = ("state", "due", "attempts", "finished", "error")
_DELIVERY = ("key", "kind", "conversation", "payload", "received", "attempts", "fence", "intent")

Claim = tuple[str, int]  # a delivery's key, and the fencing number that came with this claim of it
Row = dict[str, Any]


class Statements:
    """`dialect` is SQLAlchemy's name of the database, `owner` the name that claims are made under."""

    def __init__(self, dialect: str, owner: str) -> None:
        self._insert = _insert_new(dialect, delivery, "key").returning(delivery.c.key)
        self._offer = _insert_new(dialect, offer, "id")
        self._held = _held()
        self._intend = _change("intent")
        self._conclude = _change(*_OUTCOME).values(owner="", lease=0.0)
        self._renew = _change("lease")
        self._expire = _expire()
        self._claim = _claim(owner)
        self._probe = update(pulse).values(at=bindparam("now"))

    def insert(self, connection: Connection, rows: Sequence[Row]) -> set[str]:
        """Stores what is new, and says which keys were."""
        return set(connection.scalars(self._insert, rows))

    def held(self, connection: Connection, claims: Collection[Claim]) -> set[Claim]:
        """Those of the claims that still hold; until the transaction ends, nobody can take them away."""
        rows = connection.execute(self._held, {"keys": [key for key, _ in claims]})
        return {(row.key, row.fence) for row in rows} & set(claims)

    def intend(self, connection: Connection, intents: Sequence[Row], offers: Sequence[Row]) -> None:
        connection.execute(self._intend, intents)
        if offers:
            connection.execute(self._offer, offers)

    def conclude(self, connection: Connection, outcomes: Sequence[Row]) -> None:
        connection.execute(self._conclude, outcomes)

    def renew(self, connection: Connection, claims: Collection[Claim], lease: float) -> None:
        connection.execute(self._renew, [{"claimed": key, "at": fence, "new_lease": lease} for key, fence in claims])

    def expire(self, connection: Connection, now: float) -> None:
        """Makes ready again what a process left behind that has not renewed its leases."""
        connection.execute(self._expire, {"now": now})

    def claim(self, connection: Connection, number: int, now: float, lease: float) -> list[Delivery]:
        """Takes up to `number` of those that are next in their conversation, the longest due first."""
        rows = connection.execute(self._claim, {"number": number, "now": now, "lease": lease}).all()
        return [Delivery(*row[1:]) for row in sorted(rows, key=lambda row: row.seq)]

    def probe(self, connection: Connection, now: float) -> None:
        connection.execute(self._probe, {"now": now})


def _insert_new(dialect: str, table: Any, unique: str) -> Any:
    # Only the dialect in use is imported: PostgreSQL's costs 4 MB.
    statement = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    return statement.on_conflict_do_nothing(index_elements=[unique])


def _held() -> Any:
    """PostgreSQL locks the rows, always in the same order; SQLite's transactions are alone anyway."""
    keys = delivery.c.key.in_(bindparam("keys", expanding=True))
    statement = select(delivery.c.key, delivery.c.fence).where(keys, delivery.c.state == _RUNNING)
    return statement.order_by(delivery.c.key).with_for_update()


def _change(*columns: str) -> Update:
    """Changes columns of one claimed delivery, by parameters named `new_...`, as long as the claim holds."""
    mine: tuple[ColumnElement[bool], ...] = (
        delivery.c.key == bindparam("claimed"),
        delivery.c.fence == bindparam("at"),
        delivery.c.state == _RUNNING,
    )
    return update(delivery).where(*mine).values({column: bindparam(f"new_{column}") for column in columns})


def _expire() -> Update:
    left = select(delivery.c.seq).where(delivery.c.state == _RUNNING, delivery.c.lease < bindparam("now"))
    locked = left.with_for_update(skip_locked=True).cte("left_behind")
    statement = update(delivery).where(delivery.c.seq.in_(select(locked.c.seq)))
    return statement.values(state=_READY, owner="", lease=0.0)


def _claim(owner: str) -> Any:
    other = delivery.alias("other")
    same = exists().where(other.c.conversation == delivery.c.conversation)
    older = same.where(other.c.state.in_([_READY, _RUNNING]), other.c.seq < delivery.c.seq)
    running = same.where(other.c.state == _RUNNING)
    due = select(delivery.c.seq).where(delivery.c.state == _READY, delivery.c.due <= bindparam("now"), ~older, ~running)
    first = due.order_by(delivery.c.due, delivery.c.seq).limit(bindparam("number"))
    # A common table expression that locks is evaluated once; as a plain subquery PostgreSQL may run it again and take too many.
    chosen = first.with_for_update(of=delivery, skip_locked=True).cte("chosen")
    statement = (
        update(delivery)
        .where(delivery.c.seq.in_(select(chosen.c.seq)))
        .values(
            state=_RUNNING,
            owner=owner,
            lease=bindparam("lease"),
            attempts=delivery.c.attempts + 1,
            fence=delivery.c.fence + 1,
        )
    )
    return statement.returning(delivery.c.seq, *(delivery.c[name] for name in _DELIVERY))
