"""Every write is seen first where it must be, confirmed by whom it must be, done once, and taken back."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.base import Secret, Service
from adapters.errors import Unavailable
from adapters.faults import Fault
from adapters.http import Http, pooled_session
from bot.clients import Clients
from bot.connections import Connections, Given
from bot.dispatch import Dispatch, Form
from bot.words import Sorry
from bot.write_parts import WriteParts
from commands import confirm, dismiss, settle, undo
from commands.call import Actor, Call, Place
from commands.catalog import Catalog, subjects
from commands.reply import Button, Reply
from storage.database import Database
from storage.effects import Effects
from tests.adapters.servers import serving
from tests.bot import board
from tests.bot.board import BoardSandbox
from tests.bot.conftest import MONDAY, FixedClock
from tests.bot.written import writes_on

ADA, GRACE = Actor("slack", "T1", "U-ada", "Ada"), Actor("slack", "T1", "U-grace", "Grace")
ROOM, ELSEWHERE = Place("slack", "T1", "C1"), Place("slack", "T1", "C2")


@dataclass
class Stage:
    """The bot's own end, and the board that it writes to."""

    dispatch: Dispatch
    writes: WriteParts
    sandbox: BoardSandbox
    database: Database
    clock: FixedClock
    tokens: dict[str, Secret]
    calls: "count[int]" = field(default_factory=count)

    async def call(self, words: str, actor: Actor = ADA, place: Place = ROOM, via: str = "slash") -> Call:
        call = await self.dispatch.read(words, f"call-{next(self.calls)}", actor, place, via, MONDAY)
        assert isinstance(call, Call), call
        return call

    async def ask(self, words: str, actor: Actor = ADA, place: Place = ROOM, via: str = "slash") -> Reply:
        return await self.run(await self.call(words, actor, place, via))

    async def press(self, button: Button, actor: Actor = ADA, place: Place = ROOM) -> Reply:
        id = f"call-{next(self.calls)}"
        call = await self.dispatch.fill(button.command, button.arguments, id, actor, place, "button", MONDAY, button.typed)
        assert isinstance(call, Call), call
        return await self.run(call)

    async def run(self, call: Call) -> Reply:
        replies = [reply async for reply in self.dispatch.answer(call)]
        return replies[-1]

    @property
    def written(self) -> list[str]:
        """What the board was asked to change."""
        return [f"{entry.method} {entry.path}" for entry in self.sandbox.journal if entry.method != "GET"]

    async def state(self, call: Call) -> str:
        effect = await Effects(self.database).of_call(call.id)
        return effect.state if effect else ""

    async def tamper(self, statement: str) -> None:
        await self.database.run(lambda connection: connection.execute(text(statement)))


@pytest.fixture
async def stage(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Stage]:
    sandbox = BoardSandbox(clock.now)
    database = Database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await database.open()
    catalog = Catalog(subjects([board, undo, confirm, dismiss, settle]), lambda _: True)
    writes = writes_on(database, catalog, clock)
    tokens = {"board": Secret("CANARY-token")}
    async with serving(sandbox.app) as address, pooled_session() as session:
        service = Service(board.ADAPTER, f"{address}/", Http(session), None)
        clients = Clients({"board": service}, Connections([Given(tokens)]), clock)
        dispatch = Dispatch(catalog, clients, writes.given, writes.judge, writes.writing)
        yield Stage(dispatch, writes, sandbox, database, clock, tokens)
    await database.close()


def labels(reply: Reply) -> Sequence[str]:
    return [button.label for button in reply.buttons]


async def test_what_can_be_taken_back_is_done_at_once_and_offers_that(stage: Stage) -> None:
    pinned = await stage.ask("board pin hello")

    assert (pinned.text, labels(pinned)) == ("Pinned “hello”.", ["Undo"])
    assert (await stage.press(pinned.buttons[0])).text == "Took “hello” away."
    assert stage.sandbox.cards == {}


async def test_undo_alone_takes_back_my_last_write_here_and_then_the_one_before(stage: Stage) -> None:
    for words in ("one", "two"):
        await stage.ask(f"board pin {words}")
    await stage.ask("board pin three", place=ELSEWHERE)
    await stage.ask("board pin four", actor=GRACE)
    taken = [(await stage.ask("undo")).text for _ in range(3)]

    assert taken == ["Took “two” away.", "Took “one” away.", "You have done nothing here that I could take back."]
    assert [card["text"] for card in stage.sandbox.cards.values()] == ["three", "four"]


async def test_what_was_taken_back_can_be_done_again_and_is_not_taken_back_twice(stage: Stage) -> None:
    pinned = await stage.ask("board pin hello")
    back = await stage.press(pinned.buttons[0])
    again = await stage.press(pinned.buttons[0])

    assert again.text == "“board pin” was taken back already."
    assert labels(back) == ["Redo"]
    assert (await stage.press(back.buttons[0])).text == "Pinned “hello”."


async def test_nobody_takes_back_what_somebody_else_did(stage: Stage) -> None:
    pinned = await stage.ask("board pin hello")
    refused = await stage.ask(f"undo {pinned.buttons[0].arguments['id']}", actor=GRACE)

    assert "You have done nothing called" in refused.text
    assert len(stage.sandbox.cards) == 1


@pytest.mark.parametrize("words", ["board pin hello --dry-run", "board --dry-run shout hello", "board scribble hello —dry-run"])
async def test_a_dry_run_shows_what_would_be_done_and_asks_nobody_to_do_it(stage: Stage, words: str) -> None:
    shown = await stage.ask(words)

    assert "nothing was done" in shown.text
    assert ("Text", "hello") in [(field.name, field.value) for field in shown.fields] or "“hello”" in shown.text
    assert [field.value for field in shown.fields if field.name == "As"] == ["an account of the settings at Board, your team’s"]
    assert not stage.sandbox.journal


async def test_what_changes_nothing_has_nothing_to_preview(stage: Stage) -> None:
    told = await stage.dispatch.read("board read --dry-run", "call", ADA, ROOM, "slash", MONDAY)

    assert isinstance(told, Sorry)
    assert "changes nothing" in told.text


async def test_a_form_is_shown_to_who_asks_for_it_and_to_who_leaves_something_out(stage: Stage) -> None:
    told = []
    for words in ("board pin --form hello", "board pin"):
        form = await stage.dispatch.read(words, "call", ADA, ROOM, "slash", MONDAY)
        assert isinstance(form, Form)
        told.append((form.command.name, dict(form.arguments)))

    assert told == [("board pin", {"text": "hello"}), ("board pin", {})]


async def test_what_can_not_be_taken_back_is_shown_first_and_done_when_it_is_confirmed(stage: Stage) -> None:
    card = await stage.ask("board shout hello")

    assert labels(card) == ["Confirm", "Cancel"]
    assert "Shout something" in card.text
    assert stage.written == []

    done = await stage.press(card.buttons[0])
    assert done.text == "Shouted “hello”."
    assert done.settles
    assert stage.sandbox.shouts == ["hello"]


async def test_what_is_called_off_is_not_done_and_can_not_be_confirmed_any_more(stage: Stage) -> None:
    card = await stage.ask("board shout hello")
    off = await stage.press(card.buttons[1])
    late = await stage.press(card.buttons[0])

    assert (off.text, off.settles) == ("“board shout” is called off: nothing was done.", True)
    assert late.text == "This was cancelled already."
    assert stage.sandbox.shouts == []


async def test_a_second_click_does_nothing(stage: Stage) -> None:
    card = await stage.ask("board shout hello")
    await stage.press(card.buttons[0])
    again = await stage.press(card.buttons[0])

    assert again.text == "This was confirmed already."
    assert again.private
    assert stage.sandbox.shouts == ["hello"]


async def test_a_click_by_another_person_does_nothing(stage: Stage) -> None:
    card = await stage.ask("board shout hello")
    refused = [await stage.press(button, GRACE) for button in card.buttons]
    stranger = await stage.press(card.buttons[0], replace(ADA, tenant="T2"))

    assert refused[0].text == "Only the person who asked can confirm this."
    assert all(each.private and not each.settles for each in (*refused, stranger))
    assert stage.sandbox.shouts == []


async def test_a_click_after_ten_minutes_does_nothing(stage: Stage) -> None:
    card = await stage.ask("board shout hello")
    stage.clock.at += timedelta(seconds=601)
    late = await stage.press(card.buttons[0])

    assert "more than ten minutes" in late.text
    assert late.settles
    assert stage.sandbox.shouts == []


@pytest.mark.parametrize(("was", "put"), [("hello", "evil"), ("board shout", "board pin"), ("board shout", "board scribble")])
async def test_a_call_that_was_changed_behind_its_confirmation_is_not_done(stage: Stage, was: str, put: str) -> None:
    card = await stage.ask("board shout hello")
    await stage.tamper(f"UPDATE proposal SET call = replace(call, '{was}', '{put}')")  # noqa: S608
    told = await stage.press(card.buttons[0])

    assert "not as it was shown" in told.text
    assert stage.written == []


async def test_what_changed_after_it_was_shown_is_shown_again_and_done_only_then(stage: Stage) -> None:
    await stage.ask("board pin old")
    card = await stage.ask("board burn 1")
    stage.sandbox.cards["1"]["text"] = "new"
    again = await stage.press(card.buttons[0])

    assert "Burn “old”" in card.text
    assert "Burn “new”" in again.text
    assert again.settles
    assert list(stage.sandbox.cards) == ["1"]
    assert (await stage.press(again.buttons[0])).text == "Burnt."
    assert stage.sandbox.cards == {}


async def test_another_place_is_not_what_was_shown(stage: Stage) -> None:
    card = await stage.ask("board shout hello")
    again = await stage.ask(f"confirm {card.buttons[0].arguments['id']}", place=ELSEWHERE)

    assert labels(again) == ["Confirm", "Cancel"]
    assert stage.sandbox.shouts == []


async def test_what_something_else_than_a_person_proposes_is_asked_first(stage: Stage) -> None:
    card = await stage.ask("board pin hello", via="ai")

    assert labels(card) == ["Confirm", "Cancel"]
    assert stage.written == []
    assert labels(await stage.press(card.buttons[0])) == ["Undo"]


async def test_a_write_whose_answer_was_lost_is_looked_for_and_found(stage: Stage) -> None:
    stage.sandbox.script.add(Fault(kind="drop_after", method="POST"))
    call = await stage.call("board pin hello")
    with pytest.raises(Unavailable) as raised:
        await stage.run(call)

    assert raised.value.retry_after
    assert await stage.state(call) == "unknown"
    assert (await stage.run(call)).text == "Pinned “hello”."
    assert await stage.state(call) == "done"
    assert stage.written == ["POST /cards"]


async def test_a_write_that_was_lost_before_it_happened_is_looked_for_and_done(stage: Stage) -> None:
    stage.sandbox.script.add(Fault(kind="drop_before", method="POST"))
    call = await stage.call("board pin hello")
    with pytest.raises(Unavailable):
        await stage.run(call)

    assert (await stage.run(call)).text == "Pinned “hello”."
    assert len(stage.sandbox.cards) == 1


async def test_where_nobody_can_look_the_person_is_asked_and_nothing_is_tried_twice(stage: Stage) -> None:
    card = await stage.ask("board shout hello")
    stage.sandbox.script.add(Fault(kind="drop_after", method="POST"))
    pressed = await stage.dispatch.fill("confirm", card.buttons[0].arguments, "press", ADA, ROOM, "button", MONDAY)
    assert isinstance(pressed, Call)
    with pytest.raises(Unavailable):
        await stage.run(pressed)
    asked = await stage.run(pressed)

    assert labels(asked) == ["It was done", "It was not done"]
    assert stage.sandbox.shouts == ["hello"]
    assert (await stage.press(asked.buttons[0])).text == "Noted: “board shout” was done."
    assert "nothing of yours" in (await stage.press(asked.buttons[1])).text


async def test_what_was_not_done_after_all_can_be_done_then(stage: Stage) -> None:
    call = replace(await stage.call("board scribble hello"))
    await stage.ask("board pin unrelated")
    stage.sandbox.script.add(Fault(kind="drop_before", method="POST"), Fault(kind="drop_before", method="GET", times=3))
    with pytest.raises(Unavailable):
        await stage.run(call)
    with pytest.raises(Unavailable) as raised:  # looking does not work either
        await stage.run(call)
    assert raised.value.acted
    closed = await stage.ask(f"settle {await stage.dispatch.doubted(call)} not-done")

    assert labels(closed) == ["Do it now"]
    assert (await stage.press(closed.buttons[0])).text == "Scribbled."


async def test_what_was_done_under_an_id_is_answered_and_not_done_again(stage: Stage) -> None:
    call = await stage.call("board pin hello")
    first, second = await stage.run(call), await stage.run(call)

    assert second == replace(first, account="", repeated=True)
    assert stage.written == ["POST /cards"]


async def test_what_was_refused_leaves_nothing_to_take_back(stage: Stage) -> None:
    call = await stage.call("board remove 9")
    told = await stage.run(call)

    assert told.text == "There is no such card."
    assert await stage.state(call) == "failed"
    assert "nothing here" in (await stage.ask("undo")).text


async def test_what_is_kept_of_a_write_holds_no_secret(stage: Stage) -> None:
    call = await stage.call("board pin hello")
    await stage.run(call)
    effect = await Effects(stage.database).of_call(call.id)

    assert effect
    assert json.loads(effect.arguments) == {"text": "hello"}
    assert "CANARY" not in repr(effect)


@pytest.mark.parametrize("words", ["undo", "confirm p-1", "dismiss p-1", "settle e-1 done"])
async def test_nothing_but_a_person_decides_about_writes(stage: Stage, words: str) -> None:
    await stage.ask("board pin hello")
    told = await stage.ask(words, via="ai")

    assert "for people to run, by their own hand" in told.text
    assert len(stage.sandbox.cards) == 1
