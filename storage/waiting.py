"""What people asked that needs an account they have not connected yet: their latest in each conversation, for an hour."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, text

from storage.database import Database
from storage.delivery import Delivery
from storage.pruning import prune
from storage.tables import delivery, waiting

_LIFE = 3600.0  # seconds
_MOST = 50  # later deliveries that are looked at
_DELIVERY = ("key", "kind", "conversation", "payload", "received", "attempts", "fence", "intent")
# SQLite and PostgreSQL understand the same here; SQLAlchemy's own would be written for the one or the other.
_WAIT = text(
    "INSERT INTO waiting (actor, service, delivery, conversation, expires) "
    "VALUES (:actor, :service, :delivery, :conversation, :expires) "
    "ON CONFLICT (actor, service, conversation) DO UPDATE SET delivery = excluded.delivery, expires = excluded.expires"
).bindparams(*(bindparam(column.name, type_=column.type) for column in waiting.columns))


@dataclass(frozen=True)
class Waits:
    """`delivery` is the key of what waits."""

    delivery: str
    conversation: str


class Waiting:
    """`now` gives seconds since the epoch. Actors are named by their keys."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def wait(self, actor: str, service: str, delivery: str, conversation: str) -> None:
        """In place of what waited there before. Raises StorageError."""
        row = {"actor": actor, "service": service, "delivery": delivery, "conversation": conversation}

        def work(connection: Connection) -> None:
            connection.execute(_WAIT, {**row, "expires": self._now() + _LIFE})

        await self._database.run(work)

    async def take(self, actor: str, service: str) -> list[Waits]:
        """All that waits, for one of those who ask at once; after that it does not wait any more. Raises StorageError."""
        meant = (waiting.c.actor == actor, waiting.c.service == service, waiting.c.expires > self._now())
        statement = delete(waiting).where(*meant).returning(waiting.c.delivery, waiting.c.conversation)

        def work(connection: Connection) -> list[Waits]:
            return [Waits(*row) for row in connection.execute(statement)]

        return await self._database.run(work)

    async def later(self, key: str) -> list[Delivery]:
        """What arrived in the same conversation after this delivery: the oldest fifty, in order. Raises StorageError."""
        earlier = delivery.alias()
        same = delivery.join(earlier, delivery.c.conversation == earlier.c.conversation)
        after = select(*(delivery.c[name] for name in _DELIVERY)).select_from(same)
        after = after.where(earlier.c.key == key, delivery.c.seq > earlier.c.seq).order_by(delivery.c.seq).limit(_MOST)

        def work(connection: Connection) -> list[Delivery]:
            return [Delivery(*row) for row in connection.execute(after)]

        return await self._database.read(work)

    async def prune(self, before: float) -> int:
        """Deletes what had expired by then; says how much. Raises StorageError."""
        return await prune(self._database, waiting, waiting.c.expires < before)
