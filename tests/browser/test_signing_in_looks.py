"""The pages with one card, where people sign in and connect: accessible in both themes, and nowhere wider than a window."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp import web

from adapters.base import ApiKey
from adapters.google_calendar import ADAPTER
from bot.server import listening_socket
from bot.web.browser import Visitor
from tests.bot.web.site import ADA, pages_with
from tests.browser.conftest import Windows
from tests.browser.example import icons
from tests.browser.test_looks import check

pytestmark = pytest.mark.asyncio(loop_scope="session")
_KEYED = replace(ADAPTER, auth=ApiKey("example.com/keys"))
_CONNECT = {
    "title": "Connect",
    "service": ADAPTER,
    "platform": "Slack",
    "team": False,
    "keyed": False,
    "error": "",
    "prove": "/",
}
_SHOWN: dict[str, tuple[str, dict[str, object]]] = {
    "offered": ("signin.html", {"title": "Sign in", "offered": [("slack", "Slack"), ("teams", "Microsoft")]}),
    "not-offered": ("signin.html", {"title": "Sign in", "offered": []}),
    "connect": ("connect.html", _CONNECT),
    "key": ("connect.html", {**_CONNECT, "service": _KEYED, "team": True, "keyed": True, "error": "It was not taken."}),
    "message": ("message.html", {"title": "No", "text": "It was refused.", "reason": "x" * 300, "link": ("/", "Home")}),
}


@pytest_asyncio.fixture(loop_scope="session")
async def address() -> AsyncIterator[str]:
    pages = pages_with(tuple(icons().items()))

    async def show(request: web.Request) -> web.Response:
        template, values = _SHOWN[request.match_info["name"]]
        return pages.show(template, 200, **values, **Visitor("id", ADA, False, "csrf").shown)

    app = web.Application()
    app.router.add_get("/static/{name}", pages.static)
    app.router.add_get("/{name}", show)
    listening, address = listening_socket("127.0.0.1", 0)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield address
    await runner.cleanup()


@pytest.mark.parametrize("name", _SHOWN)
async def test_it_is_accessible_and_fits(windows: Windows, address: str, name: str) -> None:
    page = await windows.open(script=True)
    await page.goto(address + name)
    await check(page)
