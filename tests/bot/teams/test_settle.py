"""A card whose button was pressed becomes the answer; channels are spoken to unasked; a form shows what it would do."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

import commands
from adapters.errors import Refused
from bot.intent import Intent
from bot.platform import Asked, Filled, Words
from bot.teams.envelope import read
from bot.teams.form import form_card
from bot.teams.invokes import Invokes
from bot.teams.listen import Listener
from bot.teams.outgoing import load
from bot.teams.sandbox.workspace import ADA, GENERAL, GRACE, GROUP, OTHER_TENANT, TENANT
from bot.teams.teams import Teams
from commands.call import Place
from commands.catalog import Catalog, subjects
from commands.command import command
from commands.reply import Button, Field, Reply
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.offers import Offers
from tests.bot.teams.stage import Stage

CARD = Reply(
    "Move “Design review” to Friday?",
    fields=(Field("When", "Thursday 10:00 → Friday 14:00"),),
    buttons=(Button("Confirm", "confirm", {"id": "p1"}, style="primary"), Button("Cancel", "dismiss", {"id": "p1"})),
)
DONE = Reply("Moved.", settles=True)
LINE = "This is settled. What came of it was told to the one who pressed the button."


@pytest.fixture
def platform(on: Stage) -> Teams:
    return Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "Europe/Rome", on.clock)


async def hear(on: Stage, platform: Teams, kind: str = "message", where: str = "", user: str = ADA, **changes: Any) -> Asked:
    asked = await platform.hear(on.teams.activity(kind, user=user, conversation=where, **changes), on.clock.time())
    assert asked
    return asked


async def say(platform: Teams, asked: Asked, reply: Reply, call: str = "call-1", look: bool = False) -> list[str]:
    ids = [f"offer-{number}" for number, _ in enumerate(reply.pressed)]
    return list(await platform.send(platform.render(asked, reply, call, ids), (), look))


async def pressed(on: Stage, platform: Teams, where: str, reply: Reply = CARD) -> Asked:
    """Somebody has asked, got the card, and pressed a button of it."""
    [card] = await say(platform, await hear(on, platform, where=where), reply)
    return await hear(on, platform, "execute", where, replyToId=card.removeprefix("own:"))


@pytest.mark.parametrize(("where", "private"), [("", False), ("", True), (GROUP, False), (GENERAL, False)])
async def test_a_card_becomes_the_answer_however_often_it_is_sent(
    on: Stage, platform: Teams, where: str, private: bool
) -> None:
    asked = await pressed(on, platform, where)
    for look in (False, True):
        await say(platform, asked, replace(DONE, private=private), "call-2", look)

    assert [(said["text"], said["buttons"]) for said in on.teams.said()] == [("Moved.", [])]


async def test_a_card_in_the_persons_own_chat_that_does_not_settle_stays(on: Stage, platform: Teams) -> None:
    asked = await pressed(on, platform, "")
    await say(platform, asked, Reply("Not yet.", private=True), "call-2")

    assert [said["text"].partition("\n")[0] for said in on.teams.said()] == [CARD.text, "Not yet."]


async def test_of_an_answer_for_one_alone_the_others_see_that_it_is_settled(on: Stage, platform: Teams) -> None:
    asked = await pressed(on, platform, GROUP)
    await say(platform, asked, replace(DONE, private=True), "call-2")

    seen = {said["conversation"]: (said["text"], said["buttons"]) for said in on.teams.said()}
    assert seen == {GROUP: (LINE, []), on.chat(): ("Moved.", [])}


async def test_a_card_that_is_gone_is_not_spoken_of(on: Stage, platform: Teams) -> None:
    asked = await pressed(on, platform, GROUP)
    await on.connector.delete(on.at(GROUP), asked.route["replaces"])
    await say(platform, asked, replace(DONE, private=True), "call-2")

    assert [(said["conversation"], said["text"]) for said in on.teams.said()] == [(on.chat(), "Moved.")]


def test_what_was_stored_before_cards_could_settle_can_be_sent(on: Stage) -> None:
    older = on.outgoing("hello").dump().replace(',"settles":false', "")

    assert "settles" not in older
    assert load(older).settles is False


@pytest.mark.parametrize(
    ("reply", "where", "shown"),
    [
        (DONE, "", "card"),
        (replace(DONE, private=True), "", "card"),
        (replace(DONE, private=True), GROUP, "Moved."),
        (Reply("Not yet.", private=True), "", "Not yet."),
    ],
)
async def test_who_pressed_is_shown_the_same_in_the_request(
    on: Stage, platform: Teams, reply: Reply, where: str, shown: str
) -> None:
    asked = await pressed(on, platform, where)
    activity = on.teams.activity("execute", conversation=where)
    envelope = read(activity, json.dumps(activity).encode())
    inbox, taken = Inbox(on.database, on.clock.time, "test", poll=0.02), asyncio.Queue[Delivery]()
    await inbox.open()
    await inbox.put(envelope.key, "teams", envelope.conversation, "{}")
    inbox.claim(taken.put_nowait, 1)
    await inbox.intend(await taken.get(), Intent(outgoing=platform.render(asked, reply, "call-2", ())).dump(), ())
    answer = await invokes(on, platform, inbox).outcome(envelope)
    await inbox.close()

    assert ("card" if "body" in answer["value"] else answer["value"]) == shown


def invokes(on: Stage, platform: Teams, inbox: Inbox, catalog: Catalog | None = None) -> Invokes:
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[Teams] = loop.create_future()
    opened.set_result(platform)
    every = catalog or Catalog(subjects(commands.SUBJECTS), lambda _: True)
    return Invokes(inbox, Offers(on.database), every, opened, loop.create_future(), on.clock)


# Rooms


@pytest.mark.parametrize("where", [GENERAL, GROUP])
async def test_a_channel_is_spoken_to_unasked_and_anybody_there_can_press(on: Stage, platform: Teams, where: str) -> None:
    place = (await hear(on, platform, where=where)).place
    for after in (platform, Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "UTC", on.clock)):
        room = await after.room(replace(place, thread=""))
        [card] = await say(after, room, CARD, f"call-{id(after)}")
    asked = await hear(on, platform, "execute", where, GRACE, replyToId=card)
    await say(platform, asked, DONE, "call-3")

    assert (room.actor.user, room.what, asked.actor.user) == ("", Words(""), GRACE)
    assert [said["text"].partition("\n")[0] for said in on.teams.said(where)] == [CARD.text, "Moved."]


async def test_one_that_nobody_spoke_in_or_that_is_a_person_is_no_room(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    for tenant, conversation in ((TENANT, GENERAL), (OTHER_TENANT, on.chat()), (TENANT, ADA), (TENANT, "")):
        with pytest.raises(Refused):
            await platform.room(Place("teams", tenant, conversation))


async def test_a_channel_that_the_bot_was_taken_out_of_is_none_either(on: Stage, platform: Teams) -> None:
    place = (await hear(on, platform, where=GROUP)).place
    await platform.hear(on.teams.activity("removed", conversation=GROUP), on.clock.time())
    with pytest.raises(Refused):
        await platform.room(place)


async def test_nothing_private_is_said_in_a_room(on: Stage, platform: Teams) -> None:
    await hear(on, platform, where=GROUP)
    sent = await say(platform, await platform.room(Place("teams", TENANT, GROUP)), replace(CARD, private=True))

    assert (sent, on.teams.said()) == ([""], [])


@pytest.mark.parametrize("where", ["", GENERAL, GROUP])
async def test_an_answer_that_comes_later_for_one_alone_reaches_them_in_their_own_chat(
    on: Stage, platform: Teams, where: str
) -> None:
    asked = await hear(on, platform, where=where)
    on.restart()
    after = Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "UTC", on.clock)
    room = await after.room(asked.place, asked.actor)
    await say(after, room, replace(DONE, private=True))
    await say(after, room, DONE, "call-2")

    assert (room.actor, room.place) == (asked.actor, asked.place)
    assert next(said["text"].partition("\n")[0] for said in on.teams.said(on.chat())) == "Moved."
    assert len(on.teams.said(where or on.chat())) == (1 if where else 2)


# Forms


@command(undo="unbook")
async def book(title: str, video: bool = False) -> Reply:
    """Book something."""
    return Reply(f"{title} {video}")


async def test_preview_asks_what_the_form_would_do_and_the_answer_is_for_the_asker_alone(on: Stage, platform: Teams) -> None:
    told = await hear(on, platform, where=GROUP)
    [_, preview] = form_card(book, {})["actions"]
    sent: dict[str, Any] = {"value.data": {**preview["data"], "title": "Lunch", "video": "true"}}
    asked = await hear(on, platform, "form", GROUP, **sent)
    await say(platform, asked, Reply("Book “Lunch”."))

    assert preview["title"] == "Preview"
    assert asked.what == Filled(book.name, {"title": "Lunch", "video": "true"}, dry_run=True)
    assert (asked.place, asked.via) == (told.place, "form")
    assert [(said["conversation"], said["text"]) for said in on.teams.said()] == [(on.chat(), "Book “Lunch”.")]
