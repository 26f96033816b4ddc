"""A stand-in of Perplexity's Agent API, strict as the documents say: https://docs.perplexity.ai/api-reference/agent-post."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from adapters.perplexity.sandbox_answer import Wanted, answer_to, events_of
from adapters.sandbox import Sandbox

MODELS = ("perplexity/sonar", "openai/gpt-sandbox", "anthropic/claude-sandbox")
_TYPES = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error"}


class PerplexitySandbox(Sandbox):
    """Answers everything with what it was asked, and three pages that nobody wrote.

    `pause` is how many seconds lie between two events. After `cut_after` events the connection breaks, once.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("perplexity", now)
        self.pause = 0.01
        self.cut_after: int | None = None
        self.told: dict[str, tuple[str, Any]] = {}
        self.app.router.add_get("/v1/models", self._list_models)
        self.app.router.add_post("/v1/responses", self._respond_to)
        self.app.router.add_get("/v1/responses/{id}", self._retrieve)

    def error(self, status: int, text: str) -> web.Response:
        kind = _TYPES.get(status, "api_error")
        return web.json_response({"error": {"message": text, "type": kind, "code": status}}, status=status)

    async def _list_models(self, _: web.Request) -> web.Response:
        """Told to anybody: the documents ask for no key here."""
        data = [{"id": id, "object": "model", "created": 0, "owned_by": id.partition("/")[0]} for id in MODELS]
        return web.json_response({"object": "list", "data": data})

    async def _respond_to(self, request: web.Request) -> web.Response:
        account = self.account_of(request)
        wanted = await _wanted(request)
        response = answer_to(wanted, int(self.now().timestamp()))
        self.told[response["id"]] = (account, response)
        if not wanted.stream:
            return web.json_response(response)
        told = [_event(number, event) for number, event in enumerate(events_of(response))]
        body = b"".join(told) if self.at_once else self._slowly(request, told)
        return web.Response(body=body, content_type="text/event-stream", charset="utf-8")

    @property
    def at_once(self) -> bool:
        return not self.pause and self.cut_after is None

    async def _slowly(self, request: web.Request, told: list[bytes]) -> AsyncIterator[bytes]:
        cut, self.cut_after = self.cut_after, None
        for event in told[:cut]:
            yield event
            await asyncio.sleep(self.pause)
        if cut is not None and request.transport:
            request.transport.close()

    async def _retrieve(self, request: web.Request) -> web.Response:
        account, response = self.told.get(request.match_info["id"], ("", None))
        if self.account_of(request) != account:
            raise web.HTTPNotFound(text="Response not found")
        return web.json_response(response)


def _event(number: int, event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps({'sequence_number': number, **event})}\n\n".encode()


async def _wanted(request: web.Request) -> Wanted:
    try:
        wanted = Wanted.model_validate_json(await request.read())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise web.HTTPBadRequest(text=f"Invalid request: {where}: {first['msg']}") from None
    if wanted.model and wanted.model not in MODELS:
        raise web.HTTPBadRequest(text=f"Invalid model '{wanted.model}'.")
    return wanted
