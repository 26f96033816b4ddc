"""Everything is taken back at once: no connection can be used from now on, here or, as far as they answer, at the services."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy

from adapters.http import Http, pooled_session
from bot.oauth_services import oauth_clients, oauth_services
from bot.plan import Plan
from bot.revoking import Outcome, Revoking
from bot.stores import key_source
from bot.tokens import token
from storage import changes
from storage.data_keys import open_data_keys
from storage.database import Database
from storage.sealing import Sealer
from storage.vault import Vault

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient

_ROUNDS, _PAUSE = 4, 20.0  # seconds between two: a service that is left alone after failures is asked again by then


@dataclass(frozen=True)
class Report:
    """How many could not be revoked, by service: they are unusable here all the same.

    `left` are tried again. `unreadable` are deleted: nobody can open them, so only the services can still end them.
    """

    stopped: int
    left: Mapping[str, int]
    unreadable: Mapping[str, int]

    def __str__(self) -> str:
        if not self.left and not self.unreadable:
            return "All of them are revoked, and deleted."
        left = f"Not revoked yet: {_named(self.left)}. A running bot tries again every minute; so does `interact panic`."
        lost = f"Deleted, but not revoked, for they can't be read any more: {_named(self.unreadable)}. End them at the service."
        return "\n".join(line for line, counts in ((left, self.left), (lost, self.unreadable)) if counts)


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
            outcome = await revoke_everything(revoking)
        return Report(stopped, outcome.left, outcome.unreadable)
    finally:
        await database.close()


def stop_everything(connection: sqlalchemy.Connection) -> int:
    """One statement, which needs no key. Says how many there were."""
    return connection.execute(changes.STOP_ALL).rowcount


async def revoke_everything(revoking: Revoking, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Outcome:
    """Tries several times; says what is left at the end. Raises StorageError."""
    outcome = await revoking.stopped()
    for _ in range(_ROUNDS - 1):
        if not outcome.left:
            break
        await sleep(_PAUSE)
        again = await revoking.stopped()
        outcome = Outcome(again.left, outcome.unreadable + again.unreadable)
    return outcome


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{service} ({count:,})" for service, count in sorted(counts.items()))


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
