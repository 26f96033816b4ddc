"""All pages as the running bot has them: two people and nobody at every route, and nothing of it without an address."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from yarl import URL

import bot.app
import bot.server
from bot.app import House, open_house
from bot.desk import load_services
from bot.plan import Plan
from bot.slack.sandbox.workspace import ADA, GRACE, GUEST, LINUS
from tests.acceptance.world import free_port
from tests.bot.web.served import Answer, Window, raw

MakePlan = Callable[..., Plan]
CANARY = "CANARY-what-Ada-asked"
_PROBES = {(method, f"/{name}") for method in ("GET", "HEAD") for name in ("healthz", "readyz", "metrics")}
_NO_PAGES = {("POST", "/slack/events"), ("POST", "/api/messages"), *_PROBES}


class Row(NamedTuple):
    """A request, and what it is answered to nobody, to Grace, and to Ada, who runs the bot. `{ticket}` is a link of Ada's."""

    method: str
    route: str
    path: str
    answers: tuple[int, int, int]
    form: Mapping[str, str] = {}


_SERVICE, _TEAM = "/integrations/google_calendar", {"team": "1"}
_SELF, _OURS, _OPEN = (403, 303, 303), (403, 403, 303), (200, 200, 200)
_EXPORT = "/activity/export.{format}"
_LOST, _BELOW = (400, 400, 400), "/integrations/{service}/{deed}"
ROWS = (
    Row("GET", "/", "/", (303, 303, 303)),
    Row("GET", "/static/{name}", "/static/style.css", (404, 404, 404)),  # only by the name of its content
    Row("GET", "/signin", "/signin", _OPEN),
    Row("GET", "/signin/{platform}", "/signin/slack", (303, 303, 303)),
    Row("GET", "/signin/{platform}", "/signin/terminal", (404, 404, 404)),
    Row("GET", "/signin/{platform}/callback", "/signin/slack/callback?state=a&code=b", _LOST),
    Row("GET", "/connect/{ticket}", "{ticket}", (200, 403, 200)),
    Row("POST", "/connect/{ticket}", "{ticket}", _OURS),
    Row("GET", "/connect/{ticket}/signin", "{ticket}/signin", (303, 303, 303)),
    Row("GET", "/oauth/{service}/callback", "/oauth/google_calendar/callback?state=a.b&code=c", _LOST),
    Row("GET", "/integrations", "/integrations", (303, 200, 200)),
    Row("POST", _BELOW, f"{_SERVICE}/connect", _SELF),
    Row("POST", _BELOW, f"{_SERVICE}/disconnect", _SELF),
    Row("POST", _BELOW, f"{_SERVICE}/test", _SELF),
    Row("POST", _BELOW, f"{_SERVICE}/explode", (403, 404, 404)),
    Row("POST", _BELOW, "/integrations/nothing/test", (403, 404, 404)),
    Row("POST", _BELOW, f"{_SERVICE}/connect", _OURS, _TEAM),
    Row("POST", _BELOW, f"{_SERVICE}/disconnect", _OURS, _TEAM),
    Row("POST", _BELOW, f"{_SERVICE}/test", _OURS, _TEAM),
    Row("POST", _BELOW, f"{_SERVICE}/open", (403, 403, 409), {"channel": "C1"}),  # nothing is connected for the team
    Row("POST", _BELOW, f"{_SERVICE}/close", (403, 403, 409), {"channel": "C1"}),
    Row("GET", "/activity", "/activity", (303, 200, 200)),
    Row("GET", "/activity", "/activity?whose=all", (303, 403, 200)),
    Row("GET", _EXPORT, "/activity/export.csv", (303, 200, 200)),
    Row("GET", _EXPORT, "/activity/export.json?whose=all", (303, 403, 200)),
    Row("GET", _EXPORT, "/activity/export.xml", (404, 404, 404)),
    Row("GET", "/deliveries", "/deliveries", (303, 403, 200)),
    Row("POST", "/deliveries/replay", "/deliveries/replay", _OURS, {"key": "a"}),
    Row("GET", "/people", "/people", (303, 403, 200)),
    Row("POST", "/people/add", "/people/add", _OURS, {"id": "U0NEW"}),
    Row("POST", "/people/remove", "/people/remove", _OURS, {"id": "slack:T0SANDBOX:U0NEW"}),
    Row("GET", "/rules", "/rules", (303, 200, 200)),
    Row("POST", "/rules/add", "/rules/add", _OURS, {"effect": "forbid", "what": "team", "who": "U0NEW"}),
    Row("POST", "/rules/remove", "/rules/remove", _OURS, {"id": "aaaaaaaa"}),
    Row("GET", "/pictures/{id}", "/pictures/guessed", (404, 404, 404)),
    Row("HEAD", "/pictures/{id}", "/pictures/guessed", (404, 404, 404)),
    Row("GET", "/slack/install", "/slack/install", (302, 302, 302)),
    Row("GET", "/slack/oauth_redirect", "/slack/oauth_redirect?state=a&code=b", _LOST),
    Row("POST", "/slack/events", "/slack/events", (401, 401, 401)),
    Row("POST", "/api/messages", "/api/messages", (401, 401, 401)),
    *(Row(method, path, path, _OPEN) for method, path in sorted(_PROBES)),
    Row("POST", "/signout", "/signout", _SELF),
)


@dataclass
class Open:
    """A running bot. `apps` are what it serves."""

    house: House
    apps: list[web.Application] = field(default_factory=list)

    @property
    def routes(self) -> set[tuple[str, str]]:
        (app,) = self.apps
        return {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}

    @asynccontextmanager
    async def window(self, person: str = "") -> AsyncIterator[Window]:
        """A browser where somebody has signed in with the made-up Slack, or nobody."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            window = Window(self.house.address, session)
            if person:
                await self.sign_in(window, person)
            yield window

    async def sign_in(self, window: Window, person: str) -> Answer:
        away = URL((await window.get("/signin/slack")).location)
        back = await window.post(str(away.with_query(None)), {**away.query, "choice": person})
        return await window.get(back.location)

    async def connect(self, window: Window) -> None:
        """All the way to the account that the made-up Google offers first."""
        pressed = await window.post(await ticket(window))
        page = (await window.get(pressed.location)).text
        request = page.partition('name="request" value="')[2].partition('"')[0]
        scopes = [part.partition('"')[0] for part in page.split('name="scope" value="')[1:]]
        told = aiohttp.FormData({"request": request, "account": "ada@acme.test", "decision": "allow"})
        for scope in scopes:
            told.add_field("scope", scope)
        where = URL(pressed.location).with_query(None)
        async with window.session.post(where, data=told, allow_redirects=False) as answer:
            back = await window.get(answer.headers["Location"])
        assert back.status == 303, back.text


async def ticket(window: Window) -> str:
    """The path of a new link of theirs."""
    return URL((await window.post(f"{_SERVICE}/connect")).location).path


@asynccontextmanager
async def opened(plan: Plan, patch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    apps: list[web.Application] = []
    built = bot.server.application

    def noted(*parts: Any) -> web.Application:
        apps.append(built(*parts))
        return apps[-1]

    patch.setattr(bot.app, "application", noted)
    async with open_house(plan) as house:
        yield Open(house, apps)


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    files = {"database_url": f"sqlite:///{folder / 'data/bot.sqlite'}", "keyring": str(folder / "keys/keyring.json")}
    return {**files, "port": 0, "sandbox_port": 0, **more}


@pytest.fixture
async def on(make_plan: MakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    async with opened(make_plan(**settings(tmp_path)), monkeypatch) as built:
        yield built


async def asked(row: Row, window: Window, link: str) -> Answer:
    path = row.path.replace("{ticket}", link)
    return await (window.post(path, row.form) if row.method == "POST" else window.get(path, row.method))


async def test_each_route_answers_each_person_as_it_should(on: Open) -> None:
    assert on.routes == {(row.method, row.route) for row in ROWS}
    async with on.window() as nobody, on.window(GRACE) as grace, on.window(ADA) as ada, on.window(ADA) as maker:
        for row in ROWS:
            nobody.session.cookie_jar.clear()  # that of somebody who has begun to sign in
            every = [await asked(row, window, await ticket(maker)) for window in (nobody, grace, ada)]
            assert tuple(answer.status for answer in every) == row.answers, row
            assert {is_dressed(answer) for answer in every} == {(row.method, row.route) not in _NO_PAGES}, row


def is_dressed(answer: Answer) -> bool:
    """Whether it is a page, with all that browsers are told of our pages."""
    told = [answer.headers.get(name) for name in ("Cache-Control", "Referrer-Policy", "X-Content-Type-Options")]
    policy = answer.headers.get("Content-Security-Policy", "")
    assert bool(policy) is (told == ["no-store", "no-referrer", "nosniff"])
    return "script-src 'none'" in policy and "frame-ancestors 'none'" in policy


async def test_what_is_ones_own_is_neither_seen_nor_changed_by_another(on: Open) -> None:
    async with AsyncExitStack() as stack:
        nobody, grace, ada = [await stack.enter_async_context(on.window(person)) for person in ("", GRACE, ADA)]
        await on.connect(ada)
        told = {"command": "/ping", "text": CANARY}
        async with ada.session.post(f"{on.house.sandboxes}slack/_sandbox/command", json=told) as answer:
            assert answer.status == 200
        hers = ("Ada Lovelace", "ada@acme.test", CANARY, "U0ADA")
        assert "ada@acme.test" in (await ada.get("/integrations")).text

        for window in (nobody, grace):
            for row in ROWS:
                text = (await asked(row, window, await ticket(ada))).text
                assert not [each for each in hers if each in text], row
        assert "ada@acme.test" in (await ada.get("/integrations")).text
        for path in ("/activity", "/activity/export.csv", "/activity/export.json"):
            assert CANARY in (await ada.get(f"{path}?command=ping")).text


@pytest.mark.parametrize("person", [GUEST, LINUS, "cancel"])
async def test_guests_and_people_of_elsewhere_stay_outside(on: Open, person: str) -> None:
    async with on.window() as window:
        assert (await on.sign_in(window, person)).status == 403
        assert (await window.get("/integrations")).status == 303


_ODD = (b"\xff", b"%ff", b"%00", b"%ed%a0%80", b"%0d%0aa:b", b"%", b"&=&=&", b"%f0%9f%92%a9", b"9" * 4000, b"-1", b"[]", b";")
_QUERY = (
    b"q category done connected team command outcome before state replayed code error person conversation since until".split()
)


async def test_nothing_odd_that_is_asked_breaks_a_page(on: Open, caplog: pytest.LogCaptureFixture) -> None:
    async with on.window(ADA) as ada:
        head = b"Host: a\r\nCookie: session=" + ada.id.encode() + b"\r\n\r\n"
        for row in ROWS:
            for odd in _ODD if row.method == "GET" else ():
                path, _, query = row.path.replace("{ticket}", "/connect/" + "a" * 43).partition("?")
                more = b"&".join((query.encode(), *(name + b"=" + odd for name in _QUERY)))
                status, _ = await raw(on.house.address, b"GET " + path.encode() + b"?" + more + b" HTTP/1.0\r\n" + head)
                assert status < 500, (row, odd)
    assert not {"a page broke", "Unhandled exception"} & {each.getMessage() for each in caplog.records}


async def test_until_the_bot_is_ready_nothing_is_begun(
    make_plan: MakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code or a state that came back in the first second would be used up for nothing."""
    go, port = asyncio.Event(), free_port()

    async def wait(*parts: Any) -> Any:
        await go.wait()
        return await load_services(*parts)

    monkeypatch.setattr("bot.app.load_services", wait)
    async with AsyncExitStack() as stack, aiohttp.ClientSession() as session:
        house = opened(make_plan(**settings(tmp_path, port=port)), monkeypatch)
        starting = asyncio.create_task(stack.enter_async_context(house))
        window = Window(f"http://127.0.0.1:{port}/", session)
        while not await _answers(window):
            await asyncio.sleep(0.05)
        paths = ("/integrations", "/signin/slack/callback?state=a", "/oauth/google_calendar/callback?state=a", "/slack/install")
        early = [(await window.get(path)).status for path in paths]
        style = (await window.get("/")).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert (early, (await window.get(style)).status) == ([503] * 4, 200)
        go.set()
        await starting
        assert [(await window.get(path)).status for path in paths] == [303, 400, 400, 302]


async def _answers(window: Window) -> bool:
    try:
        return (await window.get("/healthz")).status == 200
    except aiohttp.ClientError:
        return False


_REAL = {
    "slack_bot_token": SecretStr("CANARY-token"),
    "slack_signing_secret": SecretStr("CANARY-secret"),
    "slack_client_id": "CANARY-id",
    "slack_client_secret": SecretStr("CANARY-client"),
    "slack_base_url": "http://127.0.0.1:9/",
}


async def test_without_an_address_for_browsers_there_is_nothing_of_it(
    make_plan: MakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(make_plan(**settings(tmp_path, **_REAL)), monkeypatch) as built:
        assert built.routes == {("POST", "/slack/events"), *_PROBES}
        assert [each.__module__ for app in built.apps for each in app.middlewares] == ["bot.server"]  # and not the pages' guard
        async with built.window() as window:
            assert {(await window.get(path)).status for path in ("/", "/integrations", "/signin", "/slack/install")} == {404}
