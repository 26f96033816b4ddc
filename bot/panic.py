"""Everything is taken back at once: no connection can be used from now on, here or, as far as they answer, at the services."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy

from adapters.http import Http, pooled_session
from bot.oauth_services import oauth_clients, oauth_services
from bot.plan import Plan
from bot.revoking import Revoking
from bot.stores import key_source
from bot.tokens import token
from storage import changes
from storage.data_keys import open_data_keys
from storage.database import Database
from storage.sealing import Sealer
from storage.vault import Connection, Vault

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient

_ROUNDS, _PAUSE = 4, 20.0  # seconds between two: a service that is left alone after failures is asked again by then


@dataclass(frozen=True)
class Report:
    """`left` says how many could not be revoked, by service: they are unusable here all the same."""

    stopped: int
    left: Mapping[str, int]

    def __str__(self) -> str:
        if not self.left:
            return "All of them are revoked, and deleted."
        named = ", ".join(f"{service} ({count:,})" for service, count in sorted(self.left.items()))
        return f"Not revoked yet: {named}. A running bot tries again every minute; so does `interact panic`."


async def panic(plan: Plan, say: Callable[[str], None]) -> Report:
    """Says what is done as soon as it is. Raises StorageError.

    KeyringError is raised once all is stopped: then nothing can be revoked.
    """
    database = Database(plan.settings.database)
    try:
        await database.open()
        stopped = await database.run(stop_everything)
        say(f"{stopped:,} connections can't be used any more. Revoking them at their services…")
        async with _revoking(plan, database) as revoking:
            return Report(stopped, await revoke_everything(revoking))
    finally:
        await database.close()


def stop_everything(connection: sqlalchemy.Connection) -> int:
    """One statement, which needs no key. Says how many there were."""
    return len(connection.execute(changes.stop()).all())


async def revoke_everything(revoking: Revoking, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Mapping[str, int]:
    """Tries several times; says what is left, by service. Raises StorageError."""
    left = await revoking.stopped()
    for _ in range(_ROUNDS - 1):
        if not left:
            break
        await sleep(_PAUSE)
        left = await revoking.stopped()
    return _by_service(left)


def _by_service(left: list[Connection]) -> Mapping[str, int]:
    return Counter(connection.service for connection in left)


@asynccontextmanager
async def _revoking(plan: Plan, database: Database) -> AsyncIterator[Revoking]:
    data_keys = await open_data_keys(database, key_source(plan), plan.clock.time, f"{socket.gethostname()}:{os.getpid()}:panic")
    try:
        async with pooled_session() as session:
            vault = Vault(database, Sealer(data_keys), plan.clock.time, token)
            yield Revoking(vault, _clients(plan, Http(session)))
    finally:
        await data_keys.close()


def _clients(plan: Plan, http: Http) -> "Mapping[str, OAuthClient]":
    """Stand-ins are looked for where a running bot serves them."""
    return oauth_clients(oauth_services(plan, f"http://127.0.0.1:{plan.settings.sandbox_port}/", http))
