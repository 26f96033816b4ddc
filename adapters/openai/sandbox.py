"""A stand-in for OpenAI: https://developers.openai.com/api/reference."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.openai.sandbox_events import ResponseEvents
from adapters.openai.sandbox_picture import jpeg, png
from adapters.openai.sandbox_request import body_of, question_of
from adapters.sandbox_chat import ChatSandbox
from adapters.sandbox_chat_script import Failure

_CREATED = {  # the models, and when they were made
    "gpt-6-pro": 1_791_000_000,
    "gpt-6-codex-mini": 1_791_000_000,
    "gpt-6-search-api": 1_791_000_000,
    "o3-deep-research": 1_791_000_000,
    "computer-use-preview": 1_791_000_000,
    "ft:gpt-5.5:acme::77aa": 1_791_000_000,
    "gpt-6-luna": 1_790_000_000,
    "gpt-6.1-sol": 1_788_000_000,
    "gpt-5.5": 1_776_000_000,
    "gpt-image-2": 1_775_000_000,
    "text-embedding-3-small": 1_705_948_997,
    "whisper-1": 1_677_532_384,
}
_PAINTED = {"png": png, "jpeg": jpeg}
_SIZES = {"auto": (64, 64), "1024x1024": (64, 64), "1536x1024": (96, 64), "1024x1536": (64, 96)}  # a sixteenth is enough to see
_TOKENS = {"auto": 1056, "1024x1024": 1056, "1536x1024": 1568, "1024x1536": 1584}
_KINDS = {401: "invalid_api_key", 403: "unsupported_country_region_territory", 429: "rate_limit_exceeded", 500: "server_error"}


class OpenAISandbox(ChatSandbox):
    """The list of models, the Responses API, streamed, and the API for pictures: each is one colour, the prompt's."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("openai", now)
        self.app.router.add_get("/v1/models", self._models)
        self.app.router.add_post("/v1/responses", self._respond_to)
        self.app.router.add_post("/v1/images/generations", self._paint)

    def kind_of(self, status: int) -> str:
        return _KINDS.get(status, "invalid_value")

    def failed(self, failure: Failure) -> web.Response:
        message = "Incorrect API key provided: sk-…." if failure.status == 401 else failure.message
        kind = "server_error" if failure.status >= 500 else "invalid_request_error"
        error = {"message": message, "type": kind, "param": None, "code": failure.kind}
        return web.json_response({"error": error}, status=failure.status)

    async def _models(self, request: web.Request) -> web.Response:
        organization = self.account_of(request)
        data = [{"id": id, "object": "model", "created": at, "owned_by": "openai"} for id, at in _CREATED.items()]
        headers = {"openai-organization": organization}
        return web.json_response({"object": "list", "data": data}, headers=headers)

    async def _respond_to(self, request: web.Request) -> web.StreamResponse:
        self.grant_of(request)
        body = await body_of(request, "model", "input")
        if not body.get("stream"):
            raise web.HTTPBadRequest(text="This stand-in only streams.")
        if body["model"] not in _CREATED:
            return self._unknown(body)
        question = question_of(body)
        if question.tokens > self.context:
            message = "Your input exceeds the context window of this model. Please adjust your input and try again."
            return self.failed(Failure(400, "context_length_exceeded", message))
        id = f"resp_{len(self.questions):032x}"
        return await self.answer(request, question, ResponseEvents(id, int(self.now().timestamp()), question))

    async def _paint(self, request: web.Request) -> web.Response:
        account = self.account_of(request)
        body = await body_of(request, "prompt", "model")
        if body["model"] not in _CREATED or "image" not in body["model"]:
            return self._unknown(body)
        size, kind = str(body.get("size", "auto")), str(body.get("output_format", "png"))
        if size not in _SIZES or kind not in _PAINTED or body.get("n", 1) != 1:
            return self.failed(Failure(400, "invalid_value", "This stand-in paints one PNG or JPEG, in one of three sizes."))
        self._begun[account] = self.changes(account) + 1
        picture = _PAINTED[kind](body["prompt"], *_SIZES[size])
        details = {"text_tokens": 10, "image_tokens": 0}
        usage = {"input_tokens": 10, "output_tokens": _TOKENS[size], "total_tokens": 10 + _TOKENS[size]}
        return web.json_response(
            {
                "created": int(self.now().timestamp()),
                "data": [{"b64_json": b64encode(picture).decode()}],
                "output_format": kind,
                "size": size,
                "usage": {**usage, "input_tokens_details": details},
            }
        )

    def _unknown(self, body: dict[str, Any]) -> web.Response:
        message = f"The model '{body.get('model')}' does not exist or you do not have access to it."
        return self.failed(Failure(404, "model_not_found", message))
