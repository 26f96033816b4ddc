"""What people do in the sandbox reaches the bot as Teams would tell it, and the bot's answers reach them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from bot.teams.sandbox.workspace import (
    ADA,
    BOT,
    GENERAL,
    GRACE,
    GROUP,
    GUEST,
    OTHER_TENANT,
    RANDOM,
    STRANGER,
    TEAM,
    TEAM_GROUP,
    TENANT,
)
from tests.bot.teams.sandboxed import Teams, block, card, execute, of, opens, submit, teams_and_bot, text, with_card

TITLE = {"type": "Input.Text", "id": "title", "label": "Title", "isRequired": True}
FORM = card(TITLE, actions=[{"type": "Action.Submit", "title": "Save", "data": {"form": "calendar create"}}])
HERO = "application/vnd.microsoft.card.hero"


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with teams_and_bot() as opened:
        yield opened


def dialog(content: Any, title: str = "Create") -> dict[str, Any]:
    shown = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"task": {"type": "continue", "value": {"title": title, "height": "medium", "width": "medium", "card": shown}}}


def becomes(content: Any) -> dict[str, Any]:
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": content}


# Messages


async def test_a_message_in_a_personal_chat_is_told_whole(teams: Teams) -> None:
    delivery = await teams.sandbox.message("today & tomorrow")
    [told] = teams.bot.told
    ada = teams.sandbox.workspace.people[ADA]
    assert (delivery.ok, delivery.kind) == (True, "message")
    assert (told["type"], told["text"], told["textFormat"], told["channelId"]) == (
        "message",
        "today & tomorrow",
        "plain",
        "msteams",
    )
    assert told["attachments"] == [{"contentType": "text/html", "content": "<p>today &amp; tomorrow</p>"}]
    assert told["from"] == {"id": ada.id, "name": "Ada Lovelace", "aadObjectId": ADA}
    assert told["recipient"] == {"id": BOT, "name": "Interact"}
    assert told["conversation"] == {"conversationType": "personal", "tenantId": TENANT, "id": teams.chat()}
    assert told["channelData"] == {"tenant": {"id": TENANT}}
    assert told["serviceUrl"] == teams.sandbox.service_url == f"{teams.sandbox.address}emea/{TENANT}/"
    assert told["id"] == teams.sandbox.messages(ADA)[0]["id"]


async def test_a_message_tells_when_and_where_it_was_written(teams: Teams) -> None:
    await teams.sandbox.message("hi", user=GRACE)
    [told] = teams.bot.told
    [client] = told["entities"]
    assert (client["type"], client["timezone"], told["localTimezone"]) == ("clientInfo", "America/New_York", "America/New_York")
    written, local = datetime.fromisoformat(told["timestamp"]), datetime.fromisoformat(told["localTimestamp"])
    assert written == local
    assert local.utcoffset() == teams.clock.now().astimezone(ZoneInfo("America/New_York")).utcoffset()
    assert abs((written - teams.clock.now()).total_seconds()) < 60


async def test_in_a_group_the_bot_is_mentioned(teams: Teams) -> None:
    await teams.sandbox.message("help", user=GRACE, conversation=GROUP)
    [told] = teams.bot.told
    assert told["text"] == "<at>Interact</at> help"
    assert told["conversation"] == {"isGroup": True, "conversationType": "groupChat", "tenantId": TENANT, "id": GROUP}
    assert told["entities"][0] == {
        "mentioned": {"id": BOT, "name": "Interact"},
        "text": "<at>Interact</at>",
        "type": "mention",
    }
    assert teams.sandbox.messages(GROUP)[0]["text"] == "help"


async def test_in_a_channel_each_message_begins_a_thread_or_continues_one(teams: Teams) -> None:
    await teams.sandbox.message("one", conversation=RANDOM)
    await teams.sandbox.message("two", user=GRACE, conversation=RANDOM, thread=teams.bot.told[0]["id"])
    first, second = teams.bot.told
    assert first["conversation"]["id"] == second["conversation"]["id"] == f"{RANDOM};messageid={first['id']}"
    assert first["channelData"] == {
        "teamsChannelId": RANDOM,
        "teamsTeamId": TEAM,
        "channel": {"id": RANDOM},
        "team": {"id": TEAM, "aadGroupId": TEAM_GROUP},
        "tenant": {"id": TENANT},
    }
    assert (first["conversation"]["conversationType"], first["conversation"]["isGroup"]) == ("channel", True)


async def test_messages_of_some_teams_do_not_name_the_group(teams: Teams) -> None:
    teams.sandbox.workspace.tells_group = False
    await teams.sandbox.message("one", conversation=GENERAL)
    assert teams.bot.told[0]["channelData"]["team"] == {"id": TEAM}


async def test_a_stranger_writes_from_their_own_tenant(teams: Teams) -> None:
    await teams.sandbox.message("hi", user=STRANGER)
    [told] = teams.bot.told
    assert told["conversation"]["tenantId"] == told["channelData"]["tenant"]["id"] == OTHER_TENANT
    assert told["serviceUrl"] == f"{teams.sandbox.address}emea/{OTHER_TENANT}/"
    with pytest.raises(ValueError, match="is not in General"):
        await teams.sandbox.message("hi", user=STRANGER, conversation=GENERAL)


async def test_nobody_writes_where_the_bot_is_not(teams: Teams) -> None:
    await teams.sandbox.uninstall(GROUP)
    teams.sandbox.block(GRACE)
    for where in ({"conversation": GROUP}, {"user": GRACE}, {"conversation": "19:nowhere@thread.v2"}):
        with pytest.raises(ValueError):
            await teams.sandbox.message("hi", **where)
    assert (await teams.sandbox.message("hi", user=GRACE, conversation=GENERAL)).ok


async def test_what_people_do_besides_is_told_too(teams: Teams) -> None:
    await teams.sandbox.message("helo", conversation=GENERAL)
    mine = teams.bot.told[0]["id"]
    await teams.sandbox.edit(mine, "hello")
    await teams.sandbox.react(await teams.say(text("hi")), "heart")
    _, edited, reaction = teams.bot.told
    assert (edited["type"], edited["id"], edited["text"]) == ("messageUpdate", mine, "<at>Interact</at> hello")
    assert edited["channelData"]["eventType"] == "editMessage"
    assert (reaction["type"], reaction["reactionsAdded"]) == ("messageReaction", [{"type": "heart"}])
    assert reaction["replyToId"] == teams.sandbox.said()[0]["id"]
    assert teams.sandbox.messages(GENERAL)[0]["text"] == "hello"
    with pytest.raises(ValueError, match="not by"):
        await teams.sandbox.edit(mine, "mine", user=GRACE)


# Installing


async def test_installing_in_a_personal_chat_is_told_twice_over(teams: Teams) -> None:
    await teams.sandbox.install()
    members, installed = teams.bot.told
    assert (members["type"], members["membersAdded"]) == ("conversationUpdate", [{"id": BOT}])
    assert (installed["type"], installed["action"]) == ("installationUpdate", "add")
    assert installed["conversation"]["id"] == teams.chat()
    assert installed["from"]["aadObjectId"] == ADA
    assert installed["id"].startswith("f:")


async def test_installing_in_a_team_names_the_team(teams: Teams) -> None:
    await teams.sandbox.install(GENERAL, user=GRACE)
    members, installed = teams.bot.told
    assert members["channelData"]["eventType"] == "teamMemberAdded"
    assert installed["channelData"]["team"] == {"aadGroupId": TEAM_GROUP, "name": "Sandbox", "id": TEAM}
    assert installed["channelData"]["settings"]["selectedChannel"]["id"] == GENERAL
    assert installed["conversation"]["id"] == GENERAL


async def test_removing_is_told(teams: Teams) -> None:
    await teams.sandbox.uninstall(GROUP)
    members, removed = teams.bot.told
    assert (members["membersRemoved"], removed["action"]) == ([{"id": BOT}], "remove")


# Buttons


async def test_a_pressed_execute_is_an_invoke_whose_answer_only_that_person_sees(teams: Teams) -> None:
    sent = await teams.say(with_card(card(TITLE, actions=[execute("Approve", offer="o1")])), GROUP)
    teams.bot.answer(becomes(card(block("Working on it"))))
    assert (await teams.sandbox.press("Approve", user=GRACE, values={"title": "Lunch"})).ok
    [told] = teams.bot.told
    assert (told["type"], told["name"], told["replyToId"]) == ("invoke", "adaptiveCard/action", sent)
    pressed = {"type": "Action.Execute", "title": "Approve", "verb": "press", "data": {"offer": "o1", "title": "Lunch"}}
    assert told["value"] == {"action": pressed, "trigger": "manual"}
    seen = [(teams.sandbox.view(sent, user) or {})["body"][0].get("text") for user in (GRACE, ADA)]
    assert seen == ["Working on it", None]
    with pytest.raises(ValueError, match="no button"):
        await teams.sandbox.press("Approve", user=GRACE)
    await teams.call("PUT", f"{of(GROUP)}/activities/{sent}", with_card(card(block("Done"))))
    assert [(teams.sandbox.view(sent, user) or {})["body"][0]["text"] for user in (GRACE, ADA)] == ["Done", "Done"]


async def test_an_answer_in_words_passes_by_and_leaves_the_card(teams: Teams) -> None:
    sent = await teams.say(with_card(card(actions=[execute()])))
    teams.bot.answer({"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Not yours"})
    assert (await teams.sandbox.press("Do it")).ok
    assert teams.sandbox.toasts == [{"user": ADA, "text": "Not yours"}]
    assert (teams.sandbox.view(sent, ADA) or {})["actions"]


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(),
        web.Response(status=500),
        web.Response(status=202),
        web.Response(body=b"{"),
        web.json_response({"statusCode": 200}),
        web.json_response({"type": "application/vnd.microsoft.card.adaptive", "value": card()}),
        web.json_response(becomes({"type": "AdaptiveCard"})),
        web.json_response(becomes(None)),
        web.json_response([]),
    ],
)
async def test_an_answer_that_teams_can_do_nothing_with_is_a_failure_for_the_person(teams: Teams, answer: web.Response) -> None:
    await teams.say(with_card(card(actions=[execute()])))
    teams.bot.answers.append(answer)
    delivery = await teams.sandbox.press("Do it")
    assert not delivery.ok
    assert delivery.reason
    assert teams.sandbox.toasts == [{"user": ADA, "text": "Something went wrong. Please try again."}]


async def test_an_error_is_told_to_the_person(teams: Teams) -> None:
    await teams.say(with_card(card(actions=[execute()])))
    told = {"code": "BadRequest", "message": "No"}
    teams.bot.answer({"statusCode": 400, "type": "application/vnd.microsoft.error", "value": told})
    assert (await teams.sandbox.press("Do it")).ok
    assert teams.sandbox.toasts[0]["text"] == "BadRequest: No"


async def test_a_pressed_submit_is_a_message_without_text(teams: Teams) -> None:
    sent = await teams.say(with_card(card(actions=[submit("Yes", offer="o2")])), RANDOM)
    assert (await teams.sandbox.press("Yes", conversation=RANDOM)).ok
    [told] = teams.bot.told
    assert (told["type"], told["value"], told["replyToId"], "text" in told) == ("message", {"offer": "o2"}, sent, False)
    assert told["conversation"]["id"] == f"{RANDOM};messageid={sent}"
    assert told["channelData"]["source"] == {"name": "message"}
    assert len(teams.sandbox.messages()) == 1


async def test_the_newest_button_is_pressed_that_the_person_sees(teams: Teams) -> None:
    await teams.say(with_card(card(actions=[submit("Go", offer="old")])))
    await teams.say(with_card(card(actions=[submit("Go", offer="new")])))
    await teams.say(with_card(card(actions=[submit("Go", offer="grace")])), teams.chat(GRACE))
    await teams.sandbox.press("Go")
    assert teams.bot.told[0]["value"] == {"offer": "new"}
    assert (await teams.sandbox.press("Go", user=GRACE)).payload["value"] == {"offer": "grace"}
    with pytest.raises(ValueError, match="no button"):
        await teams.sandbox.press("Go", user=GUEST)


async def test_a_button_can_be_pressed_by_its_number(teams: Teams) -> None:
    sent = await teams.say(with_card(card(actions=[submit("Go", offer="a"), submit("Go", offer="b")])))
    await teams.sandbox.press_number(sent, 1)
    assert teams.bot.told[0]["value"] == {"offer": "b"}
    for message, number in ((sent, 2), (sent, -1), ("1", 0)):
        with pytest.raises(ValueError):
            await teams.sandbox.press_number(message, number)


# Dialogs


async def test_a_dialog_opens_goes_on_and_closes_as_the_bot_says(teams: Teams) -> None:
    await teams.say(with_card(card(actions=[opens("New", offer="o3")])))
    teams.bot.answer(dialog(FORM))
    assert (await teams.sandbox.press("New")).ok
    opened = teams.sandbox.dialog(ADA)
    assert opened is not None
    assert (opened.title, opened.card) == ("Create", FORM)
    teams.bot.answer(dialog(FORM, "Again"))
    assert (await teams.sandbox.submit({"title": "Lunch"})).ok
    assert (teams.sandbox.dialog(ADA) or opened).title == "Again"
    assert (await teams.sandbox.submit({"title": "Late lunch"})).ok
    assert teams.sandbox.dialog(ADA) is None
    fetched, first, second = teams.bot.told
    assert (fetched["name"], fetched["value"]["data"]["offer"]) == ("task/fetch", "o3")
    assert (first["name"], first["value"]["data"]) == ("task/submit", {"form": "calendar create", "title": "Lunch"})
    assert second["value"]["data"]["title"] == "Late lunch"
    assert first["conversation"] == fetched["conversation"]


async def test_a_dialog_can_end_with_words(teams: Teams) -> None:
    await teams.say(with_card(card(actions=[opens()])))
    teams.bot.answer(dialog(FORM))
    teams.bot.answer({"task": {"type": "message", "value": "Saved"}})
    await teams.sandbox.press("Open")
    assert (await teams.sandbox.submit({"title": "x"})).ok
    assert (teams.sandbox.dialog(ADA), teams.sandbox.toasts) == (None, [{"user": ADA, "text": "Saved"}])


async def test_what_is_not_filled_in_is_not_sent(teams: Teams) -> None:
    await teams.say(with_card(card(actions=[opens()])))
    teams.bot.answer(dialog(FORM))
    await teams.sandbox.press("Open")
    with pytest.raises(ValueError, match="Title"):
        await teams.sandbox.submit({})
    with pytest.raises(ValueError, match="no dialog"):
        await teams.sandbox.submit({"title": "x"}, user=GRACE)
    assert len(teams.bot.told) == 1


@pytest.mark.parametrize("answer", [{}, dialog({"type": "x"}), {"task": {"type": "continue", "value": {}}}, {"task": 1}])
async def test_a_dialog_that_teams_can_not_show_does_not_open(teams: Teams, answer: Any) -> None:
    await teams.say(with_card(card(actions=[opens()])))
    teams.bot.answer(answer)
    assert not (await teams.sandbox.press("Open")).ok
    assert teams.sandbox.dialog(ADA) is None


# Search


async def test_a_search_is_an_invoke_that_is_answered_with_results(teams: Teams) -> None:
    preview = {"contentType": HERO, "content": {"title": "Lunch"}}
    shown = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card(), "preview": preview}
    teams.bot.answer({"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": [shown, preview]}})
    found = await teams.sandbox.search("calendar.find", "words", "lunch", conversation=GROUP)
    assert found.ok
    [told] = teams.bot.told
    assert told["name"] == "composeExtension/query"
    assert told["value"] == {
        "commandId": "calendar.find",
        "parameters": [{"name": "words", "value": "lunch"}],
        "queryOptions": {"skip": 0, "count": 25},
    }
    await teams.sandbox.search("calendar.find", "words", "")
    assert teams.bot.told[1]["value"]["parameters"] == [{"name": "initialRun", "value": "true"}]


@pytest.mark.parametrize(
    "attachments",
    [
        [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card()}],
        [{"contentType": HERO}],
        [{"contentType": "text/html", "content": {}}],
        [1],
        None,
    ],
)
async def test_results_have_the_form_that_teams_shows(teams: Teams, attachments: Any) -> None:
    teams.bot.answer({"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}})
    assert not (await teams.sandbox.search("calendar.find", "words", "x")).ok


# Delivery


async def test_what_the_bot_did_not_take_is_delivered_again_the_same(teams: Teams) -> None:
    teams.bot.answers += [web.Response(status=503), web.Response(status=500)]
    first = await teams.sandbox.message("hello")
    assert (first.ok, first.status) == (False, 503)
    await teams.sandbox.courier.settled()
    assert [delivery.status for delivery in teams.sandbox.courier.deliveries] == [503, 500, 200]
    assert [delivery.retry for delivery in teams.sandbox.courier.deliveries] == [0, 1, 2]
    assert teams.bot.told[0] == teams.bot.told[1] == teams.bot.told[2]
    assert len(teams.sandbox.messages()) == 1


async def test_it_is_given_up_in_the_end(teams: Teams) -> None:
    teams.bot.answers += [web.Response(status=500) for _ in range(9)]
    await teams.sandbox.message("hello")
    await teams.sandbox.courier.settled()
    assert len(teams.bot.told) == 3


async def test_an_invoke_is_not_delivered_again(teams: Teams) -> None:
    await teams.say(with_card(card(actions=[execute()])))
    teams.bot.answers.append(web.Response(status=500))
    await teams.sandbox.press("Do it")
    await teams.sandbox.courier.settled()
    assert len(teams.bot.told) == 1


async def test_a_bot_that_is_not_there_is_a_failed_delivery(teams: Teams) -> None:
    teams.sandbox.courier.url, teams.sandbox.courier.delays = "http://127.0.0.1:9/", ()
    delivery = await teams.sandbox.message("hello")
    assert (delivery.status, delivery.reason) == (0, "connection_failed")


async def test_a_bot_that_keeps_teams_waiting_is_told_again(teams: Teams) -> None:
    heard: list[bytes] = []

    async def idle(request: web.Request) -> web.Response:
        heard.append(await request.read())
        await asyncio.sleep(0.3)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", idle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    teams.sandbox.courier.url, teams.sandbox.courier.patience = f"http://{host}:{port}/", 0.1
    assert (await teams.sandbox.message("hello")).reason == "timeout"
    await teams.sandbox.courier.settled()
    await runner.cleanup()
    assert len(heard) == 3


# What Teams would not tell


KINDS = ("message", "submit", "execute", "fetch", "form", "query", "installed", "removed", "added", "reaction", "edit")


@pytest.mark.parametrize("kind", KINDS)
async def test_of_each_kind_there_is_a_sample_that_can_be_delivered(teams: Teams, kind: str) -> None:
    activity = teams.sandbox.activity(kind)
    assert await teams.sandbox.post(activity, teams.sandbox.token()) == 200
    assert teams.bot.told == [activity]
    assert {"type", "id", "timestamp", "serviceUrl", "from", "conversation", "recipient", "channelData"} <= set(activity)


async def test_a_sample_can_be_bent_and_delivered_as_it_is(teams: Teams) -> None:
    bent = teams.sandbox.activity(
        "message", user=GRACE, conversation=GENERAL, id="1", text=None, **{"channelData.tenant.id": "x"}
    )
    assert (bent["id"], bent["channelData"]["tenant"]["id"], "text" in bent) == ("1", "x", False)
    assert (bent["from"]["aadObjectId"], bent["conversation"]["id"]) == (GRACE, GENERAL)
    assert await teams.sandbox.post(bent, None) == 200
    assert await teams.sandbox.post(bent, "CANARY") == 200
    assert await teams.sandbox.post(b'{"type": 1}', "") == 200
    assert teams.bot.tokens == ["", "Bearer CANARY", "Bearer"]
    assert teams.bot.told[0] == teams.bot.told[1]


async def test_another_process_can_act_in_the_sandbox(teams: Teams) -> None:
    control = f"{teams.sandbox.address}_sandbox/"
    assert (await teams.ask("POST", f"{control}message", {"text": "hi", "user": GRACE})).body["status"] == 200
    assert (await teams.ask("GET", f"{control}messages?conversation={GRACE}")).body[0]["text"] == "hi"
    assert (await teams.ask("POST", f"{control}press", {"label": "Go"})).status == 409
    assert (await teams.ask("POST", f"{control}message", {"shout": "hi"})).status == 400
