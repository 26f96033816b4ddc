"""Words become a call, a call becomes a reply, and every error becomes words."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import SecretStr

from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.desk import open_desk
from bot.dispatch import Dispatch
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from commands.call import Call
from tests.bot.conftest import ASKER, MONDAY, PLACE, ask


async def test_ping_answers_pong_and_whatever_followed(dispatch: Dispatch) -> None:
    assert (await ask(dispatch, "ping hello  world")).text == "pong hello  world"


async def test_a_calendar_is_read_as_the_person_who_asks_in_their_own_zone(dispatch: Dispatch) -> None:
    reply = await ask(dispatch, "calendar today")

    assert "Monday 23 November" in reply.text
    assert reply.items


async def test_a_near_miss_offers_the_right_command_as_a_button(dispatch: Dispatch) -> None:
    reply = await ask(dispatch, "calender todya")

    assert "Did you mean “calendar today”?" in reply.text
    assert [(button.command, button.arguments) for button in reply.buttons] == [("calendar today", {})]
    assert reply.private


async def test_an_ambiguous_time_offers_its_readings_with_the_other_options_kept(dispatch: Dispatch) -> None:
    reply = await ask(dispatch, "calendar create Lunch at 3")

    assert [button.arguments["start"][11:16] for button in reply.buttons] == ["15:00", "03:00"]
    assert {button.arguments["title"] for button in reply.buttons} == {"Lunch"}


async def test_what_is_missing_is_told_with_the_usage_an_example_and_a_form(dispatch: Dispatch) -> None:
    reply = await ask(dispatch, "calendar create Lunch")

    assert "start: is missing" in reply.text
    assert "Usage: calendar create <title> <start>" in reply.text
    assert "Example: calendar create" in reply.text
    assert [(button.form, button.arguments) for button in reply.buttons] == [(True, {"title": "Lunch"})]


async def test_a_write_carries_an_undo_button_that_takes_it_back(dispatch: Dispatch) -> None:
    created = await ask(dispatch, 'calendar create "Board meeting" tomorrow 15:00')
    undo = created.buttons[-1]
    call = await dispatch.fill(undo.command, undo.arguments, "call-2", ASKER, PLACE, "button", MONDAY)
    assert isinstance(call, Call)
    [cancelled] = [reply async for reply in dispatch.answer(call)]

    assert undo.label == "Undo"
    assert "Board meeting" in cancelled.text
    assert "found nothing" in (await ask(dispatch, "calendar find board meeting")).text


async def test_the_same_call_run_twice_makes_one_meeting(dispatch: Dispatch) -> None:
    for _ in range(2):
        await ask(dispatch, 'calendar create "Only once" tomorrow 15:00', id="same")

    assert len((await ask(dispatch, "calendar find only once")).items) == 1


async def test_status_tells_of_each_service_step_by_step(dispatch: Dispatch) -> None:
    call = await dispatch.read("status", "call-1", ASKER, PLACE, "terminal", MONDAY)
    assert isinstance(call, Call)

    replies = [reply async for reply in dispatch.answer(call)]

    assert dispatch.streams(call)
    assert replies[0].text == "Checking…"
    assert [field.name for field in replies[-1].fields] == ["Google Calendar"]


async def test_what_needs_a_service_that_is_off_is_neither_found_nor_shown(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan(slack_bot_token="CANARY-xoxb", slack_app_token="CANARY-xapp")
    async with open_desk(plan, "") as dispatch:
        helped, asked = await ask(dispatch, "help"), await ask(dispatch, "calendar today")

    assert "calendar" not in [item.title for item in helped.items]
    assert "“calendar” is not switched on here" in asked.text


async def test_a_trial_token_serves_the_terminal_and_nobody_in_a_workspace(make_plan: Callable[..., Plan]) -> None:
    base = make_plan()
    sandboxes = sandboxes_of(base.adapters, ["google_calendar"], base.clock)
    trial = sandboxes["google_calendar"].grant("CANARY-account")
    async with serving(sandboxes, 0) as address:
        told = {"google_calendar": {"base_url": f"{address}google_calendar/", "token": SecretStr(trial)}}
        plan = make_plan(told, slack_bot_token="CANARY-xoxb", slack_app_token="CANARY-xapp")
        async with open_desk(plan, address) as dispatch:
            mine = await ask(dispatch, "calendar today")
            theirs = await ask(dispatch, "calendar today", actor=replace(ASKER, platform="slack"))

    assert mine.items
    assert "not connected" in theirs.text
    assert not theirs.items


async def test_a_token_that_is_turned_down_once_is_replaced_and_the_call_runs(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan()
    sandboxes = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    async with serving(sandboxes, 0) as address, open_desk(plan, address) as dispatch:
        sandboxes["google_calendar"].script.add(Fault(kind="status", status=401))
        reply = await ask(dispatch, "calendar today")

    assert reply.items


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(kind="status", status=401, times=2), "no longer accepts your connection"),
        (Fault(kind="status", status=404), "Google Calendar"),
    ],
)
async def test_a_service_that_says_no_is_put_into_words(make_plan: Callable[..., Plan], fault: Fault, said: str) -> None:
    plan = make_plan()
    sandboxes = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    async with serving(sandboxes, 0) as address, open_desk(plan, address) as dispatch:
        sandboxes["google_calendar"].script.add(fault)
        reply = await ask(dispatch, "calendar today")

    assert said.lower() in reply.text.lower()
    assert reply.private


async def test_a_service_that_is_away_passes_through_so_that_the_worker_tries_again(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan()
    sandboxes = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    async with serving(sandboxes, 0) as address, open_desk(plan, address) as dispatch:
        sandboxes["google_calendar"].script.add(Fault(kind="status", status=429, retry_after="600", times=5))
        with pytest.raises(Unavailable) as raised:
            await ask(dispatch, "calendar today")

    assert raised.value.retry_after == 600
