"""What operators ask of the inbox, each as the work of one transaction."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Integer, Select, case, delete, func, literal_column, select, union_all, update

from storage.delivery import Delivery, Record
from storage.listener import CHANNEL
from storage.tables import delivery

_RECORD = ("key", "kind", "conversation", "state", "received", "due", "attempts", "finished", "error", "owner")
_DELIVERY = ("key", "kind", "conversation", "payload", "received", "attempts", "fence", "intent")
JOB = "job"  # the kind of what the bot does by itself, time and again
_IS_JOB = case((delivery.c.kind == JOB, 1))
_LOOKED_AT = 1000  # of those that wait
_CHUNK = 500  # rows that are deleted in one transaction: others want to write as well


def newest(connection: Connection, state: str, limit: int, jobs: bool) -> list[Record]:
    statement = select(*(delivery.c[name] for name in _RECORD)).order_by(delivery.c.seq.desc()).limit(limit)
    if not jobs:
        statement = statement.where(delivery.c.kind != JOB)
    if state:
        statement = statement.where(delivery.c.state == state)
    return [Record(*row) for row in connection.execute(statement)]


def find_intent(connection: Connection, key: str) -> str | None:
    return connection.execute(select(delivery.c.intent).where(delivery.c.key == key)).scalar_one_or_none()


def find(connection: Connection, key: str) -> Delivery | None:
    row = connection.execute(select(*(delivery.c[name] for name in _DELIVERY)).where(delivery.c.key == key)).one_or_none()
    return Delivery(*row) if row else None


def count(connection: Connection) -> dict[str, int]:
    """Without jobs. Those that are done are many: they are what the total leaves, so that small indexes do for the rest."""
    rows = connection.execute(union_all(_number_of("ready"), _number_of("running"), _number_of("dead"), _number_of(""))).all()
    numbers = {state: (number, jobs) for state, number, jobs in rows}
    total, _ = numbers.pop("")
    done = total - sum(number for number, _ in numbers.values())
    return {"done": done, **{state: number - jobs for state, (number, jobs) in numbers.items()}}


def _number_of(state: str) -> "Select[str, int, int]":
    """Of all, where it is empty; there jobs are not told apart."""
    name: ColumnElement[str] = literal_column(f"'{state}'")  # in the statement itself, as the partial indexes have it
    if not state:
        return select(name, func.count(), literal_column("0", Integer)).select_from(delivery)
    return select(name, func.count(), func.count(_IS_JOB)).where(delivery.c.state == name)


def find_oldest(connection: Connection, now: float) -> float | None:
    """Since when the one that waits for longest could have run. All but replayed and postponed ones are in that order."""
    could = case((delivery.c.due > delivery.c.received, delivery.c.due), else_=delivery.c.received).label("since")
    is_ready = (delivery.c.state == literal_column("'ready'"), delivery.c.due <= now, delivery.c.kind != JOB)
    first = select(could).where(*is_ready).order_by(delivery.c.seq).limit(_LOOKED_AT).subquery()
    since: float | None = connection.execute(select(func.min(first.c.since))).scalar_one()
    return since


def make_ready(connection: Connection, key: str, now: float, states: Sequence[str]) -> bool:
    """As if it had just arrived, but in its old place. Its fencing number stays: an owner from before must not come back."""
    finished = update(delivery).where(delivery.c.key == key, delivery.c.state.in_(states))
    fresh = finished.values(state="ready", received=now, due=0.0, attempts=0, intent="", finished=0.0, error="")
    made = connection.execute(fresh).rowcount == 1
    if made and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
    return made


def find_old(connection: Connection, before: float) -> list[int]:
    statement = select(delivery.c.seq).where(delivery.c.state == "done", delivery.c.finished < before)
    return list(connection.scalars(statement.order_by(delivery.c.seq).limit(_CHUNK)))


def remove(connection: Connection, rows: list[int]) -> int:
    return connection.execute(delete(delivery).where(delivery.c.seq.in_(rows), delivery.c.state == "done")).rowcount
