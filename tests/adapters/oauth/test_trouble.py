"""No answer, half of one, or one from elsewhere: a refresh may be asked again, a code never."""

import asyncio

import pytest
from aiohttp import web

from adapters.errors import Refused, Unavailable
from adapters.http import ATTEMPTS, Http
from adapters.oauth import OAuthClient
from tests.adapters.oauth.server import SAID, Ask, Server, assert_discreet, both, exchange, refresh
from tests.adapters.servers import Clock, hear, listening, serving


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_trouble_is_asked_again_when_refreshing_and_never_with_a_code(
    server: Server, client: OAuthClient, status: int
) -> None:
    server.say({"error": "invalid_grant", "error_description": SAID}, status)
    with pytest.raises(Unavailable) as first:
        await refresh(client)
    assert len(server.asked) == ATTEMPTS
    with pytest.raises(Refused, match="connect again") as second:
        await exchange(client)
    assert len(server.asked) == ATTEMPTS + 1
    assert_discreet(first.value)
    assert_discreet(second.value)


@both
async def test_a_server_that_names_a_time_is_left_alone_until_then(server: Server, client: OAuthClient, ask: Ask) -> None:
    server.say(b"", 503, **{"Retry-After": "120"})
    with pytest.raises(Unavailable) as caught:
        await ask(client)
    assert caught.value.retry_after == 120
    assert len(server.asked) == 1


@both
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_secrets_follow_no_redirect(server: Server, client: OAuthClient, ask: Ask, status: int) -> None:
    server.say(b"", status, Location=f"{server.address}/elsewhere")
    with pytest.raises(Unavailable):
        await ask(client)
    assert [path for path, _, _ in server.asked] == ["/token"]


@pytest.mark.parametrize("how", ["reset", "cut off", "silent"])
async def test_an_answer_that_is_lost_may_pass_for_a_refresh_but_not_for_a_code(http: Http, clock: Clock, how: str) -> None:
    heard = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        await hear(reader)
        heard += 1
        if how == "silent":
            await asyncio.sleep(60)
        if how == "cut off":
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"access_token": "CANARY-told-1"')

    async with listening(talk) as address:
        client = Server(address=f"http://{address}").client(http, deadline=0.3)
        with pytest.raises(Refused, match="connect again") as lost:
            await exchange(client)
        assert heard == 1
        with pytest.raises(Unavailable) as caught:
            await refresh(client)
    assert_discreet(lost.value)
    assert_discreet(caught.value)


@both
async def test_a_server_that_is_not_there_may_come_back(http: Http, ask: Ask) -> None:
    async with serving(web.Application()) as address:
        pass  # it has gone away
    with pytest.raises(Unavailable):
        await ask(Server(address=address).client(http))
