"""Requests that bear a token of the bot's, for one of Microsoft's services."""

import asyncio
import logging
from dataclasses import replace

from adapters.base import Secret
from adapters.http import Http, Request, Response
from bot.clock import Clock
from bot.teams.credentials import Credentials, Token

_LOG = logging.getLogger(__name__)
_MARGIN = 300.0  # seconds before its end in which a token is renewed, and does meanwhile
_LAST_MOMENT = 10.0  # seconds before its end at which it is no longer begun with


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
        """A token that is still valid. Raises Refused, naming the setting that is wrong; Unavailable."""
        token, now = self._token, self._clock.time()
        if token is None or now >= token.ends - _LAST_MOMENT:
            return (await asyncio.shield(self._renewal())).secret  # one who gives up waiting leaves the others theirs
        if now >= token.ends - _MARGIN:
            self._renewal().add_done_callback(_complain)  # nobody waits for it
        return token.secret

    def _renewal(self) -> asyncio.Task[Token]:
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return self._asking

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


def _complain(renewal: asyncio.Task[Token]) -> None:
    if not renewal.cancelled() and (error := renewal.exception()):
        _LOG.warning("the bot's token can't be renewed yet: %s", error)


def _with(secret: Secret, request: Request) -> Request:
    return replace(request, headers={**request.headers, "Authorization": f"Bearer {secret.reveal()}"})
