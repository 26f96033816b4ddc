"""What operators ask of the inbox, each as the work of one transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, literal_column, select, update

from storage.delivery import Delivery, Record
from storage.tables import delivery

_RECORD = ("key", "kind", "conversation", "state", "received", "due", "attempts", "finished", "error", "owner")
_DELIVERY = ("key", "kind", "conversation", "payload", "received", "attempts", "fence", "intent")
_CHUNK = 500  # rows that are deleted in one transaction: others want to write as well


def newest(connection: Connection, state: str, limit: int) -> list[Record]:
    statement = select(*(delivery.c[name] for name in _RECORD)).order_by(delivery.c.seq.desc()).limit(limit)
    if state:
        statement = statement.where(delivery.c.state == state)
    return [Record(*row) for row in connection.execute(statement)]


def find_intent(connection: Connection, key: str) -> str | None:
    return connection.execute(select(delivery.c.intent).where(delivery.c.key == key)).scalar_one_or_none()


def find(connection: Connection, key: str) -> Delivery | None:
    row = connection.execute(select(*(delivery.c[name] for name in _DELIVERY)).where(delivery.c.key == key)).one_or_none()
    return Delivery(*row) if row else None


def count(connection: Connection) -> dict[str, int]:
    """Those that are done are many: they are what the total leaves, so that three small indexes and one narrow one do."""
    number = select(func.count()).select_from(delivery)
    states = {state: number.where(delivery.c.state == literal_column(f"'{state}'")) for state in ("ready", "running", "dead")}
    columns = [query.scalar_subquery().label(state) for state, query in states.items()]
    row = connection.execute(select(*columns, number.scalar_subquery().label("total"))).one()
    return {
        "ready": row.ready,
        "running": row.running,
        "done": row.total - row.ready - row.running - row.dead,
        "dead": row.dead,
    }


def make_ready(connection: Connection, key: str, now: float, states: Sequence[str]) -> bool:
    """As if it had just arrived, but in its old place. Its fencing number stays: an owner from before must not come back."""
    finished = update(delivery).where(delivery.c.key == key, delivery.c.state.in_(states))
    fresh = finished.values(state="ready", received=now, due=now, attempts=0, intent="", finished=0.0, error="")
    return connection.execute(fresh).rowcount == 1


def find_old(connection: Connection, before: float) -> list[int]:
    statement = select(delivery.c.seq).where(delivery.c.state == "done", delivery.c.finished < before)
    return list(connection.scalars(statement.order_by(delivery.c.seq).limit(_CHUNK)))


def remove(connection: Connection, rows: list[int]) -> int:
    return connection.execute(delete(delivery).where(delivery.c.seq.in_(rows), delivery.c.state == "done")).rowcount
