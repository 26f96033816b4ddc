"""However often, by however many and whenever a write is attempted, it is done once; and nobody is told that it was not."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.desk import Desk
from bot.plan import Plan
from bot.terminal.conversation import Conversation
from bot.terminal.person import PLACE
from commands.call import Call
from commands.reply import Button, Reply
from storage.effects import Effects
from storage.rules import Rule, Rules
from tests.bot.conftest import MONDAY
from tests.bot.terminal.conftest import Recorder
from tests.bot.test_writing import ADA, ROOM, Stage, labels, stage
from tests.bot.whole import BOSS, open_whole

__all__ = ["stage"]  # the fixture

ASKS = Rule("r1", "slack:T1", "ask", "writes", "*", "*", "admins", "slack:T1:U-boss", 1.0)


@pytest.fixture
def plan(make_plan: Callable[..., Plan], tmp_path: Path) -> Plan:
    return make_plan(database_url=f"sqlite:///{tmp_path / 'data/bot.sqlite'}", keyring=str(tmp_path / "keys/keyring.json"))


async def pressed(stage: Stage, button: Button, id: str) -> Call:
    call = await stage.dispatch.fill(button.command, button.arguments, id, ADA, ROOM, "button", MONDAY, button.typed)
    assert isinstance(call, Call)
    return call


async def answer(stage: Stage, call: Call) -> Reply | None:
    """None where it is to be attempted again."""
    with suppress(Unavailable):
        return await stage.run(call)
    return None


async def rule(stage: Stage) -> None:
    await Rules(stage.database, stage.clock.time).add(ASKS)
    stage.clock.at = stage.clock.at.replace(second=stage.clock.at.second + 5)  # it is looked for again


async def test_one_call_in_two_workers_is_written_once_and_both_answer_it(stage: Stage) -> None:
    call = await stage.call("board pin hello")
    first = await asyncio.gather(answer(stage, call), answer(stage, call))
    again = await answer(stage, call)

    assert len(stage.sandbox.cards) == 1
    assert {each.text for each in (*first, again) if each} == {"Pinned “hello”."}


async def test_what_two_take_back_at_once_is_taken_back_once(stage: Stage) -> None:
    gone = await stage.press((await stage.ask("board pin hello")).buttons[0])
    calls = [await pressed(stage, gone.buttons[0], f"redo-{n}") for n in range(3)]
    redone = await asyncio.gather(*(answer(stage, call) for call in calls))

    assert len(stage.sandbox.cards) == 1
    assert [each.text for each in redone if each].count("Pinned “hello”.") == 1


async def test_what_may_have_been_taken_back_is_not_taken_back_by_another(stage: Stage) -> None:
    gone = await stage.press((await stage.ask("board pin hello")).buttons[0])
    stage.sandbox.script.add(Fault(kind="drop_after", method="POST"))
    assert await answer(stage, await pressed(stage, gone.buttons[0], "redo-1")) is None
    told = await answer(stage, await pressed(stage, gone.buttons[0], "redo-2"))

    assert told
    assert "being taken back just now" in told.text
    assert len(stage.sandbox.cards) == 1


async def test_undo_and_redo_take_turns(stage: Stage) -> None:
    reply, seen = await stage.ask("board pin hello"), []
    for _ in range(4):
        seen.append(labels(reply))
        reply = await stage.press(reply.buttons[0])

    assert seen == [["Undo"], ["Redo"], ["Undo"], ["Redo"]]
    assert (await stage.ask("undo")).text == "Took “hello” away."


async def test_what_failed_has_to_be_confirmed_as_if_it_were_new(stage: Stage) -> None:
    call = await stage.call("board remove 77")
    assert (await stage.run(call)).text == "There is no such card."
    await rule(stage)
    stage.sandbox.cards["77"] = {"text": "secret", "mark": ""}
    told = await stage.run(call)

    assert "nobody can be asked" in told.text
    assert list(stage.sandbox.cards) == ["77"]


async def test_what_failed_and_is_another_thing_now_is_shown_again(stage: Stage) -> None:
    stage.sandbox.cards["5"] = {"text": "old", "mark": ""}
    card = await stage.ask("board burn 5")
    call = await pressed(stage, card.buttons[0], "decision-1")
    stage.sandbox.script.add(Fault(kind="status", method="DELETE", status=404))
    await stage.run(call)
    stage.sandbox.cards["5"]["text"] = "something else"
    again = await stage.run(call)

    assert "Burn “something else”" in again.text
    assert list(stage.sandbox.cards) == ["5"]


async def test_a_rule_that_is_made_while_a_card_waits_holds_for_it(stage: Stage) -> None:
    card = await stage.ask("board shout hello")
    await rule(stage)
    told = await stage.press(card.buttons[0])

    assert stage.sandbox.shouts == []
    assert "nobody can be asked" in told.text


async def test_what_the_person_says_was_done_is_not_done_again(stage: Stage) -> None:
    call = await pressed(stage, (await stage.ask("board shout hello")).buttons[0], "decision-1")
    stage.sandbox.script.add(Fault(kind="drop_after", method="POST"))
    assert await answer(stage, call) is None
    asked = await stage.run(call)
    await stage.press(asked.buttons[0])
    again = await stage.run(call)

    assert again.text == "This was done already."
    assert stage.sandbox.shouts == ["hello"]


async def test_a_late_word_of_failure_changes_nothing_about_what_was_done(stage: Stage) -> None:
    call = await stage.call("board pin hello")
    await stage.run(call)
    await Effects(stage.database).finish(call.id, "unknown")

    assert await stage.state(call) == "done"
    assert (await stage.ask("undo")).text == "Took “hello” away."


async def test_what_takes_back_may_be_switched_off_by_then(stage: Stage) -> None:
    pinned = await stage.ask("board pin hello")
    await stage.tamper("UPDATE effect SET undo = 'gone away'")

    assert (await stage.press(pinned.buttons[0])).text == "“gone away” is not switched on here any more."


async def test_taking_back_can_be_previewed_and_is_not_done_then(stage: Stage) -> None:
    await stage.ask("board pin hello")
    shown = await stage.ask("undo --dry-run")

    assert "nothing was done" in shown.text
    assert ("Card", "hello → nothing") in [(each.name, each.value) for each in shown.fields]
    assert len(stage.sandbox.cards) == 1


@pytest.mark.parametrize("flag", ["--dryrun", "--dry-run=true", "–dry-run", "--DRY_RUN", "--dry"])
async def test_a_dry_run_is_one_however_it_is_spelled(stage: Stage, flag: str) -> None:
    assert "nothing was done" in (await stage.ask(f"board pin hello {flag}")).text
    assert stage.written == []


async def test_other_words_with_hyphens_are_words(stage: Stage) -> None:
    assert (await stage.ask("board pin hello --there")).text == "Pinned “hello --there”."


async def test_what_was_done_is_not_said_to_have_come_to_nothing(plan: Plan) -> None:
    """The answer is lost, and then the service is away for longer than anybody waits."""
    async with open_whole(plan) as bot:
        await bot.connect()
        before = bot.changes
        bot.sandbox.script.add(Fault(kind="drop_after", method="POST", path="/events$"))
        bot.sandbox.script.add(Fault(kind="status", status=503, method="POST", path="/events$", retry_after="120", times=5))
        told = (BOSS, PLACE, "slash", bot.plan.clock.now())
        call = await bot.dispatch.read("calendar create Tea 2026-11-24 15:00", "call-1", *told)
        assert isinstance(call, Call)
        with pytest.raises(Unavailable) as raised:
            [_ async for _ in bot.dispatch.answer(call)]

        assert (raised.value.acted, bot.changes - before) == (True, 1)
        assert await bot.dispatch.doubted(call)


async def test_the_terminal_tries_again_what_it_has_begun_and_nothing_else(plan: Plan) -> None:
    """By then “next” would be another meeting."""

    async def sleep(_: float) -> None:
        return

    async with open_whole(plan) as bot:
        await bot.connect()
        conversation = Conversation(Desk(bot.dispatch, bot.stores.audit), BOSS, Recorder(), bot.plan.clock, sleep)
        await conversation.say("calendar today")
        before = bot.changes
        bot.sandbox.script.add(Fault(kind="drop_after", method="DELETE"))
        bot.sandbox.script.add(Fault(kind="status", status=503, method="DELETE", retry_after="1", times=2))
        answer = await conversation.say("calendar cancel next")

        assert bot.changes - before == 1
        assert "Cancelled" in answer.reply.text


async def test_what_is_stopped_by_hand_is_noted_and_can_be_settled(stage: Stage) -> None:
    call = await stage.call("board pin hello")
    running = asyncio.create_task(stage.run(call))
    stage.sandbox.script.add(Fault(kind="slow", method="POST", seconds=5.0))
    while not stage.written:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    effect = await stage.dispatch.doubted(call)

    assert effect
    assert (await stage.ask(f"settle {effect} done")).text == "Noted: “board pin” was done."


async def test_a_button_pressed_twice_answers_the_same_and_writes_once(stage: Stage) -> None:
    call = await stage.call("board pin hello")
    first, second = await stage.run(call), await stage.run(replace(call))

    assert (first.text, second.text, second.repeated) == ("Pinned “hello”.", "Pinned “hello”.", True)
    assert stage.written == ["POST /cards"]


async def test_what_the_bot_fills_in_itself_is_in_no_button_that_people_could_have_to_type(plan: Plan) -> None:
    async with open_whole(plan) as bot:
        await bot.connect()
        for day in (24, 25):
            await bot.says(f"calendar create Tea 2026-11-{day} 15:00")
        asked = await bot.says("calendar cancel tea")

    assert len(asked.buttons) == 2
    assert all(set(each.arguments) == {"meeting", "calendar"} for each in asked.buttons)
