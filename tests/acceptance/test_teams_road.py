"""What only Teams has: tokens instead of signatures, cards that are replaced, dialogs, searches, installations."""

import asyncio
import time
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.faults import Fault
from bot.teams.sandbox.workspace import ADA, GENERAL, GRACE, GROUP
from tests.acceptance.world import World, until, world


async def test_a_group_chat_is_answered_where_the_bot_is_mentioned(on_teams: World) -> None:
    await on_teams.side.ask("ping all of us", GROUP)
    [answer] = await on_teams.replies(1, GROUP)

    assert answer.text == "pong all of us"


async def test_who_installs_the_bot_is_told_what_to_try_and_can_press_it(on_teams: World) -> None:
    await on_teams.teams.install()
    [welcome] = await on_teams.replies(1, ADA)
    await on_teams.side.press("calendar today")
    await on_teams.settled()

    assert welcome.text.startswith("Hello!")
    assert "meeting" in on_teams.side.said(ADA)[-1].text
    assert on_teams.side.said(ADA)[0] == welcome, "the welcome stays, for whoever comes later"


async def test_in_a_team_everybody_can_press_what_there_is_to_try(on_teams: World) -> None:
    await on_teams.teams.install(GENERAL)
    await on_teams.replies(1)
    await on_teams.side.press("calendar today", user=GRACE)
    said = await on_teams.replies(2)

    assert "meeting" in said[-1].text


async def test_an_answer_into_a_conversation_that_the_bot_has_left_is_given_up_in_good_order(on_teams: World) -> None:
    on_teams.calendar.script.add(Fault(kind="slow", seconds=1.0, path="/events"))
    await on_teams.side.ask("calendar today", GROUP)
    await until(on_teams.calendar_asked, bool)
    await on_teams.teams.uninstall(GROUP)
    await on_teams.settled()

    log = on_teams.bot.log.read_text()
    assert "can't be delivered any more" in log
    assert "Traceback" not in log
    assert await on_teams.bot.get("readyz") == 200


async def test_edits_and_reactions_are_taken_and_dropped(on_teams: World) -> None:
    await on_teams.side.ask("ping once")
    await on_teams.replies(1)
    asked = on_teams.teams.messages(GENERAL)[0]
    deliveries = [
        await on_teams.teams.edit(asked["id"], "ping twice"),
        await on_teams.teams.react(asked["id"]),
    ]
    await on_teams.settled()

    assert all(delivery.ok for delivery in deliveries)
    assert len(on_teams.side.said()) == 1


async def test_a_pressed_card_is_answered_with_the_outcome_itself(on_teams: World) -> None:
    await on_teams.side.ask('calendar create "Card" tomorrow 15:00')
    await on_teams.replies(1)
    [created] = on_teams.teams.said(GENERAL)
    pressed = await on_teams.teams.press("Undo")
    await on_teams.settled()
    [standing] = on_teams.teams.said(GENERAL)

    assert pressed.ok
    assert pressed.answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert standing["id"] == created["id"]
    assert standing["edited"]
    assert "Cancelled “Card”" in standing["text"]
    assert on_teams.teams.view(created["id"], ADA) == standing["card"]


async def test_a_press_that_takes_long_is_answered_within_three_seconds_and_finished_by_updating_the_card(
    on_teams: World,
) -> None:
    await on_teams.side.ask('calendar create "Slow card" tomorrow 15:00')
    await on_teams.replies(1)
    [created] = on_teams.teams.said(GENERAL)
    on_teams.calendar.script.add(Fault(kind="slow", seconds=4.0, path="/events"))
    began = time.monotonic()
    pressed = await on_teams.teams.press("Undo")
    took = time.monotonic() - began
    await on_teams.settled()
    [standing] = on_teams.teams.said(GENERAL)

    assert pressed.ok
    assert took < 3.5, "Teams gives up on an invoke; the rest is for a loaded machine"
    assert "Working on it" in str(pressed.answer["value"])
    assert standing["id"] == created["id"]
    assert "Cancelled “Slow card”" in standing["text"]


async def test_a_press_that_comes_to_nothing_leaves_the_card_and_its_button(on_teams: World) -> None:
    """In a chat of one's own and before others, whether it took long or not."""
    rooms = (on_teams.side.own_chat(ADA), GENERAL)
    for room in rooms:
        await on_teams.side.ask('calendar create "Still there" tomorrow 15:00', room)
        await on_teams.replies(1, room)
    cards = [on_teams.teams.said(room)[0] for room in rooms]
    faults = [Fault(kind="slow", seconds=3.0, path="/events"), Fault(kind="status", status=404, path="/events", times=50)]
    on_teams.calendar.script.add(*faults)
    pressed = [await on_teams.teams.press("Undo", conversation=room) for room in rooms]
    await on_teams.settled()

    assert all(each.ok for each in pressed)
    assert [on_teams.teams.said(room)[0] for room in rooms] == cards


async def test_whose_button_it_is_not_is_told_in_passing_and_the_card_stays(on_teams: World) -> None:
    await on_teams.side.ask('calendar create "Mine" tomorrow 15:00')
    await on_teams.replies(1)
    [created] = on_teams.teams.said(GENERAL)
    await on_teams.teams.press("Undo", user=GRACE)
    await on_teams.settled()

    assert "Only the person who asked" in on_teams.teams.toasts[-1]["text"]
    assert on_teams.teams.said(GENERAL) == [created]


async def test_a_call_that_takes_longer_is_announced_once_and_its_answer_takes_that_place(on_teams: World) -> None:
    on_teams.calendar.script.add(Fault(kind="slow", seconds=4.0, path="/events"))
    await on_teams.side.ask("calendar today")
    [held] = await on_teams.replies(1)
    shown = on_teams.teams.said(GENERAL)[0]["id"]
    await on_teams.settled()
    [answer] = on_teams.teams.said(GENERAL)

    assert held.text == "Working on it…"
    assert answer["id"] == shown
    assert "meeting" in answer["text"]
    assert on_teams.teams.workspace.typing


async def test_killed_while_it_is_announced_the_answer_takes_the_same_place(on_teams: World) -> None:
    """Even where the bot may not look: it has noted where the announcement stands."""
    on_teams.teams.graph.allowed = False
    on_teams.calendar.script.add(Fault(kind="slow", seconds=4.0, path="/events"))
    await on_teams.side.ask("calendar today")
    await on_teams.replies(1)
    await asyncio.sleep(0.3)
    await on_teams.bot.kill()
    await on_teams.bot.start()
    await on_teams.settled()
    [answer] = on_teams.teams.said(GENERAL)

    assert "meeting" in answer["text"]


async def test_a_search_finds_things_to_post_as_the_person_who_searches(on_teams: World) -> None:
    await on_teams.side.ask('calendar create "Budget talk" tomorrow 15:00')
    await on_teams.replies(1)
    found = await on_teams.teams.search("calendar.find", "words", "Budget talk")
    nothing = await on_teams.teams.search("calendar.find", "words", "Budget talk", user=GRACE)
    unlisted = await on_teams.teams.search("calendar.cancel", "meeting", "Budget talk")

    assert found.ok
    [attachment] = found.answer["composeExtension"]["attachments"]
    assert "Budget talk" in attachment["preview"]["content"]["title"]
    assert nothing.answer["composeExtension"]["type"] == "message"
    assert unlisted.answer["composeExtension"]["type"] == "message"
    assert len(await on_teams.events("Budget talk")) == 1


async def test_a_search_that_takes_too_long_says_so_in_time(on_teams: World) -> None:
    on_teams.calendar.script.add(Fault(kind="slow", seconds=4.0, path="/events"))
    began = time.monotonic()
    found = await on_teams.teams.search("calendar.find", "words", "Budget")

    assert found.ok
    assert time.monotonic() - began < 3.5
    assert "longer" in found.answer["composeExtension"]["text"]


async def test_a_key_that_is_searched_for_reaches_no_service(on_teams: World) -> None:
    key = f"sk-proj-{'CANARY' * 8}"
    found = await on_teams.teams.search("calendar.find", "words", key)
    assert "secret key" in found.answer["composeExtension"]["text"]
    assert not [entry for entry in on_teams.calendar.journal if "CANARY" in str(entry.as_json())]


async def test_what_is_private_goes_to_the_persons_own_chat(on_teams: World) -> None:
    await on_teams.side.ask("calender todya")
    [told] = await on_teams.replies(1, on_teams.side.own_chat(ADA))

    assert "Did you mean" in told.text
    assert on_teams.side.said(GENERAL) == []


async def test_whom_the_bot_may_not_write_to_alone_is_told_so_without_the_answer(on_teams: World) -> None:
    on_teams.teams.block(ADA)
    await on_teams.side.ask("calender todya")
    [told] = await on_teams.replies(1)

    assert "todya" not in told.text
    assert "chat of our own" in told.text


async def test_a_new_signing_key_is_taken_at_the_first_request(on_teams: World) -> None:
    await on_teams.side.ask("ping before")
    on_teams.teams.rotate()
    taken = await on_teams.side.ask("ping after")
    await on_teams.replies(2)

    assert taken


async def test_what_does_not_come_from_teams_is_turned_away(on_teams: World) -> None:
    activity = on_teams.teams.activity("message", conversation=GENERAL)
    foreign = on_teams.teams.activity("message", **{"channelData.tenant.id": "another", "conversation.tenantId": "another"})
    statuses = [
        await on_teams.teams.post(activity, None),
        await on_teams.teams.post(activity, "CANARY-token"),
        await on_teams.teams.post(activity, on_teams.teams.token(aud="another-bot")),
        await on_teams.teams.post(b"no JSON", on_teams.teams.token()),
        await on_teams.teams.post(foreign, on_teams.teams.token()),
    ]

    assert statuses == [401, 401, 401, 400, 403]


@pytest.mark.parametrize("missing", ["TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"])
async def test_without_a_setting_that_it_needs_the_bot_does_not_start(missing: str, tmp_path: Path) -> None:
    async with world(tmp_path, ["teams"], **{missing: "  "}) as opened:
        await opened.bot.start(ready=False)
        code = await opened.bot.wait()

        assert code == 2
        assert f"{missing} is missing" in opened.bot.log.read_text()


async def test_in_a_sandbox_a_local_emulator_needs_no_token_and_others_are_turned_away(tmp_path: Path) -> None:
    async with world(
        tmp_path, ["teams"], TEAMS_APP_ID="", TEAMS_APP_PASSWORD="", TEAMS_TENANT_ID="", SANDBOX_PORT="0"
    ) as opened:
        await opened.bot.start()
        local = opened.teams.activity("message")
        away = opened.teams.activity("message", serviceUrl="https://smba.trafficmanager.net/emea/")
        statuses = [await opened.teams.post(each, None) for each in (local, away)]

    assert statuses == [201, 401]


async def test_in_a_sandbox_an_emulator_that_only_takes_messages_is_answered(tmp_path: Path) -> None:
    posted: list[dict[str, object]] = []

    async def take(request: web.Request) -> web.Response:
        posted.append(await request.json())
        return web.json_response({"id": str(len(posted))}, status=201)

    emulator = web.Application()
    emulator.router.add_post("/v3/conversations/{id}/activities", take)

    async def answered() -> int:
        return len(posted)

    async with TestServer(emulator) as server, world(tmp_path, [], SANDBOX_PORT="0") as opened:
        await opened.bot.start()
        accounts = {"from": {"id": "user-1"}, "recipient": {"id": "bot-1"}, "conversation": {"id": "conversation-1"}}
        where = {"serviceUrl": str(server.make_url("/"))}
        activity = {
            "type": "message",
            "id": "1",
            "channelId": "emulator",
            "text": "ping",
            "serviceUrl": str(server.make_url("/")),
        }
        async with (
            opened.http() as session,
            session.post(f"{opened.bot.url}api/messages", json=activity | accounts | where) as answer,
        ):
            status = answer.status
        await until(answered, bool)

    assert status == 201
    assert posted[0]["summary"] == "pong"
