"""What holds for every page: headers, forms, cookies, and errors that say nothing of the inside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from bot.web import security
from bot.web.browser import csrf_token
from storage.errors import StorageError
from tests.bot.web.served import ADA, ADMIN, MALLORY, Site, raw, site

CANARY = "CANARY-what-is-inside"


def add_pages(built: Site) -> None:
    async def show(request: web.Request) -> web.Response:
        visitor = await built.browser.visitor(request)
        link = ("/", "Home")
        return built.pages.show("message.html", title="Page", text="Here.", reason="", link=link, **visitor.shown)

    async def change(request: web.Request) -> web.Response:
        return web.Response(text=f"changed {(await request.post())['what']!s}")

    async def move(request: web.Request) -> web.Response:
        raise web.HTTPSeeOther("/page")

    async def break_(request: web.Request) -> web.Response:
        raise RuntimeError(CANARY)

    async def fail(request: web.Request) -> web.Response:
        raise StorageError(CANARY)

    async def event(request: web.Request) -> web.Response:
        return web.Response(text="event")

    router = built.app.router
    router.add_get("/page", show, allow_head=False)
    router.add_post("/page", change)
    router.add_get("/move", move)
    router.add_get("/break", break_)
    router.add_get("/fail", fail)
    router.add_post("/slack/events", event)
    router.add_get("/healthz", event)


def pages(tmp_path: Path, public_url: str = "") -> AbstractAsyncContextManager[Site]:
    return site(f"sqlite:///{tmp_path / 'bot.db'}", lambda: 1_000_000.0, add_pages, public_url)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Site]:
    async with pages(tmp_path) as built:
        yield built


async def test_every_page_tells_the_browser_what_it_may_not_do(served: Site) -> None:
    async with served.window() as window:
        for path in ("/page", "/move", "/break", "/fail", "/nothing"):
            headers = (await window.get(path)).headers
            policy = headers["Content-Security-Policy"]

            assert "default-src 'self'; script-src 'none'" in policy
            assert "frame-ancestors 'none'; base-uri 'none'" in policy
            assert policy.endswith("form-action 'self' https: http://127.0.0.1:3001")
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["Cache-Control"] == "no-store"
            assert "Strict-Transport-Security" not in headers


async def test_a_public_https_address_is_to_be_reached_by_https_from_now_on(tmp_path: Path) -> None:
    async with pages(tmp_path, "https://bot.example.com/") as built, built.window() as window:
        assert (await window.get("/page")).headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_what_is_no_page_is_left_alone(served: Site) -> None:
    async with served.window() as window:
        for answer in (
            await window.get("/healthz"),
            await window.post("/slack/events", {"a": "b"}),
            await window.get("/slack/no"),
        ):
            assert "Content-Security-Policy" not in answer.headers
            assert "<html" not in answer.text
        assert (await window.post("/slack/events")).text == "event"


async def test_style_is_cached_for_good(served: Site) -> None:
    async with served.window() as window:
        answer = await window.get(served.pages.url("style.css"))

    assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/page", 405),
        ("OPTIONS", "/page", 405),
        ("DELETE", "/page", 405),
        ("POST", "/move", 405),
        ("GET", "/nothing", 404),
        ("POST", "/nothing", 404),
        ("GET", "/break", 500),
        ("GET", "/fail", 503),
    ],
)
async def test_what_goes_wrong_is_a_friendly_page(served: Site, method: str, path: str, status: int) -> None:
    async with served.window() as window:
        answer = await window.get(path, method)

    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert CANARY not in answer.text
    assert status != 405 or "Allow" in answer.headers


async def test_a_form_of_the_same_session_is_taken(served: Site) -> None:
    async with served.window(ADA) as window:
        assert (await window.post("/page", {"what": "a"})).text == "changed a"
        assert (await window.post("/page", {"what": "b"}, Origin="null")).text == "changed b"


async def test_an_old_browser_tells_only_where_a_form_comes_from(served: Site) -> None:
    async with served.window(ADA) as window:
        window.said = {}
        assert (await window.post("/page", {"what": "a"})).status == 200
        assert (await window.post("/page", {"what": "a"}, Origin=served.url.rstrip("/"))).status == 200
        assert (await window.post("/page", {"what": "a"}, Origin="https://evil.example")).status == 403


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "\ud800", csrf_token("x" * 43)])
async def test_a_form_without_its_sessions_own_token_is_refused(served: Site, token: str) -> None:
    async with served.window(ADA) as window:
        body = b"what=a&csrf=" + token.encode("utf-8", "surrogatepass")
        head = f"Host: a\r\nCookie: session={window.id}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        request = f"POST /page HTTP/1.0\r\n{head}Content-Length: {len(body)}\r\n\r\n"

        assert (await raw(served.url, request.encode() + body))[0] in (400, 403)


async def test_a_token_of_another_session_is_worth_nothing(served: Site) -> None:
    async with served.window(ADA) as ada, served.window(MALLORY) as mallory, served.window() as nobody:
        assert (await mallory.post("/page", {"what": "a", "csrf": csrf_token(ada.id)})).status == 403
        assert (await nobody.post("/page", {"what": "a", "csrf": csrf_token("")})).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "", "SAME-ORIGIN"])
async def test_a_form_on_somebody_elses_page_is_refused(served: Site, site: str) -> None:
    async with served.window(ADA) as window:
        assert (await window.post("/page", {"what": "a"}, **{"Sec-Fetch-Site": site})).status == 403


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("text/plain", b"csrf=a", 415),
        ("application/x-www-form-urlencoded; charset=nope", b"csrf=a", 415),
        ("application/x-www-form-urlencoded; charset=utf-7", b"csrf=a", 415),
        ("application/x-www-form-urlencoded", b"csrf=\xff\xfe", 400),
        ("application/x-www-form-urlencoded", b"csrf=" + b"a" * 17_000, 413),
        ("application/x-www-form-urlencoded", b"&" * 100, 403),
    ],
)
async def test_odd_forms_are_refused_and_never_break_anything(served: Site, kind: str, body: bytes, status: int) -> None:
    async with served.window(ADA) as window:
        head = f"Host: a\r\nCookie: session={window.id}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"

        assert (await raw(served.url, f"POST /page HTTP/1.0\r\n{head}\r\n".encode() + body))[0] == status


async def test_a_form_that_never_arrives_is_not_waited_for(served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "_RECEIVE", 0.1)
    async with served.window(ADA) as window:
        head = f"Host: a\r\nCookie: session={window.id}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(served.url).port)
        writer.write(f"POST /page HTTP/1.1\r\n{head}Content-Length: 9\r\n\r\nwhat=".encode())

        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()


@pytest.mark.parametrize(
    "cookie", ["", "a", "x" * 43, "x" * 5000, "ä" * 43, '"', "../../etc", "%00" * 15, "'; DROP TABLE web_session --"]
)
async def test_a_cookie_that_is_none_of_ours_is_nobody(served: Site, cookie: str) -> None:
    status, _ = await raw(served.url, f"GET /page HTTP/1.0\r\nHost: a\r\nCookie: session={cookie}\r\n\r\n".encode())

    assert status == 200


async def test_a_page_shows_who_has_signed_in(served: Site) -> None:
    async with served.window(ADA) as ada, served.window(ADMIN) as admin, served.window() as nobody:
        one, two, three = (await ada.get("/page")).text, (await admin.get("/page")).text, (await nobody.get("/page")).text

    assert "Ada Lovelace" in one
    assert "/people" not in one
    assert "/people" in two
    assert "Sign out" not in three


@pytest.mark.parametrize(
    ("public_url", "start", "secure"),
    [("https://bot.example.com/", "__Host-session=", True), ("", "session=", False)],
)
async def test_the_cookie_is_for_this_site_alone(tmp_path: Path, public_url: str, start: str, secure: bool) -> None:
    async with pages(tmp_path, public_url) as built:
        response = web.Response()
        built.browser.remember(response, "x" * 43)
        cookie = response.cookies[built.browser.cookie].OutputString()

    flags = {each.strip() for each in cookie.split(";")[1:]}
    assert cookie.startswith(start)
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=43200"} <= flags
    assert ("Secure" in flags) is secure
    assert not any(flag.startswith("Domain") for flag in flags)


async def test_nothing_of_a_session_shows_in_a_log(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with served.window(ADA) as window:
        visitor: Any = window.id
        for path in ("/page", "/break", "/fail", "/nothing"):
            await window.get(path)

    assert visitor not in caplog.text
    assert csrf_token(visitor) not in caplog.text
