"""What Microsoft's services say when they refuse. Each of them words it in its own way; all name a code."""

import re
from collections.abc import Callable

from aiohttp import web

from adapters.sandbox import Handler


class ApiError(Exception):
    """A refusal: its status, the vendor's own word for what is wrong, and what is said about it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def worded(handler: Handler, word: Callable[[ApiError], web.Response]) -> Handler:
    """The handler, whose refusals are answered as `word` words them."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as error:
            return word(error)

    return handle


def number_of(request: web.Request, name: str, default: int) -> int:
    """A number from the query. Raises ApiError."""
    text = request.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ApiError(400, "BadRequest", f"{name} is no number: {text}")
    return int(text)


def connector_error(error: ApiError) -> web.Response:
    """https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#errorresponse-object"""
    return web.json_response({"error": {"code": error.code, "message": error.message}}, status=error.status)
