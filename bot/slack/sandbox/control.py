"""Lets another process act in the workspace: `POST /_sandbox/command` and so on, with the arguments as JSON."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.deeds import deed_route
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
        router.add_post(f"/_sandbox/{name}", deed_route(deed))
    router.add_get("/_sandbox/messages", shown)
