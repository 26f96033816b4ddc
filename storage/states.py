"""Authorizations that browsers were sent away for: what is needed when they come back, sealed, and used once."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert

from storage.database import Database
from storage.hashing import hashed
from storage.pruning import prune
from storage.sealing import Binding, Sealer, SealError
from storage.tables import oauth_state

_LIFE = 600.0  # seconds
_TENANT = "web"  # a browser belongs to no tenant before it has proved who sits there


class States:
    """`now` gives seconds since the epoch, `token` 256 bits of randomness. A state lives for ten minutes.

    The state itself travels in URLs; only its hash is stored. https://www.rfc-editor.org/rfc/rfc6749#section-10.12
    """

    def __init__(self, database: Database, sealer: Sealer, now: Callable[[], float], token: Callable[[], str]) -> None:
        self._database = database
        self._sealer = sealer
        self._now = now
        self._token = token

    async def issue(self, session: str, purpose: str, content: Mapping[str, Any]) -> str:
        """A state for this session (its hash) and purpose ("connect google", "signin slack"); the content is JSON's.

        Raises StorageError, SealError.
        """
        state = self._token()
        row = {"hash": hashed(state), "session": session, "purpose": purpose, "expires": self._now() + _LIFE}
        plaintext = json.dumps(dict(content)).encode()

        def work(connection: Connection) -> None:
            sealed = self._sealer.seal(connection, _binding(hashed(state), purpose), plaintext)
            connection.execute(insert(oauth_state).values(sealed=sealed, **row))

        await self._database.run(work)
        return state

    async def consume(self, state: str, session: str, purpose: str) -> Mapping[str, Any] | None:
        """The content, for one of those who ask at once. Raises StorageError.

        None: it is unknown, used, expired, was meant for another session or purpose, or somebody changed what was stored.
        """
        hash = hashed(state)
        given = (oauth_state.c.hash == hash, oauth_state.c.session == session, oauth_state.c.purpose == purpose)
        statement = delete(oauth_state).where(*given, oauth_state.c.expires > self._now()).returning(oauth_state.c.sealed)

        def work(connection: Connection) -> Mapping[str, Any] | None:
            sealed = connection.execute(statement).scalar_one_or_none()
            return self._opened(connection, _binding(hash, purpose), sealed) if sealed is not None else None

        return await self._database.run(work)

    async def prune(self, before: float) -> int:
        """Deletes those that had expired by then; says how many. Raises StorageError."""
        return await prune(self._database, oauth_state, oauth_state.c.expires < before)

    def _opened(self, connection: Connection, binding: Binding, sealed: bytes) -> Mapping[str, Any] | None:
        try:
            content: Mapping[str, Any] = json.loads(self._sealer.open(connection, binding, sealed))
        except SealError:  # not passed on: that would undo the deletion
            return None
        return content


def _binding(hash: str, purpose: str) -> Binding:
    return Binding("oauth_state", "sealed", tenant=_TENANT, owner="", service=purpose, row=hash)
