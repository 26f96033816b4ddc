"""The pages on a real server, with a real database and real sessions; what their buttons do is written down here."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from aiohttp import ClientSession, DummyCookieJar, web

from bot.actors import stored
from bot.admins import Administrators
from bot.directory import Directory
from bot.entry import OUTCOMES
from bot.rules import Judge
from bot.server import listening_socket
from bot.web.activity import ActivityPage
from bot.web.browser import Browser, csrf_token
from bot.web.deliveries import DeliveriesPage
from bot.web.integrations import Deeds, IntegrationsPage
from bot.web.noting import Note
from bot.web.pages import Pages
from bot.web.people import PeoplePage
from bot.web.rules import RulesPage
from bot.web.security import Security
from commands import SUBJECTS
from commands.call import Actor
from commands.catalog import Catalog, subjects
from commands.integrations import Integration
from storage.admins import Admins
from storage.audit import Audit, Entry
from storage.database import Database
from storage.inbox import Inbox
from storage.rules import Rules
from storage.sessions import Sessions
from tests.bot.conftest import FixedClock

ADA = Actor("slack", "T1", "UADA", "Ada Lovelace", "Europe/Berlin")
GRACE = Actor("slack", "T1", "UGRACE", "Grace Hopper", "America/New_York")
ICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


@dataclass
class Told:
    """What the buttons were asked to do. `mine` is by the person's key; `wrong` is raised by every deed."""

    mine: dict[str, Sequence[Integration]] = field(default_factory=dict)
    team: Sequence[Integration] = ()
    deeds: list[tuple[object, ...]] = field(default_factory=list)
    wrong: Exception | None = None

    async def of(self, actor: Actor) -> Sequence[Integration]:
        return self.mine.get(actor.key, ())

    async def of_team(self, actor: Actor) -> Sequence[Integration]:
        return [replace(each, mine=False) for each in self.team]

    async def connect(self, actor: Actor, service: str, team: bool) -> str:
        self._do("connect", actor, service, team)
        return f"/connect/ticket-for-{service}"

    async def disconnect(self, actor: Actor, service: str, team: bool) -> None:
        self._do("disconnect", actor, service, team)

    async def test(self, actor: Actor, service: str, team: bool) -> None:
        self._do("test", actor, service, team)

    async def share(self, actor: Actor, service: str, channel: str, open: bool) -> None:
        self._do("open" if open else "close", actor, service, channel)

    def _do(self, deed: str, actor: Actor, *rest: object) -> None:
        self.deeds.append((deed, actor.user, *rest))
        if self.wrong:
            raise self.wrong


@dataclass(frozen=True)
class Site:
    address: str  # with a slash at its end
    told: Told
    inbox: Inbox
    admins: Admins
    client: ClientSession
    sessions: Sessions
    database: Database

    async def sign_in(self, actor: Actor) -> str:
        """The session's id."""
        return await self.sessions.open(stored(actor))

    async def get(self, path: str, session: str = "") -> tuple[int, str]:
        async with self.client.get(self.address + path, cookies={"session": session}, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "") or await answer.text()

    async def post(self, path: str, session: str = "", **form: str) -> tuple[int, str]:
        """With the form's token, as the page carries it."""
        data, cookies = {"csrf": csrf_token(session), **form}, {"session": session}
        async with self.client.post(self.address + path, data=data, cookies=cookies, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "") or await answer.text()

    async def remember(self, *entries: Entry) -> None:
        await Audit(self.database).append(*entries)


@asynccontextmanager
async def open_site(
    folder: Path, clock: FixedClock, icons: Mapping[str, bytes], named: Sequence[str] = (ADA.key,)
) -> AsyncIterator[Site]:
    """`named` run the bot."""
    async with AsyncExitStack() as stack:
        database = Database(f"sqlite:///{folder / 'site.sqlite'}")
        stack.push_async_callback(database.close)
        await database.open()
        inbox = Inbox(database, clock.time, "test")
        stack.push_async_callback(inbox.close)
        await inbox.open()
        listening, address = listening_socket("127.0.0.1", 0)
        sessions, admins = Sessions(database, clock.time, partial(secrets.token_urlsafe, 32)), Admins(database, clock.time)
        browser = Browser(sessions, Administrators(named, admins).is_admin, address)
        client = await stack.enter_async_context(ClientSession(cookie_jar=DummyCookieJar()))
        site = Site(address, Told(), inbox, admins, client, sessions, database)
        pages = pages_with(tuple(icons.items()))
        app = web.Application(middlewares=[Security(pages, browser, address, outside=("/static/",)).guard])
        _routes(app, site, pages, browser, clock, named)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listening).start()
        yield site


@cache
def pages_with(icons: tuple[tuple[str, bytes], ...]) -> Pages:
    """They keep nothing of who looks at them, and to read their templates takes longer than most tests."""
    return Pages(dict(icons))


def _routes(
    app: web.Application,
    site: Site,
    pages: Pages,
    browser: Browser,
    clock: FixedClock,
    named: Sequence[str],
) -> None:
    told = site.told
    deeds = Deeds(told.of, told.of_team, told.connect, told.disconnect, told.test, told.share)
    audit = Audit(site.database)
    every = Catalog(subjects(SUBJECTS), lambda _: True)
    note, activity = Note(audit, clock), ActivityPage(pages, browser, clock, audit, every, OUTCOMES)
    integrations = IntegrationsPage(pages, browser, clock, deeds, note)
    deliveries = DeliveriesPage(pages, browser, clock, site.inbox, site.inbox.replay, note)
    people = PeoplePage(pages, browser, clock, site.admins, named, note)
    administrators = Administrators(named, site.admins)
    judge = Judge(Rules(site.database, clock.time), administrators.is_admin, administrators.names, Directory({}, clock), clock)
    rules = RulesPage(pages, browser, judge, every, note)
    app.router.add_get("/static/{name}", pages.static)
    app.router.add_get("/integrations", integrations.show)
    app.router.add_post("/integrations/{service}/{deed}", integrations.act)
    app.router.add_get("/activity", activity.show)
    app.router.add_get("/activity/export.{format:csv|json}", activity.export)
    app.router.add_get("/deliveries", deliveries.show)
    app.router.add_post("/deliveries/replay", deliveries.replay)
    app.router.add_get("/people", people.show)
    app.router.add_post("/people/add", people.add)
    app.router.add_post("/people/remove", people.remove)
    app.router.add_get("/rules", rules.show)
