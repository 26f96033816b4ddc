"""A stand-in for Gemini: https://ai.google.dev/api."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.gemini.sandbox_events import Chunks
from adapters.gemini.sandbox_request import body_of, question_of
from adapters.sandbox_chat import ChatSandbox
from adapters.sandbox_chat_script import Failure

_ACTIONS = {  # the models, and what they do
    "gemini-3.5-flash": ["generateContent", "countTokens"],
    "gemini-3.8-flash": ["generateContent", "countTokens"],
    "gemini-4-carbon": ["generateContent", "countTokens"],
    "gemini-3.1-pro-preview": ["generateContent", "countTokens"],
    "gemini-3.1-flash-image": ["generateContent"],
    "gemma-4-31b-it": ["generateContent", "countTokens"],
    "deep-research-pro-preview-12-2025": ["generateContent", "countTokens"],
    "gemini-embedding-001": ["embedContent"],
}
_KINDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class GeminiSandbox(ChatSandbox):
    """The list of models, and streamGenerateContent. As at Google, a wrong key is a bad request (400), and no key a 403."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("gemini", now)
        self.app.router.add_get("/v1beta/models", self._models)
        self.app.router.add_post("/v1beta/models/{model:[^:]+}:streamGenerateContent", self._generate)

    def token_of(self, request: web.Request) -> str:
        return request.headers.get("x-goog-api-key", "")

    def kind_of(self, status: int) -> str:
        return _KINDS.get(status, "INVALID_ARGUMENT" if status < 500 else "INTERNAL")

    def failed(self, failure: Failure) -> web.Response:
        if failure.status == 401 and failure.kind == "UNAUTHENTICATED":
            return _wrong_key()
        error = {"code": failure.status, "message": failure.message, "status": failure.kind}
        return web.json_response({"error": error}, status=failure.status)

    async def _models(self, request: web.Request) -> web.Response:
        self.grant_of(request)
        models = [{"name": f"models/{id}", "supportedGenerationMethods": does} for id, does in _ACTIONS.items()]
        return web.json_response({"models": models})

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        self.grant_of(request)
        model, body = request.match_info["model"], await body_of(request)
        if request.query.get("alt") != "sse":
            raise web.HTTPBadRequest(text="This stand-in only streams with alt=sse.")
        if model not in _ACTIONS:
            text = f"models/{model} is not found for API version v1beta, or is not supported for generateContent."
            raise web.HTTPNotFound(text=text)
        question = question_of(model, body)
        if question.tokens > self.context:
            text = f"The input token count ({question.tokens}) exceeds the maximum number of tokens allowed ({self.context})."
            raise web.HTTPBadRequest(text=text)
        return await self.answer(request, question, Chunks(f"r{len(self.questions):021x}", question))


def _wrong_key() -> web.Response:
    reason: dict[str, Any] = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
    message = "API key not valid. Please pass a valid API key."
    return web.json_response(
        {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT", "details": [reason]}}, status=400
    )
