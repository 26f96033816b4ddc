"""Words become a call, a call becomes a reply, and every error becomes words."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters import ADAPTERS
from adapters.errors import NeedsConnection, Unavailable
from adapters.faults import Fault
from bot import words
from bot.clients import Clients
from bot.connections import Connections
from bot.desk import open_desk
from bot.dispatch import Dispatch
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from commands.call import Call, Place
from commands.catalog import Catalog, Subject
from commands.command import Command, command
from commands.reply import Reply
from storage.vault import Tokens
from tests.bot.conftest import ASKER, MONDAY, PLACE, FixedClock, ask
from tests.bot.household import ADA, OWNER, World, open_world
from tests.bot.notes import ADAPTER, SCOPES, Notes
from tests.bot.written import open_database, writes_on


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
    assert [field.name for field in replies[-1].fields] == sorted(adapter.title for adapter in ADAPTERS)


async def test_what_needs_a_service_that_is_off_is_neither_found_nor_shown(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan(slack_bot_token="CANARY-xoxb", slack_app_token="CANARY-xapp")
    async with open_desk(plan, "", plan.settings.database) as desk:
        helped, asked = await ask(desk.dispatch, "help"), await ask(desk.dispatch, "calendar today")

    assert "calendar" not in [item.title for item in helped.items]
    assert "“calendar” is not switched on here" in asked.text


async def test_a_trial_token_serves_the_terminal_and_nobody_in_a_workspace(make_plan: Callable[..., Plan]) -> None:
    base = make_plan()
    sandboxes = sandboxes_of(base.adapters, ["google_calendar"], base.clock)
    trial = sandboxes["google_calendar"].grant("CANARY-account")
    async with serving(sandboxes, 0) as address:
        told = {"google_calendar": {"base_url": f"{address}google_calendar/", "token": SecretStr(trial)}}
        plan = make_plan(told, slack_bot_token="CANARY-xoxb", slack_app_token="CANARY-xapp")
        async with open_desk(plan, address, plan.settings.database) as desk:
            mine = await ask(desk.dispatch, "calendar today")
            theirs = await ask(desk.dispatch, "calendar today", actor=replace(ASKER, platform="slack"))

    assert mine.items
    assert "not connected" in theirs.text
    assert not theirs.items


async def test_a_token_that_is_turned_down_once_is_replaced_and_the_call_runs(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan()
    sandboxes = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    async with serving(sandboxes, 0) as address, open_desk(plan, address, plan.settings.database) as desk:
        sandboxes["google_calendar"].script.add(Fault(kind="status", status=401))
        reply = await ask(desk.dispatch, "calendar today")

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
    async with serving(sandboxes, 0) as address, open_desk(plan, address, plan.settings.database) as desk:
        sandboxes["google_calendar"].script.add(fault)
        reply = await ask(desk.dispatch, "calendar today")

    assert said.lower() in reply.text.lower()
    assert reply.private


async def test_a_service_that_is_away_passes_through_so_that_the_worker_tries_again(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan()
    sandboxes = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    async with serving(sandboxes, 0) as address, open_desk(plan, address, plan.settings.database) as desk:
        sandboxes["google_calendar"].script.add(Fault(kind="status", status=429, retry_after="600", times=5))
        with pytest.raises(Unavailable) as raised:
            await ask(desk.dispatch, "calendar today")

    assert raised.value.retry_after == 600


@command
async def mine(notes: Notes) -> Reply:
    """Say whose notes these are."""
    return Reply(f"They are {await notes.account()}'s.")


@command
async def both(notes: Notes, others: Notes) -> AsyncIterator[Reply]:
    """Say it step by step."""
    yield Reply("Looking…")
    yield Reply(f"They are {await notes.account()}'s and {await others.account()}'s.")


class Diary(Notes):
    """The same at another service."""


DIARY = replace(ADAPTER, name="diary", title="Diary", client=Diary)


@command
async def two(notes: Notes, diary: Diary) -> Reply:
    """Say it of two services."""
    return Reply(f"They are {await notes.account()}'s and {await diary.account()}'s.")


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(tmp_path, clock) as world:
        yield world


async def answered(world: World, command: Command = mine) -> Reply:
    """By a bot that calls a made-up service as Ada, who has a page to connect it."""

    async def connect(service: str) -> str:
        return f"https://bot.acme.test/connect/{service}"

    services = {"notes": world.bot.service, "diary": replace(world.bot.service, adapter=DIARY)}
    clients = Clients(services, Connections([world.bot.own]), world.clock)
    catalog = Catalog([Subject("notes", "Notes.", (command,))], lambda _: True)
    call = Call("call-1", command.name, {}, ADA, Place("slack", "T1", "C1"), "slash", MONDAY)
    async with open_database(world.database) as database:
        writes = writes_on(database, catalog, world.clock)
        dispatch = Dispatch(catalog, clients, writes.given, writes.judge, writes.writing)
        return [reply async for reply in dispatch.answer(call, connect=connect)][-1]


def turned_down(times: int) -> Fault:
    return Fault(kind="status", status=401, path="mine", times=times)


async def test_an_account_that_is_missing_is_offered_with_its_page(world: World) -> None:
    reply = await answered(world)

    assert reply.text == "Notes is not connected yet. Connect your account, and I will go on by myself."
    assert [(each.label, each.url) for each in reply.buttons] == [("Connect Notes", "https://bot.acme.test/connect/Notes")]
    assert reply.private
    assert not world.sandbox.journal


async def test_where_it_can_not_be_connected_whom_to_ask_is_said(dispatch: Dispatch) -> None:
    assert words.needs_connection(NeedsConnection("Notes"), "").text == (
        "Notes is not connected yet. Ask whoever runs this bot to set it up."
    )
    assert words.needs_connection(NeedsConnection("Notes"), "").buttons == ()


async def test_a_token_that_is_turned_down_is_refreshed_and_the_call_runs(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    world.sandbox.script.add(turned_down(1))

    assert (await answered(world)).text == "They are ada@acme.test's."
    assert world.sandbox.authorization.counts.refreshes == 1
    assert (await world.bot.stored(connection)).state == "connected"


async def test_the_second_refusal_ends_in_a_button_and_is_noted(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    world.sandbox.script.add(turned_down(9))
    reply = await answered(world)

    assert reply.text.startswith("Notes no longer accepts your connection.")
    assert [each.label for each in reply.buttons] == ["Connect Notes"]
    assert (await world.bot.stored(connection)).state == "broken"
    assert world.sandbox.authorization.counts.refreshes == 1, "once is enough to know"
    assert len(world.bot.diary.told) == 1


async def test_what_is_known_to_be_broken_asks_the_service_nothing(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.vault.break_(connection, "gone")
    before = len(world.sandbox.journal)
    reply = await answered(world)

    assert reply.text.startswith("Notes has to be connected again.")
    assert len(world.sandbox.journal) == before


async def test_a_call_with_several_services_that_streams_is_begun_anew(world: World) -> None:
    await world.bot.connect(world.sandbox)
    world.sandbox.script.add(turned_down(1))

    assert (await answered(world, both)).text == "They are ada@acme.test's and ada@acme.test's."


async def test_a_service_that_turned_nothing_down_keeps_its_key(world: World) -> None:
    await world.bot.connect(world.sandbox)
    key = Tokens(world.sandbox.grant("ada@acme.test"))
    await world.bot.vault.keep(OWNER, "diary", "key", key, "", SCOPES, 0.0, 0.0)
    world.sandbox.script.add(turned_down(1))

    assert (await answered(world, two)).text == "They are ada@acme.test's and ada@acme.test's."
    assert [each.state for each in await world.bot.vault.of(OWNER)] == ["connected", "connected"]
    assert world.bot.diary.told == {}
