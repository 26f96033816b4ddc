"""What people and conversations have chosen to be the usual."""

from sqlalchemy import Connection, bindparam, delete, select, text

from storage.database import Database
from storage.tables import preference

_PUT = text(
    'INSERT INTO preference ("owner", "name", "value") VALUES (:owner, :name, :value) '
    'ON CONFLICT ("owner", "name") DO UPDATE SET "value" = excluded."value"'
).bindparams(*(bindparam(name, type_=preference.c[name].type) for name in ("owner", "name", "value")))


class Preferences:
    """`owner` is a person's key, or a conversation as `conversation_of` spells it. Everything here raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, owner: str, name: str) -> str:
        """Empty where nothing is chosen."""
        statement = select(preference.c.value).where(preference.c.owner == owner, preference.c.name == name)
        return await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none() or "")

    async def put(self, owner: str, name: str, value: str) -> None:
        """An empty value is forgotten."""
        gone = delete(preference).where(preference.c.owner == owner, preference.c.name == name)
        new = {"owner": owner, "name": name, "value": value}

        def work(connection: Connection) -> None:
            connection.execute(_PUT, new) if value else connection.execute(gone)

        await self._database.run(work)

    async def of(self, owner: str) -> dict[str, str]:
        """All that is theirs, by name."""
        statement = select(preference.c.name, preference.c.value).where(preference.c.owner == owner)
        return await self._database.read(lambda connection: {row.name: row.value for row in connection.execute(statement)})

    async def forget(self, owner: str) -> None:
        """All of theirs."""
        gone = delete(preference).where(preference.c.owner == owner)
        await self._database.run(lambda connection: connection.execute(gone))
