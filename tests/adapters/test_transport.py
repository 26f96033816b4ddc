"""SDKs that are built on httpx or httpx2 send by `Http`, and do not notice."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

import httpx
import httpx2
import pytest
from aiohttp import web

from adapters.errors import Refused, Unavailable, Unknown, ours_in
from adapters.faults import Fault
from adapters.http import Http
from adapters.transport import Route, client
from tests.adapters.servers import Clock, Diary, serving

pytestmark = pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
DIARY = Route("diary", "Dear Diary", "T1")
STREAMING = Route("diary", "Dear Diary", streams=True, deadline=2.0, idle=0.3)


@pytest.fixture
async def odd() -> AsyncIterator[str]:
    """A server that tells what it was sent, and speaks in odd ways."""
    app = web.Application()
    app.router.add_post("/echo", _echo)
    app.router.add_get("/zipped", _zip)
    app.router.add_get("/slowly", _speak_slowly)
    async with serving(app) as address:
        yield address


async def _echo(request: web.Request) -> web.Response:
    told = {"headers": {name.lower(): value for name, value in request.headers.items()}, "body": await request.text()}
    return web.json_response({**told, "path": request.raw_path})


async def _zip(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b'{"zipped": true}'), headers={"Content-Encoding": "gzip"})


async def _speak_slowly(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(3):
        await response.write(b"%d" % number)
        await asyncio.sleep(0.02)
    await asyncio.sleep(1.0 if "stuck" in request.query else 0.0)
    return response


async def test_what_is_sent_arrives_as_the_sdk_meant_it(library: ModuleType, http: Http, odd: str) -> None:
    async with client(library, http, DIARY, headers={"X-Api-Key": "k"}) as sdk:
        answer = await sdk.post(f"{odd}/echo", params={"q": "ü+/ b"}, json={"words": "Grüße"})
    told = answer.json()
    assert (told["headers"]["x-api-key"], json.loads(told["body"])) == ("k", {"words": "Grüße"})
    assert parse_qs(told["path"].partition("?")[2]) == {"q": ["ü+/ b"]}
    assert told["headers"]["content-length"] == str(len(told["body"].encode()))
    assert "transfer-encoding" not in told["headers"]


async def test_a_file_that_is_uploaded_arrives(library: ModuleType, http: Http, odd: str) -> None:
    async with client(library, http, DIARY) as sdk:
        answer = await sdk.post(f"{odd}/echo", files={"file": ("a.txt", b"dear diary", "text/plain")})
    assert "dear diary" in answer.json()["body"]
    assert answer.json()["headers"]["content-type"].startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize("route", [DIARY, STREAMING], ids=["whole", "streamed"])
async def test_a_compressed_answer_is_decompressed_once(library: ModuleType, http: Http, odd: str, route: Route) -> None:
    async with client(library, http, route) as sdk:
        assert (await sdk.get(f"{odd}/zipped")).json() == {"zipped": True}


async def test_pieces_are_handed_on_as_they_come(library: ModuleType, http: Http, odd: str) -> None:
    async with client(library, http, STREAMING) as sdk, sdk.stream("GET", f"{odd}/slowly") as answer:
        assert [piece async for piece in answer.aiter_bytes()] == [b"0", b"1", b"2"]


async def test_a_silence_breaks_the_answer_off_in_our_words(library: ModuleType, http: Http, odd: str) -> None:
    async with client(library, http, STREAMING) as sdk:
        with pytest.raises(Unavailable, match="Dear Diary broke off"):
            await sdk.get(f"{odd}/slowly?stuck")


async def test_to_leave_the_answer_is_to_close_the_connection(library: ModuleType, http: Http, odd: str, session: Any) -> None:
    async with client(library, http, STREAMING) as sdk, sdk.stream("GET", f"{odd}/slowly?stuck") as answer:
        assert await anext(answer.aiter_bytes()) == b"0"
    assert not session.connector._acquired


@pytest.mark.parametrize("route", [DIARY, STREAMING], ids=["whole", "streamed"])
@pytest.mark.parametrize("status", [200, 400, 401, 404])
async def test_an_answer_that_is_for_the_sdk_to_judge_is_given_to_it(
    library: ModuleType, http: Http, diary: Diary, address: str, route: Route, status: int
) -> None:
    if status != 200:
        diary.script.add(Fault(kind="status", status=status))
    async with client(library, http, route) as sdk:
        answer = await sdk.get(f"{address}/lines")
    assert answer.status_code == status
    assert answer.json() == ([] if status == 200 else {"error": {"code": status, "message": "This failure was asked for."}})


async def test_asking_too_fast_is_waited_for(library: ModuleType, http: Http, diary: Diary, address: str, clock: Clock) -> None:
    diary.script.add(Fault(kind="status", status=429, retry_after="3"))
    async with client(library, http, DIARY) as sdk:
        assert (await sdk.get(f"{address}/lines")).status_code == 200
    assert clock.waits == [3.0]


@pytest.mark.parametrize(
    ("method", "repeatable", "sent", "error"),
    [("GET", False, 3, Unavailable), ("POST", False, 1, Unknown), ("POST", True, 3, Unavailable)],
)
async def test_only_what_does_no_harm_twice_is_sent_again(
    library: ModuleType,
    http: Http,
    diary: Diary,
    address: str,
    method: str,
    repeatable: bool,
    sent: int,
    error: type[Exception],
) -> None:
    diary.script.add(Fault(kind="drop_after", times=9))
    async with client(library, http, Route("diary", "Dear Diary", repeatable=repeatable)) as sdk:
        with pytest.raises(error, match="Dear Diary"):
            await sdk.request(method, f"{address}/line")
    assert len(diary.lines) == sent


@pytest.mark.parametrize("route", [DIARY, STREAMING], ids=["whole", "streamed"])
async def test_a_redirect_is_not_followed_even_by_an_sdk_that_would(
    library: ModuleType, http: Http, diary: Diary, address: str, route: Route
) -> None:
    diary.script.add(Fault(kind="redirect", location=f"{address}/mine"))
    async with client(library, http, route, follow_redirects=True) as sdk:
        with pytest.raises(Refused, match="Dear Diary sent us to another address"):
            await sdk.get(f"{address}/lines")
    assert [entry.path for entry in diary.journal] == ["/lines"]


async def test_a_proxy_of_the_environment_is_not_used(
    library: ModuleType, http: Http, odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with client(library, http, DIARY) as sdk:
        assert (await sdk.get(f"{odd}/zipped")).status_code == 200


def test_what_an_sdk_wraps_is_found_again(library: ModuleType) -> None:
    ours, wrapped = Unavailable("Dear Diary can't answer."), library.ConnectError("no")
    wrapped.__cause__ = ours
    assert ours_in(wrapped) is ours
    assert ours_in(library.ConnectError("no")) is None
