"""Answers that grow while they are read: streamed to one person, and elsewhere one message that is replaced."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.platform import Asked, StoppedError
from bot.teams.listen import Listener
from bot.teams.sandbox.workspace import GENERAL, GROUP
from bot.teams.teams import Teams
from commands.reply import Button, Field, Reply
from tests.bot.teams.stage import Stage

PARTS = ("The fox ", "The fox jumps over ", "The fox jumps over the lazy dog. ")
WHOLE = Reply("Claude answers:", prose="The fox jumps over the lazy dog.", fields=(Field("Note", "Stopped here."),))
STOP = Button("Stop", "stop", {"call": "call-1"})


def partial(prose: str) -> Reply:
    return Reply("Claude answers:", prose=prose, partial=True, buttons=(STOP,))


async def hear(on: Stage, platform: Teams, kind: str = "message", where: str = "", **changes: Any) -> Asked:
    asked = await platform.hear(on.teams.activity(kind, conversation=where, **changes), on.clock.time())
    assert asked
    return asked


async def say(
    platform: Teams, asked: Asked, reply: Reply, sent: Sequence[str] = (), look: bool = False, call: str = "call-1"
) -> list[str]:
    ids = [f"stop-{number}" for number, _ in enumerate(reply.pressed)]
    return list(await platform.send(platform.render(asked, reply, call, ids), sent, look))


async def told(on: Stage, platform: Teams, asked: Asked, sent: list[str] | None = None) -> list[str]:
    """Piece by piece, a second apart."""
    sent = sent or []
    for part in PARTS:
        sent = await say(platform, asked, partial(part), sent)
        on.clock.ahead += 1.1
    return sent


def restarted(on: Stage) -> Teams:
    on.restart()
    return Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "UTC", on.clock, on.history)


def shown(on: Stage, where: str = "") -> list[str]:
    return [said["text"] for said in on.teams.said(where)]


async def test_to_one_person_it_is_streamed_and_the_whole_takes_its_place(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    sent = await told(on, platform, asked)

    [said] = on.teams.said()
    assert sent == [f"stream:{said['id']}"]
    assert (said["streaming"], said["card"]) == (True, None)
    assert said["text"].strip() == "Claude answers:\n\nThe fox jumps over the lazy dog."
    assert on.teams.streams.requests == 3

    assert await say(platform, asked, WHOLE, sent) == [said["id"]]
    [said] = on.teams.said()
    assert (said["streaming"], said["text"]) == (False, f"Claude answers:\n{WHOLE.prose}\nNote: Stopped here.")


@pytest.mark.parametrize("where", [GENERAL, GROUP])
async def test_elsewhere_it_is_one_message_with_a_button_that_stops_it(on: Stage, platform: Teams, where: str) -> None:
    asked = await hear(on, platform, where=where)
    sent = await told(on, platform, asked)

    [said] = on.teams.said(where)
    assert (said["text"], said["buttons"]) == (f"Claude answers:\n{PARTS[-1].strip()}", ["Stop"])
    assert await say(platform, asked, WHOLE, sent) == sent
    [said] = on.teams.said(where)
    assert (said["id"], said["buttons"]) == (sent[0], [])
    assert on.teams.streams.requests == 0


async def test_what_comes_faster_than_teams_takes_it_waits_for_the_next(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    sent = await say(platform, asked, partial(PARTS[0]))
    assert await say(platform, asked, partial(PARTS[1]), sent) == sent
    on.clock.ahead += 1.1
    await say(platform, asked, partial(PARTS[2]), sent)

    assert on.teams.streams.requests == 2
    assert "lazy dog" in shown(on)[0]


async def test_half_a_word_is_not_shown_yet(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    assert await say(platform, asked, Reply("", prose="Supercali", partial=True)) == []
    assert on.teams.said() == []


async def test_teams_own_stop_ends_it_and_what_is_there_becomes_the_answer(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    sent = await say(platform, asked, partial(PARTS[0]))
    on.clock.ahead += 1.1
    on.teams.stop()
    with pytest.raises(StoppedError):
        await say(platform, asked, partial(PARTS[1]), sent)
    await say(platform, asked, WHOLE, sent)

    assert shown(on) == [f"Claude answers:\n{WHOLE.prose}\nNote: Stopped here."]


@pytest.mark.parametrize("again", [False, True])
async def test_what_a_dead_process_has_begun_ends_in_one_answer(on: Stage, platform: Teams, again: bool) -> None:
    """Another model's answer may differ: its pieces are not shown, and the whole takes the place of what was."""
    asked = await hear(on, platform)
    sent = await told(on, platform, asked)
    after = restarted(on)
    assert await say(after, asked, partial("A wholly different answer "), sent, look=True) == sent
    if again:
        await say(after, asked, WHOLE, sent, look=True)
        after = restarted(on)
    await say(after, asked, WHOLE, sent, look=True)

    assert shown(on) == [f"Claude answers:\n{WHOLE.prose}\nNote: Stopped here."]


@pytest.mark.parametrize("partly", [True, False])
async def test_what_a_dead_process_has_begun_and_not_noted_is_found(on: Stage, platform: Teams, partly: bool) -> None:
    asked = await hear(on, platform)
    await say(platform, asked, partial(PARTS[0]))
    after = restarted(on)
    sent = await say(after, asked, partial("Something else "), (), look=True) if partly else []
    await say(after, asked, WHOLE, sent, look=True)

    assert len(on.teams.said()) == 1
    assert shown(on)[0].endswith("Stopped here.")


async def test_a_stream_whose_beginning_nobody_confirmed_is_found_too(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    on.teams.script.add(Fault(kind="drop_after", method="POST", path="/activities"))
    with pytest.raises(Unavailable):
        await say(platform, asked, partial(PARTS[0]))
    after = restarted(on)
    await say(after, asked, WHOLE, (), look=True)

    assert len(on.teams.said()) == 1


async def test_an_earlier_streams_place_is_not_taken(on: Stage, platform: Teams) -> None:
    await say(platform, await hear(on, platform), partial(PARTS[0]))
    on.clock.ahead += 400
    later = restarted(on)
    await say(later, await hear(on, later), WHOLE, (), look=True, call="call-2")

    assert len(on.teams.said()) == 2


async def test_what_lasts_longer_than_teams_streams_is_answered_all_the_same(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    sent = await say(platform, asked, partial(PARTS[0]))
    on.clock.ahead += 130
    for part in PARTS[1:]:
        assert await say(platform, asked, partial(part), sent) == sent
        on.clock.ahead += 1.1
    await say(platform, asked, WHOLE, sent)

    assert shown(on) == [f"Claude answers:\n{WHOLE.prose}\nNote: Stopped here."]
    assert on.teams.streams.requests == 1


async def test_where_nothing_may_be_streamed_it_is_a_message_that_is_replaced(on: Stage, platform: Teams) -> None:
    on.teams.streams.allowed = False
    asked = await hear(on, platform)
    sent = await told(on, platform, asked)

    [said] = on.teams.said()
    assert (sent, said["buttons"]) == ([said["id"]], ["Stop"])


async def test_where_a_card_stands_already_it_is_replaced(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    sent = await told(on, platform, asked, await say(platform, asked, Reply("Working on it…")))
    await say(platform, asked, WHOLE, sent)

    assert shown(on) == [f"Claude answers:\n{WHOLE.prose}\nNote: Stopped here."]


async def test_that_it_takes_longer_is_said_before_the_answer_begins(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    sent = await say(platform, asked, Reply("Working on it…", partial=True))
    assert [(said["text"], said["streaming"]) for said in on.teams.said()] == [("Working on it…", True)]
    on.clock.ahead += 1.1
    sent = await told(on, platform, asked, sent)
    await say(platform, asked, WHOLE, sent)

    assert shown(on) == [f"Claude answers:\n{WHOLE.prose}\nNote: Stopped here."]


async def test_an_answer_in_several_messages_begins_where_it_was_streamed(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform)
    sent = await say(platform, asked, partial(PARTS[0]))
    long = replace(WHOLE, prose="\n\n".join("word " * 500 for _ in range(20)))
    ids = await say(platform, asked, long, sent)

    assert len(ids) == len(on.teams.said()) > 1
    assert ids[0] == sent[0].removeprefix("stream:")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_piece_that_is_lost_comes_with_the_next(on: Stage, platform: Teams, kind: Any) -> None:
    asked = await hear(on, platform)
    sent = await say(platform, asked, partial(PARTS[0]))
    on.clock.ahead += 1.1
    on.teams.script.add(Fault(kind=kind, method="POST", path="/activities"))
    assert await say(platform, asked, partial(PARTS[1]), sent) == sent
    on.clock.ahead += 1.1
    await say(platform, asked, partial(PARTS[2]), sent)

    assert "lazy dog" in shown(on)[0]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_an_end_that_is_lost_is_tried_again_and_it_stays_one_answer(on: Stage, platform: Teams, kind: Any) -> None:
    asked = await hear(on, platform)
    sent = await told(on, platform, asked)
    on.teams.script.add(Fault(kind=kind, method="POST", path="/activities"))
    with pytest.raises(Unavailable):
        await say(platform, asked, WHOLE, sent)
    await say(restarted(on), asked, WHOLE, sent, look=True)

    assert shown(on) == [f"Claude answers:\n{WHOLE.prose}\nNote: Stopped here."]


async def test_what_is_for_one_alone_is_not_shown_piece_by_piece_where_others_are(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform, where=GROUP)
    assert await say(platform, asked, replace(partial(PARTS[0]), private=True)) == []
    assert on.teams.said() == []


@pytest.mark.parametrize("where", ["", GENERAL])
async def test_a_press_on_stop_is_answered_in_passing_and_the_card_stays(on: Stage, platform: Teams, where: str) -> None:
    asked = await hear(on, platform, "execute", where, **{"value.action.data.offer": "stop-1"})
    assert await say(platform, asked, Reply("It stops.", private=True)) == [""]

    assert (on.teams.said(), asked.message) == ([], "")
