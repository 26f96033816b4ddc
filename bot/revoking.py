"""Ends connections at their services. They have been stopped before: nobody could use them any more."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.base import Secret
from adapters.errors import Unavailable
from storage.changes import Condition
from storage.vault import NO_TOKENS, Grant, Tokens, Vault

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient

_LOG = logging.getLogger(__name__)
_WIDTH = 16  # at once
_PAGE = 200


@dataclass(frozen=True)
class Outcome:
    """How many could not be revoked, by service: `left` not yet, `unreadable` never: those are deleted."""

    left: Counter[str]
    unreadable: Counter[str]


class Revoking:
    """`clients` are the services' authorization servers, by the service's name."""

    def __init__(self, vault: Vault, clients: "Mapping[str, OAuthClient]") -> None:
        self._vault = vault
        self._clients = clients
        self._room = asyncio.Semaphore(_WIDTH)
        self._missing: set[str] = set()  # services that this bot is not registered at, and of which that was said

    async def stopped(self, *whose: Condition, at_last: bool = False) -> Outcome:
        """All that were stopped, or those meant, are revoked and deleted. Raises StorageError.

        With `at_last` those too that nobody can revoke, for this bot is not registered at their service any more.
        """
        outcome = Outcome(Counter(), Counter())
        after = ""
        while page := await self._vault.stopped(_PAGE, after, whose):
            done = await asyncio.gather(*(self._one(grant, at_last) for grant in page))
            outcome.left.update(grant.connection.service for grant, is_done in zip(page, done, strict=True) if not is_done)
            outcome.unreadable.update(grant.connection.service for grant in page if _is_unreadable(grant))
            after = page[-1].connection.id
        return outcome

    async def tokens(self, service: str, tokens: Tokens) -> bool:
        """Whether they are worth nothing any more at the service."""
        client = self._clients.get(service)
        if client is None:
            self._say_missing(service)
            return False
        try:
            await client.revoke(Secret(tokens.refresh or tokens.access))
        except Unavailable as error:
            _LOG.warning("a connection to %s could not be revoked: %s", service, error)
            return False
        return True

    async def _one(self, grant: Grant, at_last: bool) -> bool:
        """Whether it is deleted."""
        async with self._room:
            if not await self._is_over(grant, at_last):
                return False
            await self._vault.remove(grant.connection)
        return True

    async def _is_over(self, grant: Grant, at_last: bool) -> bool:
        service = grant.connection.service
        if grant.connection.kind != "oauth" or _is_unreadable(grant) or await self.tokens(service, grant.tokens):
            return True
        return at_last and service not in self._clients

    def _say_missing(self, service: str) -> None:
        """Once, though it is tried each minute."""
        if service not in self._missing:
            self._missing.add(service)
            _LOG.warning("connections to %s can't be revoked: this bot is not registered there any more", service)


def _is_unreadable(grant: Grant) -> bool:
    return grant.connection.kind == "oauth" and grant.tokens == NO_TOKENS
