"""Ends connections at their services. They have been stopped before: nobody could use them any more."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from adapters.base import Secret
from adapters.errors import Unavailable
from storage.vault import NO_TOKENS, Connection, Grant, Tokens, Vault

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient

_LOG = logging.getLogger(__name__)
_WIDTH = 16  # at once
_PAGE = 200


class Revoking:
    """`clients` are the services' authorization servers, by the service's name."""

    def __init__(self, vault: Vault, clients: "Mapping[str, OAuthClient]") -> None:
        self._vault = vault
        self._clients = clients
        self._room = asyncio.Semaphore(_WIDTH)

    async def stopped(self, are_meant: Callable[[Connection], bool] = lambda _: True) -> list[Connection]:
        """All that were stopped, or those meant; gives the ones that could not be revoked now. Raises StorageError."""
        left: list[Connection] = []
        after = ""
        while page := await self._vault.stopped(_PAGE, after):
            left += await self._revoke([grant for grant in page if are_meant(grant.connection)])
            after = page[-1].connection.id
        return left

    async def tokens(self, service: str, tokens: Tokens) -> bool:
        """Whether they are worth nothing any more at the service. What can't be opened any more is worth nothing to anybody."""
        client = self._clients.get(service)
        if tokens == NO_TOKENS:
            return True
        if client is None:
            _LOG.warning("a connection to %s can't be revoked: this bot is not registered there any more", service)
            return False
        try:
            await client.revoke(Secret(tokens.refresh or tokens.access))
        except Unavailable as error:
            _LOG.warning("a connection to %s could not be revoked: %s", service, error)
            return False
        return True

    async def _revoke(self, grants: list[Grant]) -> list[Connection]:
        done = await asyncio.gather(*map(self._one, grants))
        return [grant.connection for grant, is_done in zip(grants, done, strict=True) if not is_done]

    async def _one(self, grant: Grant) -> bool:
        async with self._room:
            if grant.connection.kind == "oauth" and not await self.tokens(grant.connection.service, grant.tokens):
                return False
            await self._vault.remove(grant.connection)
        return True
