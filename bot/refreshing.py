"""Keeps tokens fresh: each is renewed once, however many want it and wherever, and whatever breaks in the middle."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from adapters.base import Secret
from adapters.errors import NeedsConnection, Refused, Unavailable
from bot.breaking import Breaking
from bot.clock import Clock
from storage.errors import StorageError
from storage.vault import Connection, Grant, Tokens, Vault

if TYPE_CHECKING:
    from adapters.oauth import Issued, OAuthClient

_LOG = logging.getLogger(__name__)
LEASE = 45.0  # seconds: longer than a request for a token may take (30), and its answer to be stored
_AHEAD, _SPREAD = 60.0, 240.0  # seconds before a token's end: at the latest, and how much earlier at random
_COOL_DOWN = 30.0  # seconds after a failure in which a token that still works is made do with
_PAUSE = 0.25  # seconds between two looks at what somebody else does
_PATIENCE = 2 * LEASE  # seconds
_WIDTH = 32  # at once, for each service: who waits for its turn holds no lease, and has all the time for its request
_Flight = tuple[str, int]  # a connection's id and version


class Refresher:
    """`holder` is this process's own name; `random` gives numbers from 0 to 1.

    Who refreshes holds a lease on the connection, in the database, since before the request goes out. What comes back counts
    where the version of the token is still the same, though the lease may be over: a process may sleep for long. See
    https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 for what becomes of those who use a refresh token twice.
    """

    def __init__(
        self,
        vault: Vault,
        breaking: Breaking,
        clock: Clock,
        holder: str,
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._vault = vault
        self._breaking = breaking
        self._clock = clock
        self._holder = holder
        self._random = random
        self._sleep = sleep
        self._flights: dict[_Flight, asyncio.Task[Tokens | None]] = {}
        self._rooms: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_WIDTH))

    async def fresh(self, grant: Grant, client: "OAuthClient", force: bool = False) -> Tokens:
        """The grant's tokens, renewed where they come to their end; with `force`, in any case.

        While the former ones still work nobody waits for another's refresh, and that it failed matters to nobody.
        Raises NeedsConnection (the account has to be connected anew; its owner has been told), Unavailable, Refused (the
        service does not know this bot any more), SealError, StorageError.
        """
        works = not force and self._works(grant.connection)
        if works and not (grant.tokens.refresh and self._is_due(grant.connection)):
            return grant.tokens
        if not grant.tokens.refresh:
            await self._breaking.break_(grant.connection, "Its access has ended.")
            raise self._breaking.needed(grant.connection)
        try:
            return await self._renewed(grant, client, works)
        except (Unavailable, Refused):
            if not works:
                raise
            return grant.tokens

    async def close(self) -> None:
        """Waits for what is under way: a token that has been issued must not get lost."""
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    def _works(self, connection: Connection) -> bool:
        return not connection.expires or self._clock.time() < connection.expires

    def _is_due(self, connection: Connection) -> bool:
        now = self._clock.time()
        if connection.refreshing and connection.lease <= now:
            return True  # somebody died over it: many a service forgives to be asked again, but only at once
        ends = bool(connection.expires) and now >= connection.expires - _AHEAD - _SPREAD * self._random()
        return ends and now >= connection.retry

    async def _renewed(self, grant: Grant, client: "OAuthClient", works: bool) -> Tokens:
        flight = (grant.connection.id, grant.connection.version)
        for _ in range(round(_PATIENCE / _PAUSE)):
            if works and (flight in self._flights or self._rooms[grant.connection.service].locked()):
                return grant.tokens
            tokens = await asyncio.shield(self._flights.get(flight) or self._take_off(flight, grant, client))
            if tokens or works:
                return tokens or grant.tokens
            await self._sleep(_PAUSE)
            newer = await self._newer(grant.connection)
            if newer.connection.version != grant.connection.version:
                return newer.tokens
        raise Unavailable("Your connection is being renewed, which takes too long.")

    def _take_off(self, flight: _Flight, grant: Grant, client: "OAuthClient") -> "asyncio.Task[Tokens | None]":
        """A task of its own: whoever asked may be cancelled, and what they began is still brought to its end."""
        task = asyncio.create_task(self._in_turn(grant, client))
        self._flights[flight] = task

        def land(task: "asyncio.Task[Tokens | None]") -> None:
            del self._flights[flight]
            if not task.cancelled():
                task.exception()  # perhaps nobody waits for it any more

        task.add_done_callback(land)
        return task

    async def _in_turn(self, grant: Grant, client: "OAuthClient") -> Tokens | None:
        async with self._rooms[grant.connection.service]:
            return await self._refresh(grant, client)

    async def _refresh(self, grant: Grant, client: "OAuthClient") -> Tokens | None:
        """None: somebody else is at it, or has done it."""
        if not await self._vault.lease(grant.connection, self._holder, LEASE):
            return None
        began = self._clock.time()
        try:
            issued = await client.refresh(Secret(grant.tokens.refresh))
        except NeedsConnection as error:
            return await self._turned_down(grant.connection, str(error))
        except (Unavailable, Refused) as error:
            await self._vault.release(grant.connection, self._holder, self._clock.time() + _COOL_DOWN)
            await self._vault.note(grant.connection, str(error))
            raise
        return await self._keep(grant, client, issued, began)

    async def _turned_down(self, connection: Connection, said: str) -> Tokens:
        """Only the latest token counts: where another has come meanwhile, nothing is broken."""
        if await self._breaking.break_(connection, said):
            raise self._breaking.needed(connection)
        return (await self._newer(connection)).tokens

    async def _keep(self, grant: Grant, client: "OAuthClient", issued: "Issued", began: float) -> Tokens:
        """Stored before it is used: the former refresh token may be worth nothing by now."""
        former = grant.connection
        tokens = Tokens(issued.access.reveal(), issued.refresh.reveal() if issued.refresh else grant.tokens.refresh)
        expires = 0.0 if issued.lifetime is None else began + issued.lifetime
        if await self._stored(former, tokens, expires, issued.scopes, began + LEASE):
            return tokens
        try:
            return (await self._newer(former)).tokens
        except NeedsConnection:
            await _revoke(former, client, tokens)  # it was disconnected meanwhile, and stays so
            raise

    async def _stored(
        self, former: Connection, tokens: Tokens, expires: float, scopes: tuple[str, ...] | None, until: float
    ) -> bool:
        """Tries for as long as the lease lasts, at least once. False: it is gone, or replaced."""
        while True:
            try:
                return await self._vault.renew(former, tokens, expires, scopes) is not None
            except StorageError:
                if self._clock.time() + _PAUSE >= until:
                    raise
            await self._sleep(_PAUSE)

    async def _newer(self, former: Connection) -> Grant:
        grant = await self._vault.grant(former.id)
        if grant is None or grant.connection.state == "broken":
            raise self._breaking.needed(former)
        return grant


async def _revoke(connection: Connection, client: "OAuthClient", tokens: Tokens) -> None:
    try:
        await client.revoke(Secret(tokens.refresh or tokens.access))
    except Unavailable as error:
        _LOG.warning("a token that came after its connection to %s was ended stays valid: %s", connection.service, error)
