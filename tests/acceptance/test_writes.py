"""Writes through the real process: seen first, confirmed by whom they must be, done once, taken back, and accounted for."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.sides import Said
from tests.acceptance.world import World, until, world


@pytest.fixture(params=["slack", "teams"])
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Ada runs the bot."""
    async with world(tmp_path, [request.param]) as opened:
        opened.bot.environment = {**opened.bot.environment, "ADMINS": opened.side.owner(opened.side.ada)}
        await opened.bot.start()
        yield opened


def rows(world: World, columns: str, where: str = "true") -> list[Any]:
    with closing(sqlite3.connect(world.bot.folder / "data/inbox.sqlite")) as database:
        return database.execute(f"SELECT {columns} FROM audit WHERE {where} ORDER BY number").fetchall()  # noqa: S608


async def hears(world: World, words: str, room: str = "") -> Said:
    """What the bot says with these words, once it does."""

    async def look() -> list[Said]:
        return [each for each in world.side.said(room) if words in each.text]

    found: list[Said] = await until(look, bool)
    return found[-1]


async def test_a_meeting_is_created_and_taken_back_with_a_word(running: World) -> None:
    side = running.side
    await side.ask('calendar create "Board meeting" tomorrow 15:00')
    await hears(running, "Created “Board meeting”")
    assert len(await running.events("Board meeting")) == 1
    await side.ask("undo")
    await hears(running, "Cancelled “Board meeting”")

    assert await running.events("Board meeting") == []
    assert rows(running, "command, outcome") == [("calendar create", "done"), ("undo", "led on"), ("calendar cancel", "done")]


async def test_a_dry_run_shows_a_meeting_that_nobody_makes(running: World) -> None:
    await running.side.ask('calendar create "Board meeting" tomorrow 15:00 --dry-run')
    shown = await hears(running, "nothing was done")

    assert "Board meeting" in shown.text
    assert await running.events("Board meeting") == []
    assert rows(running, "command, outcome") == [("calendar create", "previewed")]


async def test_what_can_not_be_taken_back_is_confirmed_by_who_asked_and_by_nobody_else(running: World) -> None:
    side = running.side
    room = side.own_chat(side.ada)
    await side.ask("forget", room)
    await hears(running, "Take back all accounts", room)
    await side.press("Confirm")
    await hears(running, "Done: your accounts are taken back", room)
    await running.settled()

    assert not [each for each in side.said(room) if "Confirm it within" in each.text]
    assert rows(running, "kind, command, outcome") == [
        ("call", "forget", "to be confirmed"),
        ("decision", "confirm", "confirmed"),
        ("call", "forget", "done"),
    ]


async def test_what_a_rule_lets_only_admins_confirm_is_done_for_who_asked_once_one_does(running: World) -> None:
    side = running.side
    await side.ask("rules ask calendar create by=admins")
    await hears(running, "once")
    await side.ask('calendar create "Offsite" tomorrow 15:00', user=side.grace)
    await hears(running, "needs to be confirmed", side.home)
    await side.press("Confirm", user=side.grace)
    await hears(running, "Somebody else has to confirm this: somebody who runs the bot.")
    assert await running.events("Offsite", side.owner(side.grace)) == []

    await hears(running, "asks for this", side.own_chat(side.ada))
    await side.press("Confirm")
    await hears(running, "Created “Offsite”", side.home)
    await running.settled()

    assert len(await running.events("Offsite", side.owner(side.grace))) == 1
    assert await running.events("Offsite") == []
    assert not [each for each in side.said() if "asks for this" in each.text or "needs to be confirmed" in each.text]
    settled = [each.text for each in side.said() if "Confirmed by" in each.text]
    assert len(settled) == 2
    assert all("Create “Offsite”" in each for each in settled)
    ada, grace = side.owner(side.ada), side.owner(side.grace)
    assert rows(running, "actor, kind, command, outcome, confirmed_by", "number > 1") == [
        (grace, "call", "calendar create", "to be confirmed", ""),
        (grace, "decision", "confirm", "refused", ""),
        (ada, "decision", "confirm", "confirmed", ""),
        (grace, "call", "calendar create", "done", ada),
    ]


async def test_what_a_rule_forbids_is_refused_with_the_rule_and_who_can_change_it(running: World) -> None:
    side = running.side
    await side.ask("rules forbid calendar create who=everyone where=here")
    await hears(running, "may")
    await side.ask('calendar create "Offsite" tomorrow 15:00', user=side.grace)
    await side.ask("help calendar", user=side.grace)
    told = await hears(running, "That is rule")

    assert "calendar create" in told.text
    helped = await hears(running, "calendar today", side.home)
    assert "calendar create" not in helped.text
    assert await running.events("Offsite", side.owner(side.grace)) == []


async def test_everything_that_was_asked_has_its_row_in_an_unbroken_chain(running: World) -> None:
    side = running.side
    asked = ("ping one", "calendar today", 'calendar create "Kept" tomorrow 15:00', "undo", "calender todya", "calendar create")
    for words in asked:
        await side.ask(words)
        await running.settled()  # in Teams each is a thread of its own, and they would run side by side
    with closing(sqlite3.connect(running.bot.folder / "data/inbox.sqlite")) as database:
        deliveries = {key for (key,) in database.execute("SELECT key FROM delivery WHERE kind <> 'job'")}

    assert len(deliveries) == len(asked)
    assert {id for (id,) in rows(running, "id")} == deliveries
    assert [number for (number,) in rows(running, "number")] == list(range(1, len(asked) + 2))  # `undo` has two
