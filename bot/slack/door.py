"""Slack's way in: verified on its raw bytes, stored, and only then acknowledged."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.base import Secret
from bot.clock import Clock
from bot.leaked import dumped
from bot.metrics import Metrics
from bot.slack.envelope import Envelope, read
from bot.slack.verify import TIMESTAMP, Verdict, verify
from bot.strict_json import Malformed
from storage.errors import StorageError
from storage.inbox import Inbox

KIND = "slack"
_LATER = {"Retry-After": "2"}  # seconds
_DROPPED = ("other", "ssl_check", "shortcut")


class Door:
    """`POST /slack/events`, for commands, events and interactions alike."""

    def __init__(
        self,
        inbox: Inbox,
        secrets: Sequence[Secret],
        check_form: Callable[[Envelope], Awaitable[Mapping[str, str]]],
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._secrets = secrets
        self._check_form = check_form
        self._metrics = metrics
        self._clock = clock

    async def handle(self, request: web.Request) -> web.Response:
        began = time.perf_counter()
        body = await request.read()
        verdict = verify(self._secrets, request.headers, body, self._clock.time())
        if verdict is not Verdict.GENUINE:
            return web.Response(status=verdict.status)
        try:
            answer = await self.take(read(body, request.headers[TIMESTAMP]))
        except Malformed:
            return web.Response(status=400)
        if answer is None:
            return web.Response(status=503, headers=_LATER)
        self._metrics.ack_seconds.observe(time.perf_counter() - began)
        return _response(answer)

    async def take(self, envelope: Envelope) -> Mapping[str, Any] | None:
        """Stores what is worth it; gives the body of the acknowledgement, or None where it could not be stored.

        Raises Malformed.
        """
        if envelope.kind == "url_verification":
            return {"challenge": envelope.payload.get("challenge", "")}
        if envelope.kind == "suggestion":
            return {"options": []}
        if envelope.kind in _DROPPED:
            return {}
        if envelope.kind == "view" and (errors := await self._check_form(envelope)):
            return {"response_action": "errors", "errors": errors}
        try:
            await self._inbox.put(envelope.key, KIND, envelope.conversation, dumped(envelope.payload))
        except ValueError:
            raise Malformed("an id too long") from None
        except StorageError:
            self._metrics.puts_refused.labels(KIND).inc()
            return None  # the platform delivers it again
        return {"response_action": "clear"} if envelope.kind == "view" else {}


def _response(answer: Mapping[str, Any]) -> web.Response:
    return web.json_response(answer) if answer else web.Response()
