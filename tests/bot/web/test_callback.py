"""What comes back from a provider is exchanged once, in the browser that went away, and binds nothing anywhere else."""

import asyncio
import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from yarl import URL

from adapters.faults import Fault
from adapters.google_calendar import AUTH
from tests.bot.web.connecting import Stage, stage
from tests.bot.web.served import ADA, MALLORY

STATES = int(os.environ.get("CONNECT_STATES", "20"))
SEED = int(os.environ.get("CONNECT_SEED", "4"))
DONE = "This was dealt with already"


async def test_what_came_back_four_times_at_once_is_exchanged_once(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        answers = await asyncio.gather(*(ada.get(back) for _ in range(4)))
        later = await ada.get(back)

    assert Counter(each.status for each in answers) == {303: 1, 200: 3}
    assert (later.status, DONE in later.words, "/integrations" in later.text) == (200, True, True)
    assert on.exchanges == 1
    assert (await on.connection(ADA)) is not None


async def test_each_of_many_states_used_four_times_at_once_is_exchanged_once(url: str) -> None:
    async with stage(url) as on, on.site.window(ADA) as ada:
        backs = [await on.at_google(ada, ADA, "ada@acme.test") for _ in range(STATES)]
        random.Random(SEED).shuffle(four := backs * 4)
        answers = await asyncio.gather(*(ada.get(back) for back in four))

        assert Counter(each.status for each in answers) == {303: STATES, 200: 3 * STATES}
        assert on.exchanges == STATES
        assert len(await on.connections()) == 1


async def test_ten_minutes_later_it_is_too_late(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        on.clock.at += 601
        answer = await ada.get(back)

    assert (answer.status, DONE in answer.words) == (200, True)
    assert on.exchanges == 0


async def test_what_comes_back_to_another_browser_binds_nothing(on: Stage) -> None:
    """Mallory has Ada's browser open what came back to Mallory: Ada would work in Mallory's account."""
    async with (
        on.site.window(ADA) as ada,
        on.site.window(ADA) as other,
        on.site.window() as nobody,
        on.site.window(MALLORY) as mallory,
    ):
        back = await on.at_google(mallory, MALLORY, "mallory@evil.test")
        answers = [await each.get(back) for each in (ada, other, nobody)]

        assert [each.status for each in answers] == [400] * 3
        assert on.exchanges == 0
        assert await on.connections() == []
        assert (await mallory.get(back)).status == 303


async def test_a_session_that_ended_meanwhile_binds_nothing(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        await ada.post("/signout")

        assert (await ada.get(back)).status == 400
    assert on.exchanges == 0


async def test_another_sessions_code_is_refused_by_its_proof(on: Stage) -> None:
    async with on.site.window(ADA) as ada, on.site.window(MALLORY) as mallory:
        stolen = URL(await on.at_google(mallory, MALLORY, "mallory@evil.test")).query["code"]
        injected = URL(await on.at_google(ada, ADA, "ada@acme.test")).update_query(code=stolen)

        assert (await ada.get(str(injected))).status == 502
    assert await on.connections() == []


@pytest.mark.parametrize("service", ["keyed", "nothing", "google-calendar", "GOOGLE_CALENDAR", "a" * 300, "%00"])
async def test_a_state_is_good_for_its_own_service_only(on: Stage, service: str) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")

        assert (await ada.get(back.replace("/google_calendar/", f"/{service}/"))).status in (400, 404)
        assert on.exchanges == 0
        assert (await ada.get(back)).status == 303


async def test_a_state_that_was_tampered_with_is_refused(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = URL(await on.at_google(ada, ADA, "ada@acme.test"))
        state, _, mark = back.query["state"].partition(".")
        odd = ["", ".", state, f"{state}.", f".{mark}", f"{state[:-1]}.{mark}", f"{state}.{mark[:-1]}", f"{state}x.{mark}"]
        odd += [f"{state}.{mark}.{mark}", f"{state}.{mark.upper()}", f" {state}.{mark}", "é.é", "\x00", "a" * 3000]
        answers = [await ada.get(str(back.update_query(state=each))) for each in odd]

        assert [each.status for each in answers] == [400] * len(odd)
        assert on.exchanges == 0
        assert (await ada.get(str(back))).status == 303


async def test_a_parameter_that_comes_twice_counts_for_nothing(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")

        assert (await ada.get(f"{back}&state=another")).status == 400
        assert (await ada.get(f"{back}&code=another")).status == 400
    assert on.exchanges == 0


async def test_a_code_that_is_no_code_is_refused(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        for code, status in (("", 400), ("a" * 4097, 400), ("a" * 2000, 502), ("\x00", 502), ("é&client_id=x", 502)):
            back = URL(await on.at_google(ada, ADA, "ada@acme.test")).update_query(code=code)
            assert (await ada.get(str(back))).status == status
    assert await on.connections() == []


@pytest.mark.parametrize("issuer", ["https://evil.example", "", "http://127.0.0.1", "https://accounts.google.com"])
async def test_an_answer_of_another_server_is_refused(on: Stage, issuer: str) -> None:
    async with on.site.window(ADA) as ada:
        back = URL(await on.at_google(ada, ADA, "ada@acme.test")).update_query(iss=issuer)

        assert (await ada.get(str(back))).status == 400
        assert (await ada.get(str(back.without_query_params("iss")))).status == 200  # used up
    assert on.exchanges == 0


@pytest.mark.parametrize(("required", "status"), [(True, 400), (False, 303)])
async def test_an_answer_must_say_whose_it_is_where_the_server_promised_to(tmp_path: Path, required: bool, status: int) -> None:
    async with (
        stage(f"sqlite:///{tmp_path / 'bot.db'}", replace(AUTH, iss_required=required)) as on,
        on.site.window(ADA) as ada,
    ):
        back = URL(await on.at_google(ada, ADA, "ada@acme.test")).without_query_params("iss")

        assert (await ada.get(str(back))).status == status


async def test_whoever_does_not_allow_it_is_told_so_kindly(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        pressed = await ada.post(await on.ticket(ADA))
        back = on.google.authorization.deny(pressed.location)
        answer = await ada.get(back)

    assert answer.status == 200
    assert "Nothing was connected You did not allow it at Google Calendar." in answer.words
    assert (on.exchanges, await on.connections()) == (0, [])


async def test_fewer_scopes_than_asked_are_kept_as_they_are(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        pressed = await ada.post(await on.ticket(ADA))
        granted = ["https://www.googleapis.com/auth/calendar.events"]
        await ada.get(on.google.authorization.approve(pressed.location, "ada@acme.test", granted))

    connection = await on.connection(ADA)
    assert connection
    assert connection.scopes == tuple(granted)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault(kind="status", path="/oauth2/token", status=429, times=9), 503),
        (Fault(kind="status", path="/oauth2/token", times=9), 502),
        (Fault(kind="malformed", path="/oauth2/token", times=9), 503),
        (Fault(kind="drop_after", path="/oauth2/token", times=9), 502),
    ],
)
async def test_a_provider_out_of_order_connects_nothing(on: Stage, fault: Fault, status: int) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        on.google.script.add(fault)

        assert [(await ada.get(back)).status for _ in range(2)] == [status, 200]
    assert await on.connections() == []
