"""Teams' way in: the token is checked, the activity stored, and only then acknowledged.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.leaked import dumped
from bot.metrics import Metrics
from bot.strict_json import Malformed, strict_json
from bot.teams.answers import in_dialog
from bot.teams.auth import Auth, Denied
from bot.teams.envelope import Envelope, read
from bot.teams.invokes import Invokes
from storage.errors import StorageError
from storage.inbox import Inbox

KIND = "teams"
_LOG = logging.getLogger(__name__)
_IN_TIME = 2.5  # seconds in which a press is answered: Teams waits for three at least
_LATER = {"Retry-After": "2"}  # seconds
_FORMS = {"form", "shortcut form"}
_COMING = "I am at it: the answer comes as a message."
_ANSWERED = {"fetch", "query"}  # all that they ask is answered at once: nothing is left to be done


class Door:
    """`POST /api/messages`, for messages, installations and invokes alike."""

    def __init__(self, inbox: Inbox, auth: Auth, invokes: Invokes, metrics: Metrics) -> None:
        self._inbox = inbox
        self._auth = auth
        self._invokes = invokes
        self._metrics = metrics

    async def handle(self, request: web.Request) -> web.Response:
        began = time.perf_counter()
        try:
            envelope = await self._admitted(request)
        except Denied as denied:
            return self._denied(denied)
        except Malformed:
            return web.Response(status=400)
        if envelope.kind == "other":
            return web.Response()
        if envelope.kind in _ANSWERED:
            return web.json_response(await self._answer(envelope))
        return await self._take(envelope, began)

    def _denied(self, denied: Denied) -> web.Response:
        """Strangers are only counted. What Microsoft has signed and is denied may be a mistake in the settings."""
        self._metrics.deliveries.labels(KIND, f"denied {denied.status}").inc()
        if denied.status == 403:
            _LOG.warning("an activity was turned away: %s", denied)
        return web.Response(status=denied.status)

    async def _admitted(self, request: web.Request) -> Envelope:
        """Nothing is parsed before the token has proved good."""
        token = await self._auth.bearer(request.headers)
        body = await request.read()
        payload = strict_json(body)
        self._auth.admit(token, payload)
        return read(payload, body)

    async def _answer(self, envelope: Envelope) -> Mapping[str, Any]:
        if envelope.kind == "query":
            return await self._invokes.search(envelope)
        return await self._invokes.open(envelope)

    async def _take(self, envelope: Envelope, began: float) -> web.Response:
        if envelope.kind in _FORMS and (wrong := await self._invokes.wrong(envelope)):
            return web.json_response(wrong)
        if envelope.kind == "shortcut" and (form := await self._invokes.shortcut(envelope)):
            return web.json_response(form)
        try:
            await self._inbox.put(envelope.key, KIND, envelope.conversation, dumped(envelope.payload))
        except ValueError:
            return web.Response(status=400)
        except StorageError:
            self._metrics.puts_refused.labels(KIND).inc()
            return web.Response(status=503, headers=_LATER)  # the platform delivers it again
        self._metrics.ack_seconds.observe(time.perf_counter() - began)
        if envelope.kind == "execute":
            left = max(_IN_TIME - (time.perf_counter() - began), 0.1)
            return web.json_response(await self._invokes.outcome(envelope, left))
        if envelope.kind == "shortcut":
            return web.json_response(in_dialog(_COMING))
        return web.Response(status=200 if envelope.kind in _FORMS else 201)
