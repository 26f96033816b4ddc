"""Pages served over real HTTP, and people who look at them with browsers of their own."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
from aiohttp import web
from yarl import URL

from bot.actors import stored
from bot.server import listening_socket
from bot.web.browser import Browser, csrf_token
from bot.web.pages import Pages
from bot.web.security import Security
from commands.call import Actor
from storage.cipher import KEY
from storage.data_keys import DataKeys
from storage.database import Database
from storage.key_source import KeySource
from storage.keyring import Keyring
from storage.sealing import Sealer
from storage.sessions import Sessions
from storage.states import States

ADA = Actor("slack", "T1", "UADA", "Ada Lovelace", "Europe/London")
MALLORY = Actor("slack", "T1", "UMALLORY", "Mallory", "Europe/Paris")
ADMIN = Actor("slack", "T1", "UADMIN", "Grace Hopper", "UTC")
OUTSIDE = ("/slack/", "/healthz")


def token() -> str:
    return secrets.token_urlsafe(32)


async def sealer_of(database: Database, now: Callable[[], float]) -> Sealer:
    keyring = Keyring.of([secrets.token_bytes(KEY)], "a test")
    keys = DataKeys(database, KeySource(Path("nowhere")), keyring, now, "one")
    await keys.open()
    return Sealer(keys)


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def words(self) -> str:
        """What a person reads."""
        body = self.text.partition("<main")[2]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@dataclass
class Window:
    """A browser of somebody's. It keeps cookies, follows no redirect by itself, and says what a form's page would."""

    url: str
    session: aiohttp.ClientSession
    cookie: str = "session"
    said: Mapping[str, str] = field(default_factory=lambda: {"Sec-Fetch-Site": "same-origin"})

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return await self._ask(method, path, headers)

    async def post(self, path: str, form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """With this session's own token, unless the form brings one."""
        given = {"csrf": csrf_token(self.id)} if self.id else {}
        return await self._ask("POST", path, {**self.said, **headers}, {**given, **(form or {})})

    @property
    def id(self) -> str:
        """Of the session."""
        return self.session.cookie_jar.filter_cookies(URL(self.url)).get(self.cookie, _Nothing).value

    def wear(self, id: str) -> None:
        """Takes on a session's id."""
        self.session.cookie_jar.update_cookies({self.cookie: id}, URL(self.url))

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], data: Mapping[str, str] | None = None) -> Answer:
        address = URL(urljoin(self.url, path) if not path.startswith("http") else path, encoded=True)
        async with self.session.request(method, address, headers=headers, data=data, allow_redirects=False) as answer:
            return Answer(answer.status, answer.headers, await answer.text())


class _Nothing:
    value = ""


@dataclass
class Site:
    """An application under the real middleware. `url` is where it is served, and what it is told is its public one."""

    url: str
    app: web.Application
    pages: Pages
    database: Database
    sessions: Sessions
    sealer: Sealer
    states: States
    browser: Browser
    admins: set[str]

    async def is_admin(self, actor: Actor) -> bool:
        return actor.key in self.admins

    @asynccontextmanager
    async def window(self, actor: Actor | None = None) -> AsyncIterator[Window]:
        """A browser where somebody has signed in, or nobody."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            window = Window(self.url, session, self.browser.cookie)
            if actor:
                window.wear(await self.sessions.open(stored(actor)))
            yield window


@asynccontextmanager
async def site(
    database_url: str, now: Callable[[], float], add_routes: Callable[[Site], None], public_url: str = ""
) -> AsyncIterator[Site]:
    """Serves what `add_routes` adds."""
    async with AsyncExitStack() as stack:
        listening, url = listening_socket("127.0.0.1", 0)
        stack.callback(listening.close)
        database = Database(database_url)
        stack.push_async_callback(database.close)
        await database.open()
        built = await _built(url, public_url or url, database, now)
        add_routes(built)
        runner = web.AppRunner(built.app, access_log=None)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        yield built


@cache
def _pages() -> Pages:
    """They keep nothing of who looks at them, and to read their templates takes longer than most tests."""
    return Pages({"google_calendar": b"<svg/>", "keyed": b"<svg/>"})


async def _built(url: str, public_url: str, database: Database, now: Callable[[], float]) -> Site:
    pages = _pages()
    sessions = Sessions(database, now, token)
    admins = {ADMIN.key}

    async def is_admin(actor: Actor) -> bool:
        return actor.key in admins

    browser = Browser(sessions, is_admin, public_url)
    security = Security(pages, browser, public_url, OUTSIDE, ["http://127.0.0.1:3001/"])
    app = web.Application(middlewares=[security.guard], client_max_size=1024 * 1024)
    app.router.add_get("/static/{name}", pages.static)
    sealer = await sealer_of(database, now)
    return Site(url, app, pages, database, sessions, sealer, States(database, sealer, now, token), browser, admins)


async def raw(url: str, request: bytes) -> tuple[int, str]:
    """Sends bytes as they are, which no client would, and gives back the status and the Location."""
    parts = URL(url)
    assert parts.host
    reader, writer = await asyncio.open_connection(parts.host, parts.port)
    writer.write(request)
    await writer.drain()
    answer = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    await writer.wait_closed()
    location = re.search(r"(?im)^location: (.*?)\r$", answer.partition("\r\n\r\n")[0])
    return int(answer.split(" ", 2)[1]), location[1] if location else ""
