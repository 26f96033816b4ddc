"""A stand-in for Claude: https://platform.claude.com/docs/en/api."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from adapters.anthropic.sandbox_events import MessageEvents
from adapters.anthropic.sandbox_request import body_of, question_of
from adapters.sandbox_chat import ChatSandbox
from adapters.sandbox_chat_script import Failure

_MODELS = {  # newest first
    "claude-opus-5-5": ("Claude Opus 5.5", "2026-09-24T00:00:00Z"),
    "claude-sonnet-5-5": ("Claude Sonnet 5.5", "2026-08-06T00:00:00Z"),
    "claude-haiku-5-5": ("Claude Haiku 5.5", "2026-07-02T00:00:00Z"),
}
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class ClaudeSandbox(ChatSandbox):
    """The list of models, and the Messages API, streamed."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("anthropic", now)
        self.app.router.add_get("/v1/models", self._models)
        self.app.router.add_post("/v1/messages", self._message)

    def token_of(self, request: web.Request) -> str:
        """As of version 2026-10-21 a bearer token; `x-api-key` before."""
        return super().token_of(request) or request.headers.get("x-api-key", "")

    def kind_of(self, status: int) -> str:
        return _KINDS.get(status, "api_error")

    def failed(self, failure: Failure) -> web.Response:
        message = "invalid x-api-key" if failure.status == 401 else failure.message
        body = {"type": "error", "error": {"type": failure.kind, "message": message}, "request_id": "req_1"}
        return web.json_response(body, status=failure.status)

    async def _models(self, request: web.Request) -> web.Response:
        self.grant_of(request)
        data = [{"type": "model", "id": id, "display_name": title, "created_at": made} for id, (title, made) in _MODELS.items()]
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]}
        return web.json_response({"data": data, "has_more": False, **ends})

    async def _message(self, request: web.Request) -> web.StreamResponse:
        self.grant_of(request)
        body = await body_of(request)
        if not body.get("stream"):
            raise web.HTTPBadRequest(text="This stand-in only streams.")
        if body["model"] not in _MODELS:
            raise web.HTTPNotFound(text=f"model: {body['model']}")
        question = question_of(body)
        if question.tokens > self.context:
            raise web.HTTPBadRequest(text=f"prompt is too long: {question.tokens} tokens > {self.context} maximum")
        return await self.answer(request, question, MessageEvents(f"msg_{len(self.questions):024x}", question))
