"""Lets another process act in Teams: `POST /_sandbox/message` and so on, with the arguments as JSON."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from pydantic import ValidationError, validate_call

from bot.teams.sandbox.delivery import Delivery
from bot.teams.sandbox.workspace import Json

Deed = Callable[..., Any]


def add_control_routes(router: web.UrlDispatcher, deeds: Mapping[str, Deed], messages: Callable[[str], list[Json]]) -> None:
    """`POST /_sandbox/<deed>`, `GET /_sandbox/messages?conversation=`."""

    async def shown(request: web.Request) -> web.Response:
        return web.json_response(messages(request.query.get("conversation", "")))

    for name, deed in deeds.items():
        router.add_post(f"/_sandbox/{name}", _route(deed))
    router.add_get("/_sandbox/messages", shown)


def _route(deed: Deed) -> Callable[[web.Request], Any]:
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


def _told(delivery: Delivery | None) -> Json:
    return {"status": delivery.status, "body": delivery.body, "reason": delivery.reason} if delivery else {}
