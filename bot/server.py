"""The web server: where it listens, and what it answers."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bot.health import Probes
from bot.platforms import PlatformApp
from bot.receiving import RECEIVE, Connection, Reason, Room

if TYPE_CHECKING:
    from bot.web.site import Site

_LARGEST_BODY = 1024 * 1024  # bytes
_BACKLOG = 512  # connections that wait to be accepted
_AT_ONCE = 8  # are accepted in a turn of the loop: uvloop accepts one for each place to listen, however long the turn was


def listening_socket(host: str, port: int) -> tuple[socket.socket, str]:
    """A socket to serve on and the address it has, with a slash at its end. Raises OSError."""
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(where)
    except OSError:
        listening.close()
        raise
    shown = f"[{host}]" if ":" in host else host
    return listening, f"http://{shown}:{listening.getsockname()[1]}/"


async def serve(
    stack: AsyncExitStack,
    listening: socket.socket,
    app: web.Application,
    room: Room,
    refused: Callable[[Reason], None],
    deadline: float = RECEIVE,
) -> None:
    """Serves until the stack is left; requests under way are finished first. `refused` is told why a client was sent away.

    Closes `listening`.
    """
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    if (server := runner.server) is None:
        raise RuntimeError("the server was not set up")
    loop = asyncio.get_running_loop()
    with listening:
        for _ in range(_AT_ONCE):
            place = listening.dup()
            accepting = await loop.create_server(
                lambda: Connection(server, room, refused, deadline), sock=place, backlog=_BACKLOG
            )
            stack.callback(accepting.close)


def application(apps: Iterable[PlatformApp], probes: Probes, site: "Site | None") -> web.Application:
    """All that is answered. Pages are there with a `site` only."""
    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_plain, *([site.security.guard] if site else [])])
    if site:
        site.add_routes(app.router)
    for each in apps:
        app.router.add_post(each.path, each.handle)
        for path, page in each.pages.items():
            app.router.add_get(path, page, allow_head=False)
    app.router.add_get("/healthz", probes.alive)
    app.router.add_get("/readyz", probes.ready)
    app.router.add_get("/metrics", probes.metrics)
    return app


@web.middleware
async def _plain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing is unpacked here, for a few bytes can become gigabytes; and nobody we know packs what they send."""
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    return await handler(request)
