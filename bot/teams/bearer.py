"""Requests that bear a token of the bot's, for one of Microsoft's services."""

import asyncio
import logging
from dataclasses import replace

from adapters.base import Secret
from adapters.errors import Unavailable
from adapters.http import Http, Request, Response
from bot.clock import Clock
from bot.teams.credentials import Credentials, Token

_LOG = logging.getLogger(__name__)
_MARGIN = 300.0  # seconds before its end in which a token is renewed, and does where no other can be had


class Bearer:
    """Keeps one token for one scope, and gets a new one before it ends: once, however many requests wait for it."""

    def __init__(self, http: Http, credentials: Credentials, scope: str, clock: Clock) -> None:
        self._http = http
        self._credentials = credentials
        self._scope = scope
        self._clock = clock
        self._token: Token | None = None
        self._asking: asyncio.Task[Token] | None = None

    async def send(self, request: Request) -> Response:
        """A token that is turned down (401) is replaced once. Raises Refused, Unavailable, Unknown."""
        secret = await self.secret()
        response = await self._http.send(_with(secret, request))
        if response.status != 401:
            return response
        self._forget(secret)
        return await self._http.send(_with(await self.secret(), request))

    async def secret(self) -> Secret:
        """A token that is valid for some minutes. Raises Refused, naming the setting that is wrong; Unavailable."""
        token, now = self._token, self._clock.time()
        if token and now < token.ends - _MARGIN:
            return token.secret
        try:
            return (await self._renewed()).secret
        except Unavailable as error:
            if token is None or now >= token.ends:
                raise
            _LOG.warning("the bot's token can't be renewed yet: %s", error)
            return token.secret

    async def _renewed(self) -> Token:
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)  # one who gives up waiting leaves the others theirs

    async def _ask(self) -> Token:
        try:
            self._token = await self._credentials.ask(self._scope)
            return self._token
        finally:
            self._asking = None

    def _forget(self, secret: Secret) -> None:
        """Unless another request has had it replaced already."""
        if self._token and self._token.secret is secret:
            self._token = None


def _with(secret: Secret, request: Request) -> Request:
    return replace(request, headers={**request.headers, "Authorization": f"Bearer {secret.reveal()}"})
