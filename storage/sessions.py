"""Browsers, and who has proved to sit there. A session's id is in its cookie only; here is its hash."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from storage.database import Database
from storage.hashing import hashed
from storage.pruning import prune
from storage.tables import web_session

_LIFE = 12 * 3600.0  # seconds, however much it is used
_ANONYMOUS = 600.0  # the same, where nobody has signed in: it is there to sign in with, as long as a state is good for
_CHUNK = 500  # rows that are deleted in one transaction: others want to write as well


@dataclass(frozen=True)
class Session:
    """`hash` names it where its id must not be; `actor` is who sits there, as JSON, empty where nobody has proved to."""

    hash: str
    actor: str
    expires: float  # seconds since the epoch


_COLUMNS = (web_session.c.hash, web_session.c.actor, web_session.c.expires)


class Sessions:
    """`now` gives seconds since the epoch, `token` 256 bits of randomness.

    An actor's JSON is an object with `platform`, `tenant` and `user`, whatever else is in it.
    """

    def __init__(self, database: Database, now: Callable[[], float], token: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._token = token

    async def open(self, actor: str = "") -> str:
        """The id of a new one. Raises StorageError."""
        return await self._replace((), actor)

    async def find(self, id: str) -> Session | None:
        """Raises StorageError."""
        valid = (web_session.c.hash == hashed(id), web_session.c.expires > self._now())

        def work(connection: Connection) -> Session | None:
            row = connection.execute(select(*_COLUMNS).where(*valid)).one_or_none()
            return Session(*row) if row else None

        return await self._database.read(work)

    async def rotate(self, id: str, actor: str) -> str:
        """The id of a new one in place of this, so that an id planted before somebody signed in is worth nothing after.

        Raises StorageError.
        """
        return await self._replace((id,), actor)

    async def close(self, id: str) -> None:
        """Raises StorageError."""
        await self._remove([hashed(id)])

    async def close_of(self, actor: str) -> int:
        """Closes all of a person's (their key: "platform:tenant:user"); says how many. Raises StorageError."""
        return await self._close_where(lambda key: key == actor)

    async def close_of_tenant(self, platform: str, tenant: str) -> int:
        """Closes those of everybody there; says how many. Raises StorageError."""
        return await self._close_where(lambda key: key.startswith(f"{platform}:{tenant}:"))

    async def prune(self, before: float) -> int:
        """Deletes those that had expired by then; says how many. Raises StorageError."""
        return await prune(self._database, web_session, web_session.c.expires < before)

    async def _replace(self, old: tuple[str, ...], actor: str) -> str:
        id = self._token()
        former = delete(web_session).where(web_session.c.hash.in_([hashed(each) for each in old]))
        expires = self._now() + (_LIFE if actor else _ANONYMOUS)
        new = insert(web_session).values(hash=hashed(id), actor=actor, expires=expires)

        def work(connection: Connection) -> None:
            connection.execute(former)
            connection.execute(new)

        await self._database.run(work)
        return id

    async def _close_where(self, is_meant: Callable[[str], bool]) -> int:
        signed_in = select(web_session.c.hash, web_session.c.actor).where(web_session.c.actor != "")

        def work(connection: Connection) -> list[str]:
            return [row.hash for row in connection.execute(signed_in) if is_meant(_key(row.actor))]

        meant = await self._database.read(work)
        return sum([await self._remove(meant[start : start + _CHUNK]) for start in range(0, len(meant), _CHUNK)])

    async def _remove(self, hashes: list[str]) -> int:
        statement = delete(web_session).where(web_session.c.hash.in_(hashes))
        return await self._database.run(lambda connection: connection.execute(statement).rowcount)


def _key(actor: str) -> str:
    person = json.loads(actor)
    return f"{person['platform']}:{person['tenant']}:{person['user']}"
