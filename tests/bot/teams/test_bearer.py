"""One token for all requests, renewed before it ends and when it is turned down."""

import asyncio

import pytest

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from adapters.http import Request
from bot.teams.bearer import Bearer
from bot.teams.credentials import CONNECTOR, GRAPH
from tests.bot.teams.stage import Stage

LIFE = 3599.0  # seconds, in the sandbox


def logins(on: Stage) -> int:
    return len(on.asked("POST", "/login/"))


async def test_a_hundred_requests_at_once_ask_for_one_token(on: Stage) -> None:
    secrets = await asyncio.gather(*(on.bearer.secret() for _ in range(100)))

    assert len({id(secret) for secret in secrets}) == 1
    assert logins(on) == 1


async def test_each_scope_has_a_token_of_its_own(on: Stage) -> None:
    graph = Bearer(on.http, on.credentials, GRAPH, on.clock)

    assert (await graph.secret()).reveal() != (await on.bearer.secret()).reveal()


async def renewed(on: Stage) -> None:
    """Waits for a renewal under way, if there is one."""
    if on.bearer._asking:
        await asyncio.gather(on.bearer._asking, return_exceptions=True)
        await asyncio.sleep(0)


async def test_a_login_that_is_slow_holds_up_nobody_while_the_token_is_good(on: Stage) -> None:
    before = await on.bearer.secret()
    on.clock.ahead = LIFE - 200
    on.teams.script.add(Fault(kind="slow", seconds=0.3, path="/login/"))
    meanwhile = await on.bearer.secret()
    await renewed(on)

    assert meanwhile is before
    assert await on.bearer.secret() is not before


@pytest.mark.parametrize(("ahead", "asked"), [(LIFE - 360, 1), (LIFE - 290, 2), (LIFE + 1, 2)])
async def test_a_token_is_renewed_five_minutes_before_it_ends(on: Stage, ahead: float, asked: int) -> None:
    await on.bearer.secret()
    on.clock.ahead = ahead
    await on.bearer.secret()
    await renewed(on)

    assert logins(on) == asked


async def test_while_the_login_is_away_a_token_serves_to_its_end(on: Stage) -> None:
    before = await on.bearer.secret()
    on.clock.ahead = LIFE - 100
    on.teams.script.add(Fault(kind="status", status=503, path="/login/", times=3))

    assert await on.bearer.secret() is before


async def test_when_the_login_is_away_longer_than_that_it_is_tried_later(on: Stage) -> None:
    await on.bearer.secret()
    on.clock.ahead = LIFE + 1
    on.teams.script.add(Fault(kind="status", status=503, path="/login/", times=3))
    with pytest.raises(Unavailable):
        await on.bearer.secret()


async def test_a_failed_login_is_not_remembered(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=400, path="/login/"))
    with pytest.raises(Refused):
        await on.bearer.secret()

    assert await on.bearer.secret()


async def test_a_token_that_is_turned_down_is_replaced_and_the_request_goes_out_again(on: Stage) -> None:
    on.teams.revoke((await on.bearer.secret()).reveal())
    sent = await on.connector.send(on.at(on.chat()), {"type": "message", "text": "hello"})

    assert [said["id"] for said in on.teams.said()] == [sent]
    assert logins(on) == 2


async def test_of_many_requests_whose_token_is_turned_down_one_replaces_it(on: Stage) -> None:
    on.teams.revoke((await on.bearer.secret()).reveal())
    await asyncio.gather(*(on.connector.member(on.at(on.chat()), on.user()) for _ in range(20)))

    assert logins(on) == 2


async def test_a_second_token_that_is_turned_down_is_the_end_of_it(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=401, path="/v3/", times=9))
    url = f"{on.teams.service_url}v3/conversations"
    response = await on.bearer.send(Request("teams", "POST", url))

    assert response.status == 401
    assert len(on.asked("POST", "/v3/")) == 2


async def test_who_gives_up_waiting_leaves_the_others_their_token(on: Stage) -> None:
    on.teams.script.add(Fault(kind="slow", path="/login/", seconds=0.3))
    hasty, patient = asyncio.create_task(on.bearer.secret()), asyncio.create_task(on.bearer.secret())
    await asyncio.sleep(0.05)
    hasty.cancel()

    assert isinstance(await patient, Secret)
    assert logins(on) == 1


async def test_no_token_is_told_by_a_refusal_or_the_log(on: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    secret = await on.bearer.secret()
    on.clock.ahead = LIFE - 100
    on.teams.script.add(Fault(kind="status", status=503, path="/login/", times=3))
    await on.bearer.secret()
    await renewed(on)

    assert secret.reveal() not in caplog.text + repr(vars(on.bearer))
    assert on.teams.app_password.reveal() not in caplog.text + repr(vars(on.bearer))
    assert "can't be renewed" in caplog.text
    assert CONNECTOR in repr(vars(on.bearer))
