"""Replies reach Teams once, whatever went wrong before; what is private is seen by its asker only."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.base import Secret
from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.teams.bearer import Bearer
from bot.teams.connector import Connector
from bot.teams.credentials import CONNECTOR
from bot.teams.hosts import Hosts
from bot.teams.outgoing import load
from bot.teams.render import render
from bot.teams.sandbox.workspace import ADA, GENERAL, GROUP, OTHER_TENANT, STRANGER, TEAM, TENANT
from bot.teams.send import Sender
from commands.reply import Item, Reply
from tests.bot.teams.stage import Stage, card

ASK_THERE = "I have an answer for you alone. Write to me in a chat of our own, and ask again there."


def shown(on: Stage, conversation: str = "") -> list[str]:
    """What can be read there of the bot."""
    return [said["card"]["body"][0]["text"] if said["card"] else said["text"] for said in on.teams.said(conversation)]


async def test_a_reply_is_a_card_with_the_calls_id_and_a_summary(on: Stage) -> None:
    sent = await on.sender.send(on.outgoing("hello"), (), look=False)

    [said] = on.teams.said(ADA)
    assert [said["id"]] == list(sent)
    assert (said["summary"], said["card"]["body"][0]["id"]) == ("hello", "call:call-1:0")


async def test_in_a_channel_it_stands_in_the_thread_of_the_question(on: Stage) -> None:
    reply = on.in_channel("hello")
    await on.sender.send(reply, (), look=False)

    assert shown(on, reply.conversation) == ["hello"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "malformed"])
@pytest.mark.parametrize("where", ["personal", "groupChat", "channel", "alone"])
async def test_whatever_became_of_the_first_attempt_one_message_is_seen(on: Stage, kind: Any, where: str) -> None:
    reply = {
        "personal": on.outgoing("once"),
        "groupChat": on.outgoing("once", conversation=GROUP, type="groupChat"),
        "channel": on.in_channel("once"),
        "alone": on.in_channel("once", private=True),
    }[where]
    on.teams.script.add(Fault(kind=kind, method="POST", path="/activities"))
    with pytest.raises(Unavailable):
        await on.sender.send(reply, (), look=False)
    on.restart()
    await on.sender.send(reply, (), look=True)

    assert shown(on) == ["once"]


async def test_looking_finds_what_an_earlier_process_has_sent(on: Stage) -> None:
    for _ in range(3):
        await on.sender.send(on.outgoing("hello"), (), look=True)
        on.restart()

    assert shown(on) == ["hello"]


async def test_what_the_renderer_makes_is_found_again(on: Stage) -> None:
    reply = Reply("Two meetings", items=(Item("Stand-up", "at nine"), Item("Review", "at ten")))
    outgoing = on.outgoing(messages=[vars(message) for message in render(reply, (), "call-1")])
    for _ in range(2):
        await on.sender.send(outgoing, (), look=True)
        on.restart()

    assert len(on.teams.said()) == 1


async def test_of_a_reply_in_parts_only_the_missing_ones_are_sent(on: Stage) -> None:
    reply = on.in_channel("one", "two", "three")
    on.teams.script.add(Fault(kind="drop_after", method="POST", path="/activities"))
    with pytest.raises(Unavailable):
        await on.sender.send(reply, (), look=False)
    on.restart()
    await on.sender.send(reply, (), look=True)

    assert shown(on) == ["one", "two", "three"]


async def test_a_process_that_may_not_look_still_knows_what_it_has_sent_itself(on: Stage) -> None:
    on.teams.graph.allowed = False
    as_ever = Fault(kind="slow", method="POST", path="/activities", seconds=0)
    on.teams.script.add(as_ever, Fault(kind="status", status=429, method="POST", path="/activities", times=3))
    reply = on.outgoing("one", "two")
    with pytest.raises(Unavailable):
        await on.sender.send(reply, (), look=False)
    await on.sender.send(reply, (), look=True)

    assert shown(on) == ["one", "two"]


async def test_where_the_bot_may_not_look_once_too_often_is_better_than_never(on: Stage) -> None:
    on.teams.graph.allowed = False
    on.teams.script.add(Fault(kind="drop_after", method="POST", path="/activities"))
    with pytest.raises(Unavailable):
        await on.sender.send(on.outgoing("hello"), (), look=False)
    await on.sender.send(on.outgoing("hello"), (), look=True)

    assert shown(on) == ["hello", "hello"]


async def test_a_later_version_takes_the_place_of_the_one_before(on: Stage) -> None:
    sent = await on.sender.send(on.outgoing("checking"), (), look=False)
    again = await on.sender.send(on.outgoing("done"), sent, look=False)

    assert again == sent
    assert shown(on) == ["done"]


async def test_after_a_restart_too(on: Stage) -> None:
    sent = await on.sender.send(on.outgoing("checking"), (), look=False)
    on.restart()
    await on.sender.send(on.outgoing("done", "and more"), sent, look=True)

    assert shown(on) == ["done", "and more"]


async def test_a_version_that_was_deleted_meanwhile_is_sent_anew(on: Stage) -> None:
    sent = await on.sender.send(on.outgoing("checking"), (), look=False)
    await on.connector.delete(on.at(on.chat()), sent[0])
    await on.sender.send(on.outgoing("done"), sent, look=False)

    assert shown(on) == ["done"]


async def test_the_card_that_was_pressed_is_replaced_by_the_first_part(on: Stage) -> None:
    [pressed] = await on.sender.send(on.in_channel("confirm?"), (), look=False)
    reply = on.in_channel("done", "more", call="call-2", conversation=on.teams.said()[0]["conversation"], replaces=pressed)
    sent = await on.sender.send(reply, (), look=False)

    assert sent[0] == pressed
    assert shown(on) == ["done", "more"]


async def test_a_private_answer_never_takes_the_place_of_the_card_that_others_see(on: Stage) -> None:
    [pressed] = await on.sender.send(on.outgoing("card", conversation=GROUP, type="groupChat"), (), look=False)
    reply = on.outgoing("psst", conversation=GROUP, type="groupChat", call="call-2", private=True, replaces=pressed)
    await on.sender.send(reply, (), look=False)

    assert shown(on, GROUP) == ["card"]
    assert shown(on, ADA) == ["psst"]


async def test_what_is_private_goes_to_the_persons_own_chat_and_alerts_them(on: Stage) -> None:
    await on.sender.send(on.in_channel("psst", private=True), (), look=False)

    [posted] = on.asked("POST", "/activities")
    assert shown(on, ADA) == ["psst"]
    assert shown(on, GENERAL) == []
    assert '"alert": true' in posted.body.decode()


async def test_in_a_personal_chat_everything_is_private_as_it_is(on: Stage) -> None:
    await on.sender.send(on.outgoing("psst", private=True), (), look=False)

    assert shown(on, ADA) == ["psst"]
    assert on.asked("POST", "/v3/conversations") == on.asked("POST", "/activities")


async def test_the_chat_is_opened_once_and_known_after_a_restart(on: Stage) -> None:
    for call in ("call-1", "call-2"):
        await on.sender.send(on.in_channel("psst", private=True, call=call), (), look=False)
        on.restart()

    opened = [entry for entry in on.asked("POST", "/v3/conversations") if entry.path.endswith("/conversations")]
    assert len(opened) == 1
    assert TENANT in opened[0].body.decode()
    assert shown(on, ADA) == ["psst", "psst"]


async def test_a_later_version_of_what_is_private_replaces_it_there(on: Stage) -> None:
    sent = await on.sender.send(on.in_channel("checking", private=True), (), look=False)
    on.restart()
    again = await on.sender.send(on.in_channel("psst", private=True), sent, look=True)

    assert again == sent
    assert shown(on) == ["psst"]


async def test_where_a_private_answer_was_waited_for_others_read_only_that_it_was_given(on: Stage) -> None:
    sent = await on.sender.send(on.in_channel("Working on it…"), (), look=False)
    thread = on.teams.said()[0]["conversation"]
    await on.sender.send(on.in_channel("psst", private=True, conversation=thread), sent, look=False)

    assert shown(on, GENERAL) == ["I have answered you in a chat of our own."]
    assert shown(on, ADA) == ["psst"]


@pytest.mark.parametrize("streams", [False, True])
async def test_who_can_not_be_written_to_alone_is_told_so_once_and_without_the_content(on: Stage, streams: bool) -> None:
    on.teams.block(ADA)
    sent = await on.sender.send(on.in_channel("psst", private=True), (), look=False)
    if streams:
        await on.sender.send(on.in_channel("psst, again", private=True), sent, look=False)

    assert list(sent) == [""]
    assert shown(on) == [ASK_THERE]


async def test_where_they_waited_they_are_told_so_in_place_of_what_stands_there(on: Stage) -> None:
    on.teams.block(ADA)
    reply = on.in_channel("Working on it…")
    sent = await on.sender.send(reply, (), look=False)
    await on.sender.send(replace(reply, private=True), sent, look=False)

    assert shown(on) == [ASK_THERE]


async def test_who_pressed_a_card_is_told_by_the_card(on: Stage) -> None:
    [pressed] = await on.sender.send(on.outgoing("card", conversation=GROUP, type="groupChat"), (), look=False)
    on.teams.block(ADA)
    reply = on.outgoing("psst", conversation=GROUP, type="groupChat", call="call-2", private=True, replaces=pressed)
    await on.sender.send(reply, (), look=False)

    assert shown(on) == ["card"]


async def test_a_person_of_another_tenant_is_not_reached_through_this_one(on: Stage) -> None:
    reply = on.in_channel("psst", private=True, user=on.user(STRANGER), object=STRANGER)
    await on.sender.send(reply, (), look=False)

    assert shown(on) == [ASK_THERE]


async def test_the_tenant_of_a_chat_that_was_opened_is_kept(on: Stage) -> None:
    await on.sender.send(on.in_channel("psst", private=True), (), look=False)
    on.restart()

    assert await on.conversations.chat_with(TENANT, on.user()) == on.at(on.chat())
    assert await on.conversations.chat_with(OTHER_TENANT, on.user()) is None


@pytest.mark.parametrize("gone", ["blocked", "unknown"])
async def test_where_nothing_can_be_delivered_any_more_it_is_given_up_quietly(
    on: Stage, gone: str, caplog: pytest.LogCaptureFixture
) -> None:
    on.teams.block(ADA)
    changes = {"blocked": {}, "unknown": {"conversation": "19:nowhere@thread.v2", "type": "groupChat"}}[gone]
    sent = await on.sender.send(on.outgoing("CANARY", **changes), (), look=True)

    assert list(sent) == [""]
    assert "can't be delivered" in caplog.text
    assert "CANARY" not in caplog.text


async def test_a_team_that_the_bot_was_removed_from_gets_nothing(on: Stage) -> None:
    reply = on.in_channel("hello")
    on.teams.workspace.removed.add(TEAM)

    assert list(await on.sender.send(reply, (), look=False)) == [""]


async def test_a_card_that_teams_does_not_take_leaves_a_word(on: Stage) -> None:
    reply = on.outgoing("hello", messages=[{"text": "hello", "card": {**card("x"), "version": "9.9"}}])
    await on.sender.send(reply, (), look=False)

    assert shown(on) == ["I have an answer, but Teams does not show it. Please tell whoever runs this bot."]


async def test_one_that_is_too_large_too(on: Stage) -> None:
    await on.sender.send(on.outgoing("x" * 30_000), (), look=False)

    assert "does not show it" in shown(on)[0]


async def test_the_newest_address_of_a_conversation_is_used(on: Stage) -> None:
    old = on.outgoing("hello", service_url="http://127.0.0.1:9/moved/away/")
    route = {
        "conversation": on.chat(),
        "service_url": on.teams.service_url,
        "type": "personal",
        "bot": "",
        "user": "",
        "team": "",
    }
    await on.conversations.note(TENANT, route, seen=1.0)
    on.restart()
    await on.sender.send(old, (), look=False)

    assert shown(on) == ["hello"]


async def test_to_an_address_that_is_not_allowed_nothing_goes_out_at_all(on: Stage) -> None:
    connector = Connector(on.bearer, Hosts(["smba.trafficmanager.net"]), on.sleep)
    with pytest.raises(Unavailable, match="TEAMS_SERVICE_HOSTS"):
        await Sender(connector, on.conversations, on.look).send(on.outgoing("hello"), (), look=False)

    assert list(on.teams.journal) == []


@pytest.mark.parametrize("spelled", ["1", "3"])
async def test_what_teams_has_no_time_for_is_sent_when_it_has(on: Stage, spelled: str) -> None:
    on.teams.script.add(Fault(kind="status", status=429, retry_after=spelled, path="/activities", times=2))
    await on.sender.send(on.outgoing("hello"), (), look=False)

    assert shown(on) == ["hello"]
    assert [int(wait) for wait in on.waits] == [int(spelled)] * 2


async def test_a_token_that_has_ended_delays_nothing(on: Stage) -> None:
    await on.sender.send(on.outgoing("one"), (), look=False)
    on.clock.ahead = 4000
    await on.sender.send(on.outgoing("two", call="call-2"), (), look=False)

    assert shown(on) == ["one", "two"]


async def test_a_wrong_password_is_named_and_the_reply_waits_for_the_right_one(
    on: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    bearer = Bearer(on.http, on.proven_by(Secret("CANARY-password")), CONNECTOR, on.clock)
    sender = Sender(Connector(bearer, Hosts.loopback(), on.sleep), on.conversations, on.look)
    with pytest.raises(Unavailable, match="TEAMS_APP_PASSWORD") as raised:
        await sender.send(on.outgoing("hello"), (), look=False)

    assert "CANARY" not in str(raised.value) + caplog.text


async def test_a_bot_that_is_not_registered_waits_until_it_is(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=401, path="/activities", times=2))
    with pytest.raises(Unavailable):
        await on.sender.send(on.outgoing("hello"), (), look=False)
    await on.sender.send(on.outgoing("hello"), (), look=True)

    assert shown(on) == ["hello"]


async def test_what_is_stored_before_sending_is_all_that_sending_needs(on: Stage) -> None:
    reply = on.in_channel("hello “world” 🎉", private=True, replaces="1")

    assert load(reply.dump()) == reply


async def test_a_shorter_version_leaves_nothing_of_a_longer_one(on: Stage) -> None:
    sent = await on.sender.send(on.outgoing("one", "two", "three"), (), look=False)
    await on.sender.send(on.outgoing("final"), sent, look=False)

    assert shown(on) == ["final"]


async def test_a_message_that_can_not_be_changed_any_more_does_not_cost_the_answer(on: Stage) -> None:
    sent = await on.sender.send(on.outgoing("before"), (), look=False)
    on.teams.script.add(Fault(kind="status", status=400, path="/activities/", method="PUT"))
    await on.sender.send(on.outgoing("answer"), sent, look=False)

    assert shown(on) == ["before", "answer"]
