"""The web server: where it listens, and what it answers."""

import socket
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from aiohttp import web

from bot.health import Probes
from bot.platforms import PlatformApp

if TYPE_CHECKING:
    from bot.web.site import Site

_LARGEST_BODY = 1024 * 1024  # bytes


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
    stack: AsyncExitStack, listening: socket.socket, apps: Iterable[PlatformApp], probes: Probes, site: "Site | None"
) -> None:
    """Serves until the stack is left; requests under way are finished first."""
    runner = web.AppRunner(application(apps, probes, site), access_log=None, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listening).start()


def application(apps: Iterable[PlatformApp], probes: Probes, site: "Site | None") -> web.Application:
    """All that is answered. Pages are there with a `site` only."""
    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[site.security.guard] if site else [])
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
