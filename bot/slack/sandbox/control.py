"""Lets another process act in the workspace: `POST /_sandbox/command` and so on, with the arguments as JSON."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from pydantic import ValidationError, validate_call

from bot.slack.sandbox.delivery import Delivery

Deed = Callable[..., Awaitable[Delivery | None]]


def add_control_routes(
    router: web.UrlDispatcher,
    deeds: Mapping[str, Deed],
    messages: Callable[[str], list[dict[str, Any]]],
    refuse: Callable[..., None],
) -> None:
    """`POST /_sandbox/<deed>`, `POST /_sandbox/errors {"method", "error", "times"}`, `GET /_sandbox/messages?channel=`."""

    async def shown(request: web.Request) -> web.Response:
        return web.json_response(messages(request.query.get("channel", "")))

    for name, deed in {**deeds, "errors": refuse}.items():
        router.add_post(f"/_sandbox/{name}", _route(deed))
    router.add_get("/_sandbox/messages", shown)


def _route(deed: Callable[..., Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answers how the bot took it; 400 for arguments that the deed does not take, 409 for what can't be done now."""
    checked = validate_call(deed)

    async def handle(request: web.Request) -> web.Response:
        try:
            done = checked(**await request.json())
            delivery = await done if inspect.isawaitable(done) else done
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            return web.json_response({"error": wrong}, status=400)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response(_told(delivery))

    return handle


def _told(delivery: Delivery | None) -> dict[str, Any]:
    return {"status": delivery.status, "body": delivery.body, "reason": delivery.reason} if delivery else {}
