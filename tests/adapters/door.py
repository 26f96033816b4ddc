"""What stands before the stand-ins: it may answer in their place, or change what they answer."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from multidict import CIMultiDict

from adapters.sandbox import Handler


@dataclass
class Said:
    """An answer that a service gives to everything; its words may hold the headers that it was sent."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: list[tuple[str, str]] = field(default_factory=list)

    def to(self, request: web.Request) -> web.Response:
        body = self.body.replace(b"{told}", request.headers.get("Authorization", "").encode())
        body = body.replace(
            b"{key}", b" ".join(request.headers.get(name, "").encode() for name in ("x-api-key", "x-goog-api-key"))
        )
        headers = CIMultiDict([("Content-Type", self.kind), *self.headers])
        return web.Response(status=self.status, body=body, headers=headers)


class Door:
    """Says `said` to everything but what the stand-ins are asked about themselves, or passes it on."""

    def __init__(self) -> None:
        self.said: Said | None = None
        self.changed: Callable[[bytes], bytes] | None = None
        self.made_a_difference = False

    @web.middleware
    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.said and not request.path.startswith("/_"):
            await request.read()
            return self.said.to(request)
        answer = await handler(request)
        if self.changed and isinstance(answer, web.Response) and isinstance(answer.body, bytes) and answer.status < 300:
            body = self.changed(answer.body)
            self.made_a_difference |= body is not answer.body
            return web.Response(status=answer.status, body=body, content_type=answer.content_type)
        return answer
