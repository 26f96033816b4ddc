"""Lets another process act in Teams: `POST /_sandbox/message` and so on, with the arguments as JSON."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.deeds import deed_route
from bot.teams.sandbox.workspace import Json

Deed = Callable[..., Any]


def add_control_routes(router: web.UrlDispatcher, deeds: Mapping[str, Deed], messages: Callable[[str], list[Json]]) -> None:
    """`POST /_sandbox/<deed>`, `GET /_sandbox/messages?conversation=`."""

    async def shown(request: web.Request) -> web.Response:
        return web.json_response(messages(request.query.get("conversation", "")))

    for name, deed in deeds.items():
        router.add_post(f"/_sandbox/{name}", deed_route(deed))
    router.add_get("/_sandbox/messages", shown)
