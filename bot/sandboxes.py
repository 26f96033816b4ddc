"""The stand-ins of services on one loopback port: `http://127.0.0.1:3001/google_calendar/` and so on."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from adapters.base import Adapter
from bot.clock import Clock

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox

_LOOPBACK = "127.0.0.1"
_LARGEST = 64 * 1024 * 1024  # bytes: an application within another may take no more than that


class PortTakenError(Exception):
    """Something else listens where the sandboxes should."""


@asynccontextmanager
async def serving(sandboxes: "Mapping[str, Sandbox]", port: int) -> AsyncIterator[str]:
    """Serves each sandbox below its name; gives the address they share, with a slash at its end."""
    app = web.Application(client_max_size=_LARGEST)
    for name, sandbox in sandboxes.items():
        app.add_subapp(f"/{name}/", sandbox.app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        yield await _listen(runner, port)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, port: int) -> str:
    try:
        await web.TCPSite(runner, _LOOPBACK, port).start()
    except OSError as error:
        raise PortTakenError(
            f"Port {port} is taken: by another program, or by a bot that runs already. Set SANDBOX_PORT to a free one."
        ) from error
    return f"http://{_LOOPBACK}:{runner.addresses[0][1]}/"


async def running(name: str, port: int, session: aiohttp.ClientSession) -> str:
    """The address at which the sandboxes run already, in another process of ours; empty where they don't."""
    url = f"http://{_LOOPBACK}:{port}/"
    try:
        async with session.get(f"{url}{name}/_sandbox/health", timeout=aiohttp.ClientTimeout(1)) as answer:
            return url if answer.status == 200 else ""
    except (aiohttp.ClientError, TimeoutError):
        return ""


def sandboxes_of(adapters: Sequence[Adapter], names: Sequence[str], clock: Clock) -> "dict[str, Sandbox]":
    return {adapter.name: adapter.sandbox(clock.now) for adapter in adapters if adapter.name in names}
