"""Where conversations are reached: what a platform tells with each message, and what is needed to speak first later."""

from dataclasses import astuple, dataclass, field, fields

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, text

from storage.database import Database
from storage.tables import reference


@dataclass(frozen=True)
class Reference:
    """`whom` is a conversation's id, or a person's, for the chat with them alone; `conversation` is where they are reached.

    Two are equal that lead to the same place, whenever they were seen.
    """

    platform: str
    tenant: str
    whom: str
    conversation: str
    service_url: str
    bot: str = ""  # as whom the bot is known there
    type: str = ""  # the platform's own word for the kind of conversation
    team: str = ""  # the team that a channel is of
    seen: float = field(default=0.0, compare=False)  # when it was told, in seconds since the epoch


_NAMES = tuple(each.name for each in fields(Reference))
_COLUMNS = tuple(reference.c[name] for name in _NAMES)
_TOLD = ("conversation", "service_url", "bot", "type", "team", "seen")
# SQLite and PostgreSQL understand the same here; SQLAlchemy's own would be written for the one or the other.
_KEEP = text(
    f"INSERT INTO reference ({', '.join(_NAMES)}) VALUES ({', '.join(f':{name}' for name in _NAMES)}) "  # noqa: S608
    f"ON CONFLICT (platform, tenant, whom) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _TOLD)} "
    "WHERE excluded.seen >= reference.seen"
).bindparams(*(bindparam(name, type_=reference.c[name].type) for name in _NAMES))


class References:
    """They outlive the process, and all processes share them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, told: Reference) -> bool:
        """Stores it in place of an older one. False: one that was told later stays. Raises StorageError."""

        def work(connection: Connection) -> bool:
            return connection.execute(_KEEP, dict(zip(_NAMES, astuple(told), strict=True))).rowcount == 1

        return await self._database.run(work)

    async def find(self, platform: str, tenant: str, whom: str) -> Reference | None:
        """Raises StorageError."""
        statement = select(*_COLUMNS).where(*_is(platform=platform, tenant=tenant, whom=whom))

        def work(connection: Connection) -> Reference | None:
            row = connection.execute(statement).one_or_none()
            return Reference(*row) if row else None

        return await self._database.read(work)

    async def forget(self, platform: str, tenant: str, conversation: str) -> None:
        """Whoever was reached there is not any more. Raises StorageError."""
        statement = delete(reference).where(*_is(platform=platform, tenant=tenant, conversation=conversation))

        def work(connection: Connection) -> None:
            connection.execute(statement)

        await self._database.run(work)


def _is(**values: str) -> list[ColumnElement[bool]]:
    return [reference.c[name] == value for name, value in values.items()]
