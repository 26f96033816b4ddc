"""A card whose button was pressed becomes the answer, for everybody who sees it, however often the answer is sent."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from bot.platform import Asked, Filled, Press
from bot.slack.outgoing import load
from bot.slack.sandbox.delivery import Delivery as Sent
from bot.slack.sandbox.workspace import ADA, GENERAL, GRACE, OTHER_TEAM, PRIVATE, RANDOM, TEAM
from commands.call import Place
from commands.command import command
from commands.reply import Button, Field, Reply
from storage.delivery import Delivery
from tests.bot.slack.several import Several, several
from tests.bot.slack.stage import Stage, outgoing, stage

CARD = Reply(
    "Move “Design review” to Friday?",
    fields=(Field("When", "Thursday 10:00 → Friday 14:00"),),
    buttons=(Button("Confirm", "confirm", {"id": "p1"}, style="primary"), Button("Cancel", "dismiss", {"id": "p1"})),
)
DONE = Reply("Moved.", settles=True)
LONG = Reply("moved " * 5_000, settles=True)
LINE = "This is settled. What came of it was told to the one who pressed the button."


@pytest.fixture
async def on() -> AsyncIterator[Stage]:
    async with stage() as opened:
        yield opened


async def heard(on: Stage, told: Sent) -> Asked:
    """What the platform makes of what somebody did."""
    now = time.time()
    asked = await on.platform.read(Delivery("k", "slack", "c", json.dumps(dict(told.payload)), now, 1, 1, ""))
    assert asked
    return asked


async def asked_there(on: Stage, channel: str) -> Asked:
    """Somebody asked there, by a slash command."""
    return await heard(on, await on.slack.command("/calendar", "move", channel=channel))


async def say(
    on: Stage, asked: Asked, reply: Reply, call: str = "call-1", sent: Sequence[str] = (), look: bool = False
) -> Sequence[str]:
    rendered = on.platform.render(asked, reply, call, [f"offer-{number}" for number, _ in enumerate(reply.pressed)])
    return await on.platform.send(rendered, sent, look)


async def press(on: Stage, button: str = "Confirm", user: str = ADA) -> Asked:
    return await heard(on, await on.slack.click(button, user=user))


async def card(on: Stage, channel: str = GENERAL, private: bool = False) -> None:
    await say(on, await asked_there(on, channel), replace(CARD, private=private))


def standing(on: Stage) -> list[tuple[str, str]]:
    """What the bot has said and who sees it."""
    return [(said["text"].strip(), said["only_for"]) for said in on.said()]


async def test_a_press_says_which_message_has_the_button(on: Stage) -> None:
    await card(on)
    asked = await press(on, user=GRACE)

    [said] = on.said()
    assert isinstance(asked.what, Press)
    assert (asked.route["pressed"], "ephemeral" in asked.route) == (said["ts"], False)


@pytest.mark.parametrize("channel", [GENERAL, ADA])
async def test_a_card_becomes_the_answer_for_everybody_and_stays_so_when_it_is_sent_again(on: Stage, channel: str) -> None:
    await card(on, channel)
    [before] = on.said()
    asked = await press(on)
    for look in (False, True, True):
        assert await say(on, asked, DONE, "call-2", look=look) == [before["ts"]]

    assert standing(on) == [("Moved.", "")]


async def test_a_card_that_one_person_sees_becomes_the_answer_for_that_one(on: Stage) -> None:
    await card(on, private=True)
    asked = await press(on)
    for look in (False, True):
        assert await say(on, asked, DONE, "call-2", look=look) == [""]

    assert standing(on) == [("Moved.", ADA)]


async def test_further_parts_come_after_it_and_are_seen_by_the_same_people(on: Stage) -> None:
    await card(on)
    public = await press(on)
    await card(on, private=True)
    private = await press(on)
    ids = [await say(on, asked, LONG, call) for call, asked in (("call-2", public), ("call-3", private))]

    for sent, whom in zip(ids, ("", ADA), strict=True):
        shown = [text for text, seen in standing(on) if seen == whom]
        assert len(shown) == len(sent) > 2
        assert all(text.startswith("moved") for text in shown), "the card is the first of its parts"


async def test_after_a_crash_in_the_instant_of_replacing_nothing_stands_twice(on: Stage) -> None:
    await card(on)
    asked = await press(on)
    on.slack.script.add(Fault(kind="drop_after", path="chat.postMessage"))
    with pytest.raises(Unavailable):
        await say(on, asked, LONG, "call-2")
    sent = await say(on, asked, LONG, "call-2", look=True)

    assert [said["ts"] for said in on.said()] == sent


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"])
async def test_where_slack_does_not_let_it_be_replaced_the_answer_is_a_message_of_its_own(on: Stage, error: str) -> None:
    await card(on)
    asked = await press(on)
    on.slack.refuse("chat.update", error)
    await say(on, asked, DONE, "call-2")

    assert standing(on) == [(on.said()[0]["text"], ""), ("Moved.", "")]


async def test_what_was_shown_meanwhile_goes(on: Stage) -> None:
    await card(on)
    asked = await press(on)
    sent = await say(on, asked, Reply("moving"), "call-2")
    await say(on, asked, DONE, "call-2", sent)

    assert standing(on) == [("Moved.", "")]


async def test_of_an_answer_for_one_alone_the_others_see_that_it_is_settled(on: Stage) -> None:
    await card(on)
    asked = await press(on)
    await say(on, asked, replace(DONE, private=True), "call-2")

    assert standing(on) == [(LINE, ""), ("Moved.", ADA)]
    assert "actions" not in str(on.said()[0]["blocks"])


async def test_in_a_chat_with_one_alone_there_are_no_others(on: Stage) -> None:
    await card(on, ADA)
    asked = await press(on)
    await say(on, asked, replace(DONE, private=True), "call-2")

    assert standing(on) == [("Moved.", "")]


@pytest.mark.parametrize("private", [True, False])
async def test_what_does_not_settle_leaves_the_card_to_whom_it_is_for(on: Stage, private: bool) -> None:
    await card(on, private=private)
    asked = await press(on)
    await say(on, asked, Reply("Only Grace may confirm this.", private=True), "call-2")

    assert [(whom, "Confirm" in str(said["blocks"])) for said, (_, whom) in zip(on.said(), standing(on), strict=True)] == [
        (ADA if private else "", True),
        (ADA, False),
    ]


async def test_once_its_response_url_is_used_up_the_answer_comes_all_the_same(on: Stage) -> None:
    await card(on, private=True)
    asked = await press(on)
    for _ in range(6):
        await say(on, asked, DONE, "call-2")

    assert [said["channel"][0] for said in on.said() if said["text"] == "Moved."] == ["C", "D"]


def test_what_was_stored_before_cards_could_settle_can_be_sent() -> None:
    older = outgoing("hello").dump().replace(',"replaces":"","ephemeral":false', "")

    assert "replaces" not in older
    assert load(older).replaces == ""


# Rooms


@pytest.mark.parametrize("channel", [GENERAL, RANDOM])
async def test_a_channel_is_spoken_to_unasked_and_anybody_there_can_press(on: Stage, channel: str) -> None:
    room = await on.platform.room(Place("slack", TEAM, channel))
    await say(on, room, CARD)
    asked = await press(on, user=GRACE)
    await say(on, asked, DONE, "call-2")

    assert (room.actor.user, asked.actor.user, asked.place.conversation) == ("", GRACE, channel)
    assert [(said["channel"], said["text"]) for said in on.said()] == [(channel, "Moved.")]


@pytest.mark.parametrize(("channel", "private"), [(PRIVATE, False), (GENERAL, True)])
async def test_where_nobody_can_be_told_nothing_is_said(on: Stage, channel: str, private: bool) -> None:
    room = await on.platform.room(Place("slack", TEAM, channel))

    assert await say(on, room, replace(CARD, private=private)) == [""]
    assert on.said() == []


@pytest.mark.parametrize("channel", [GENERAL, PRIVATE, ADA])
async def test_an_answer_that_comes_later_for_one_alone_reaches_them_in_person_once(on: Stage, channel: str) -> None:
    asked = await asked_there(on, channel)
    room = await on.platform.room(asked.place, asked.actor)
    [ts] = await say(on, room, replace(DONE, private=True))

    assert (room.actor, room.place) == (asked.actor, asked.place)
    assert await say(on, room, replace(DONE, private=True), look=True) == [ts]
    assert [(said["channel"][0], said["text"], said["only_for"]) for said in on.said()] == [("D", "Moved.", "")]


async def test_an_answer_that_comes_later_for_everybody_stands_where_it_was_asked_for(on: Stage) -> None:
    on.slack.refuse("conversations.open", "user_disabled")
    asked = await asked_there(on, GENERAL)
    room = await on.platform.room(asked.place, asked.actor)
    await say(on, room, DONE)
    await say(on, room, replace(DONE, private=True), "call-2")

    assert [(said["channel"], said["only_for"]) for said in on.said()] == [(GENERAL, ""), (GENERAL, ADA)]


# Forms


@command(undo="unbook")
async def book(title: str, video: bool = False) -> Reply:
    """Book something."""
    return Reply(f"{title} {video}")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Several]:
    async with several(tmp_path) as opened:
        yield opened


async def asked_over_http(served: Several) -> Asked:
    await served.sandbox.command("/calendar", "create")
    asked = await served.asked()
    assert asked
    return asked


PREVIEW = Reply(
    "Book “Lunch”.",
    fields=(Field("Video", "yes"),),
    buttons=(Button("Do it", "book", {}), Button("Connect", url="https://acme.test/connect")),
)


async def answer(served: Several, asked: Asked, reply: Reply, call: str) -> None:
    rendered = served.slack.render(asked, reply, call, ["offer"] * len(reply.pressed))
    for look in (False, True):
        assert await served.slack.send(rendered, (), look) == [""]


def form(served: Several) -> list[tuple[str, str]]:
    """What the person sees in it: the kind of each block, and what there is to read in it or to press."""
    view = served.sandbox.views.opened(ADA)
    assert view
    return [(block["type"], block["block_id"] if "element" in block else str(block["elements"])) for block in view["blocks"]]


async def test_preview_sends_what_is_entered_so_far_and_is_answered_in_the_form(served: Several) -> None:
    asked = await asked_over_http(served)
    assert await served.slack.open_form(asked, book, {"video": True})
    before = form(served)
    for number, (values, reply) in enumerate([({}, Reply("title: is missing")), ({"title": "Lunch"}, PREVIEW)]):
        delivery = await served.sandbox.press_form("Preview", values)
        assert (delivery.status, delivery.body) == (200, "")
        filled = await served.asked()
        assert filled
        assert filled.what == Filled(book.name, {"video": "true", **values}, dry_run=True)
        assert (filled.place, filled.via, filled.actor.user) == (Place("slack", TEAM, GENERAL), "form", ADA)
        await answer(served, filled, reply, f"call-{number}")
        *above, title, video, buttons = form(served)
        assert reply.text in above[0][1]
        assert [title, video, buttons] == before

    assert [kind for kind, _ in above] == ["rich_text", "rich_text", "actions"], "and what was said before is gone"
    assert ("Connect" in above[2][1], "Do it" in above[2][1]) == (True, False)
    assert served.said(TEAM) == [], "nor is anything said behind it"
    assert (await served.sandbox.submit({})).answer == {"response_action": "clear"}, "what was entered is still there"
    done = await served.asked()
    assert done
    assert done.what == Filled(book.name, {"title": "Lunch", "video": "true"})


async def test_where_the_form_was_closed_meanwhile_the_preview_is_a_message_for_the_asker_alone(served: Several) -> None:
    asked = await asked_over_http(served)
    assert await served.slack.open_form(asked, book, {})
    await served.sandbox.press_form("Preview", {"title": "Lunch"})
    filled = await served.asked()
    assert filled
    served.sandbox.views.close(ADA)
    await served.slack.send(served.slack.render(filled, Reply("Book “Lunch”."), "call-1", ()), (), look=False)

    assert [(said["text"], said["only_for"]) for said in served.said(TEAM)] == [("Book “Lunch”.", ADA)]


async def test_a_form_opens_once_and_not_without_a_trigger(served: Several) -> None:
    asked = await asked_over_http(served)
    mentioned = replace(asked, route={"since": str(time.time())})

    opened = [await served.slack.open_form(each, book, {}) for each in (mentioned, asked, asked)]
    assert opened == [False, True, False]
    assert served.sandbox.views.opened(ADA)


async def test_in_a_workspace_without_the_bot_there_is_no_room(served: Several) -> None:
    with pytest.raises(Refused):
        await served.slack.room(Place("slack", OTHER_TEAM, GENERAL))
