"""What all writes promise: they are seen first, done once whatever fails, and can be taken back, or ask before they are done.

A new one is covered the day its file is listed, and fails here until somebody says in which situation its example works.
`FAULTS=200` says how often each is done with its answer lost.
"""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import commands
from adapters import ADAPTERS
from adapters.faults import Fault
from bot.plan import Plan
from bot.words import Sorry
from commands.assistant import Assistant
from commands.catalog import subjects
from commands.command import Command
from commands.reply import Reply
from tests.bot.whole import NAME, SIGNING_IN, Whole, open_whole

FAULTS = int(os.environ.get("FAULTS", "2"))
WRITES = [command for subject in subjects(commands.SUBJECTS) for command in subject.commands if command.writes]
MakePlan = Callable[..., Plan]

each_write = pytest.mark.parametrize("command", WRITES, ids=lambda command: command.name)
each_reversible = pytest.mark.parametrize("command", [each for each in WRITES if each.undo], ids=lambda command: command.name)
each_irreversible = pytest.mark.parametrize(
    "command", [each for each in WRITES if each.irreversible], ids=lambda command: command.name
)


@dataclass(frozen=True)
class Situation:
    """What is said before; of several things that it may mean, the first is meant. `words` are the example, or nearly.

    In these, {record} is the record of what was written last.
    """

    before: tuple[str, ...] = ()
    words: str = ""


_A_RULE = "rules forbid calendar create who=everyone where=here"
_ONE_OF_TWO = "calendar cancel design review"
SITUATIONS = {
    "calendar create": Situation(),
    "calendar move": Situation((_ONE_OF_TWO,)),
    "calendar cancel": Situation((_ONE_OF_TWO,)),
    "calendar restore": Situation((_ONE_OF_TWO,)),
    "calendar respond": Situation(),
    "notion create": Situation(),
    "notion append": Situation(),
    "notion remove": Situation(("notion append Tea to=Ideas",), "notion remove {record}"),
    "notion put-back": Situation(("notion append Tea to=Ideas", "notion remove {record}"), "notion put-back {record}"),
    "notion add": Situation(),
    "notion set": Situation(),
    "notion archive": Situation(),
    "notion restore": Situation(("notion archive sprint planning",), "notion restore {record}"),
    "notion save-message": Situation(("notion default meeting notes",), "notion save-message 1"),
    "notion save-thread": Situation(("notion default meeting notes",)),
    "notion default": Situation(),
    "hubspot create-contact": Situation(),
    "hubspot update-contact": Situation(),
    "hubspot update": Situation(),
    "hubspot move": Situation(),
    "hubspot create-deal": Situation(),
    "hubspot create-ticket": Situation(),
    "hubspot note": Situation(),
    "hubspot task": Situation(),
    "hubspot log": Situation(),
    "hubspot archive": Situation(),
    "hubspot restore": Situation(("hubspot archive “Orbital – Pilot”",), "hubspot restore deal:{record}"),
    "models use": Situation(),
    "disconnect": Situation(),
    "forget": Situation(),
    "team open": Situation(),
    "team close": Situation(("team open google calendar",)),
    "rules forbid": Situation(),
    "rules allow": Situation(),
    "rules ask": Situation(),
    "rules remove": Situation((_A_RULE,), "rules remove {record}"),
    "rules restore": Situation((_A_RULE, "rules remove {record}"), "rules restore {record}"),
}


def test_each_write_has_a_situation_in_which_its_example_works() -> None:
    assert {command.name for command in WRITES} == SITUATIONS.keys()


@each_write
async def test_a_preview_is_seen_and_nothing_is_sent(command: Command, make_plan: MakePlan, tmp_path: Path) -> None:
    async with situated(command, make_plan, tmp_path) as (bot, words):
        before = await bot.state()
        bot.sandbox.journal.clear()
        reply = await bot.says(f"{words} --dry-run")
        assert "This is a preview: nothing was done." in reply.text
        assert (await bot.state(), bot.sent) == (before, [])
        assert command.previews or not bot.sandbox.journal
        done = await bot.presses(reply, "Do it")
        if command.undo:
            assert await bot.state() != before
        else:
            assert labels(done) == ["Confirm", "Cancel"]


@each_irreversible
async def test_what_cannot_be_taken_back_asks_first(command: Command, make_plan: MakePlan, tmp_path: Path) -> None:
    async with situated(command, make_plan, tmp_path) as (bot, words):
        before = await bot.state()
        bot.sandbox.journal.clear()
        card = await bot.says(words)
        assert labels(card) == ["Confirm", "Cancel"]
        await bot.presses(card, "Cancel")
        again = await bot.says(words)
        assert (await bot.state(), bot.sent) == (before, [])
        await bot.presses(again, "Confirm")
        assert await bot.state() != before


@each_reversible
async def test_what_was_done_is_taken_back_and_done_again_and_whatever_is_lost_on_the_way_it_is_done_once(
    command: Command, make_plan: MakePlan, tmp_path: Path
) -> None:
    """With the buttons, and again and again: with the answer lost once to three times, or with nothing noted of it at last."""
    async with situated(command, make_plan, tmp_path) as (bot, words):
        before, changes = await bot.state(), bot.changes
        clean = await bot.says(words)
        after, sends = await bot.state(), bot.changes - changes
        assert after != before, clean.text
        await taken_back_and_done_again(bot, clean, before, after)
        duplicated = lost = other = 0
        for number in range(FAULTS):
            for said, wanted in ((words, after), ("undo", before)):
                changes = bot.changes
                reply = await disturbed(bot, said, number)
                duplicated += bot.changes - changes > sends
                state = await bot.state()
                lost += state == (before if wanted is after else after)
                other += not alike(state, wanted) or (said == words and reply.text != clean.text)
        print(f"{command.name}: n={FAULTS} duplicated={duplicated} lost={lost} other={other}")  # noqa: T201
        assert (duplicated, lost, other) == (0, 0, 0)


@each_irreversible
async def test_what_cannot_be_taken_back_is_done_once_as_well(command: Command, make_plan: MakePlan, tmp_path: Path) -> None:
    async with situated(command, make_plan, tmp_path) as (bot, words):
        before = await bot.state()
        lost = other = 0
        for number in range(FAULTS):
            card = await bot.says(words)
            bot.sandbox.script.add(Fault(kind="drop_after", method="POST", times=1 + number % 3))
            reply = await bot.presses(card, "Confirm")
            bot.sandbox.script.clear()
            lost += await bot.state() == before
            other += "Confirm" in labels(reply)  # it is not asked about twice
            other += (await bot.presses(card, "Confirm")).text != "This was confirmed already."
            await bot.connect()
            other += await bot.state() != before
        print(f"{command.name}: n={FAULTS} lost={lost} other={other}")  # noqa: T201
        assert (lost, other) == (0, 0)


async def taken_back_and_done_again(bot: Whole, done: Reply, before: dict[str, Any], after: dict[str, Any]) -> None:
    """And taken back once more, in words."""
    undone = await bot.presses(done, "Undo")
    assert await bot.state() == before, undone.text
    await bot.presses(undone, "Redo")
    assert await bot.state() == after
    undone = await bot.says("undo")
    assert alike(await bot.state(), before), undone.text


async def disturbed(bot: Whole, words: str, number: int) -> Reply:
    """Every other time the service says nothing; the others nothing is noted of what was done, and all is attempted again."""
    if number % 2:
        await bot.says(words)
        return await bot.attempts_again()
    writes = f"^(?!.*({bot.sandbox.asks}|{SIGNING_IN}))"
    for method in ("POST", "PATCH", "PUT", "DELETE"):
        bot.sandbox.script.add(Fault(kind="drop_after", method=method, path=writes, times=1 + number // 2 % 3))
    reply = await bot.says(words)
    bot.sandbox.script.clear()
    return reply


def alike(state: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """The same but for the ids of what was made."""
    return state == wanted or bool(_without_ids(state) == _without_ids(wanted))


def _without_ids(state: Any) -> Any:
    """Of what is kept by ids, only what is kept."""
    if isinstance(state, dict) and state and all(isinstance(each, dict) for each in state.values()):
        return sorted((_without_ids(each) for each in state.values()), key=repr)
    if isinstance(state, dict):
        return {name: _without_ids(each) for name, each in state.items() if name not in ("id", "htmlLink", "url")}
    return [_without_ids(each) for each in state] if isinstance(state, list | tuple) else _AN_ID.sub("…", repr(state))


_AN_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def service_of(command: Command) -> str:
    """By whose sandbox it is tried."""
    asks_models = Assistant in command.needs.values()
    return next((each.name for each in ADAPTERS if each.client in command.clients), "openai" if asks_models else NAME)


def labels(reply: Reply) -> list[str]:
    return [button.label for button in reply.buttons]


@asynccontextmanager
async def situated(command: Command, make_plan: MakePlan, folder: Path) -> AsyncIterator[tuple[Whole, str]]:
    """A bot in the situation of that command, and what is to be said."""
    files = {"database_url": f"sqlite:///{folder / 'data/bot.sqlite'}", "keyring": str(folder / "keys/keyring.json")}
    situation = SITUATIONS[command.name]
    async with open_whole(make_plan(adapters=ADAPTERS, **files), service_of(command)) as bot:
        await bot.connect()
        await bot.connect(team=True)
        record = ""
        for words in situation.before:
            reply = await bot.says(words.format(record=record))
            if isinstance(reply, Sorry):  # it asks what is meant
                reply = await bot.presses(reply, labels(reply)[0])
            record = reply.record
        yield bot, (situation.words or command.example).format(record=record)
