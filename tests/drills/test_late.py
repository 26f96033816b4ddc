"""What is answered long after it was asked, and where memory runs out meanwhile."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.faults import Fault
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, PRIVATE
from tests.drills import scarcity
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.ledger import word_in
from tests.drills.series import series
from tests.drills.town import Town

_DAY = 24 * 3600.0
_IN_A_ROW = 6 if LONG else 4  # of them in one conversation: Slack lets the bot say one a second, so that some are left
_NOT_YET_BEGUN = "SELECT seq, payload FROM delivery WHERE state IN ('ready', 'running') AND kind <> 'job' AND intent = ''"
_AGE = "UPDATE delivery SET received = received - ? WHERE seq = ?"
_NOT_RUN = "This waited too long while I was away, so I did not run it"
_UNSURE = "This waited too long while I was away. I don't know whether"
_URLS = 25 if LONG else 2
_HUGE = 5 if LONG else 1
_LEFT = 3  # megabytes
_READING = "GET /google_calendar/.*/events"


async def test_what_comes_too_late_or_can_not_be_answered_where_it_was_asked_is_not_lost(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, (_a_day_late, _url_has_run_out))

    assert faults == {}


async def _a_day_late(town: Town) -> str:
    """The bot was away for a day, as its database says: its clock can't be set for it alone. And Slack was, for as long."""
    late: set[str] = set()
    done: set[str] = set()  # of these, what was written already when the bot went away
    for _ in range(3 if LONG else 1):
        await town.people.talk(2 * _IN_A_ROW, conversations=2, seconds=0.0)
        await town.kill(town.bots[0])
        late |= (aged := _aged(town))
        assert aged
        done |= aged & set(town.written())
        town.ledger.excuse(aged)
        await town.up(town.bots[0])
        await town.settled()
    late |= (kept := await _kept_by_the_platforms(town))
    said = [each.text for way in town.ways for each in way.side.said()]
    run = {word_in(text) for text in said} | set(town.written())
    not_run, unsure = (sum(words in text for text in said) for words in (_NOT_RUN, _UNSURE))
    answered = len(done & {word_in(text) for text in said})
    assert (late & run - done, not_run, unsure + answered) == (set(), len(late - done), len(done))
    return f"E3: {len(late)} of these came a day late, {len(kept)} so from Slack and Teams: all are told, none is run, SQLite"


async def _kept_by_the_platforms(town: Town) -> set[str]:
    """The words of what was said a day ago, and is delivered now."""
    kept: set[str] = set()
    for way in town.ways:
        room = way.side.open_room(town.ledger.room())
        thread = way.side.begin(room, "Let us talk.")
        question = town.ledger.ask(way.side.kind, room, thread)
        await town.people.tell(way, question, _a_day_old(way.message(f"ping {question.word}", room, thread)))
        kept.add(question.word)
    town.ledger.excuse(kept)
    await town.settled()
    return kept


def _a_day_old(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """As Slack says when it was, or Teams."""
    then = time.time() - _DAY
    if event := message.get("event"):
        return {**message, "event_time": int(then), "event": {**event, "ts": f"{then:.6f}"}}
    return {**message, "timestamp": datetime.fromtimestamp(then, UTC).isoformat()}


def _aged(town: Town) -> set[str]:
    """The words of what has not begun, which now has waited for a day."""
    path = town.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database, database:
        waiting = database.execute(_NOT_YET_BEGUN).fetchall()
        database.executemany(_AGE, [(_DAY, number) for number, _ in waiting])
    return {word_in(payload) for _, payload in waiting}


async def _url_has_run_out(town: Town) -> str:
    """It is the only way into a channel that the bot is not in: in person, then."""
    slack = town.sandboxes["slack"]
    assert isinstance(slack, SlackSandbox)
    slack.courier.url = f"{town.bots[0].url}slack/events"
    slack.script.add(Fault(kind="status", status=404, path="/response/", times=10**6))
    for _ in range(_URLS):
        question, began = town.ledger.ask("slack", slack.workspace.direct(ADA).id, ""), time.monotonic()
        told = await slack.command("/ping", question.word, channel=PRIVATE)
        town.ledger.note(question, began, told.status)
    await town.settled()
    slack.script.clear()
    return "E14: the response_url has run out when the answer is ready, SQLite"


@pytest.mark.skipif(bool(scarcity.why_not()), reason=scarcity.why_not())
async def test_a_process_that_runs_out_of_memory_loses_nothing(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, [_out_of_memory])

    assert faults == {}


async def _out_of_memory(town: Town) -> str:
    """From the moment at which a service is asked that answers with 16 MB, of which the bot takes 8 at most."""
    bot, rooms = town.bots[0], []
    for _ in range(_HUGE):
        town.calendar.script.add(Fault(kind="huge", path="/events"))
        async with town.talking(12, seconds=0.5, words=lambda word, _: f"ping {word}"):
            with town.ledger.trouble(), ExitStack() as scarce:
                town.tripwire.arm(_READING, lambda: scarce.enter_context(scarcity.scarcity(bot.pid, megabytes=_LEFT)))
                room, asked = _asks_for_much(town)
                rooms.append(room)
                assert await bot.wait() == -signal.SIGKILL
            town.ledger.kills += 1
            await town.up(bot)
            await asked
    await town.settled()
    assert [room for room in rooms if not town.ways[0].side.said(room)] == []
    return f"A14: no memory left but {_LEFT} MB while a large answer is read: the kernel kills the process, SQLite"


def _asks_for_much(town: Town) -> tuple[str, asyncio.Task[None]]:
    """The room, and what ends once it is acknowledged. The answer repeats no word, so the ledger can't look for it."""
    way, room = town.ways[0], town.ways[0].side.open_room(town.ledger.room())
    thread = way.side.begin(room, "How is today?")
    question = town.ledger.ask(way.side.kind, room, thread)

    async def ask() -> None:
        await town.people.tell(way, question, way.message("calendar today", room, thread))
        town.ledger.excuse({question.word})

    return room, asyncio.create_task(ask())
