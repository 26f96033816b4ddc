"""What is answered long after it was asked, and where memory runs out meanwhile."""

import signal
import sqlite3
import time
from contextlib import closing

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
_IN_A_ROW = 6  # of them in one conversation: Slack lets the bot say one a second, so that some are left
_NOT_YET_BEGUN = "SELECT seq, payload FROM delivery WHERE state IN ('ready', 'running') AND kind <> 'job' AND intent = ''"
_AGE = "UPDATE delivery SET received = received - ? WHERE seq = ?"
_TOO_LATE = "This waited too long while I was away"
_URLS = 25 if LONG else 4
_HUGE = 5 if LONG else 1
_LEFT = 3  # megabytes


async def test_what_comes_too_late_or_can_not_be_answered_where_it_was_asked_is_not_lost(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, (_a_day_late, _url_has_run_out))

    assert faults == {}


async def _a_day_late(town: Town) -> str:
    """The bot was away for a day, as its database says: its clock can't be set for it alone."""
    late: set[str] = set()
    begun: set[str] = set()  # what was written already when the bot went away
    for _ in range(3 if LONG else 1):
        await town.people.talk(2 * _IN_A_ROW, conversations=2, seconds=0.0)
        await town.kill(town.bots[0])
        late |= (aged := _aged(town))
        begun |= set(town.written())
        town.ledger.excuse(aged)
        await town.up(town.bots[0])
        await town.settled()
    told = [each for way in town.ways for each in way.side.said() if each.text.startswith(_TOO_LATE)]
    run = {word_in(each.text) for way in town.ways for each in way.side.said()} | set(town.written())
    assert (len(told), late & run - begun) == (len(late), set())
    return f"E3: {len(late)} of these waited for a day: each asker is told, none is run, SQLite"


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
    """While an answer of 16 MB is read, of which the bot takes 8 at most."""
    bot, rooms = town.bots[0], []
    for _ in range(_HUGE):
        town.calendar.script.add(Fault(kind="huge", path="/events"))
        async with town.talking(12, seconds=0.5):
            with town.ledger.trouble(), scarcity.scarcity(bot.pid, megabytes=_LEFT):
                rooms.append(await _asked_for_much(town))
                assert await bot.wait() == -signal.SIGKILL
            town.ledger.kills += 1
            await town.up(bot)
    await town.settled()
    town.probes += len(rooms)
    assert [room for room in rooms if not town.ways[0].side.said(room)] == []
    return f"A14: no memory left but {_LEFT} MB while a large answer is read: the kernel kills the process, SQLite"


async def _asked_for_much(town: Town) -> str:
    way = town.ways[0]
    room = way.side.open_room(town.ledger.room())
    thread = way.side.begin(room, "How is today?")
    await way.deliver(way.message("calendar today", room, thread), town.bots[0].url, 0)
    return room
