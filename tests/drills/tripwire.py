"""Sees every request that reaches a made-up service: notes what is said, and lets something happen at that very moment."""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

Deed = Callable[[], None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


_SAYING = re.compile("(POST|PUT) /(slack/api/chat|teams/.*/activities)")


class Tripwire:
    """`heard` is given the body of all that the bot has said, once it stands there."""

    def __init__(self, heard: Callable[[str], None]) -> None:
        self._heard = heard
        self._armed: list[tuple[re.Pattern[str], bool, Deed]] = []

    def arm(self, path: str, deed: Deed, after: bool = False) -> None:
        """Once, when what is asked ("POST /slack/api/chat.postMessage") matches; `after`: once it is done, yet unanswered."""
        self._armed.append((re.compile(path), after, deed))

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._trip(request, after=False)
        response = await handler(request)
        if response.status < 300 and _SAYING.match(f"{request.method} {request.path}"):
            self._heard(await request.text())
        self._trip(request, after=True)
        return response

    def _trip(self, request: web.Request, after: bool) -> None:
        for each in self._armed:
            if each[1] == after and each[0].search(f"{request.method} {request.path}"):
                self._armed.remove(each)
                each[2]()
                return
