"""What comes twice, in floods, slowly, with markup in it, or while a platform or a service is in trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

import psycopg

from adapters.faults import Fault, Kind
from adapters.sandbox import Sandbox
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.series import series
from tests.drills.town import Town

_SLOW = 1000 if LONG else 50  # connections
_KINDS: tuple[Kind, ...] = ("status", "drop_before", "drop_after", "slow", "malformed")
_EVERY = 20  # of so many questions one meets a fault, on each service: 5 %
_BURST = 300.0 if LONG else 2.0  # seconds
_A_SECOND = 42  # questions: five times 30,000 an hour
_NOISE = 0.1  # seconds: below it, twice as long says nothing
_ROWS = 1_000_000 if LONG else 10_000
_OLD = """
INSERT INTO delivery (key, kind, conversation, payload, received, due, state, finished)
SELECT 'old' || number, 'slack', 'old' || number %% 1000, '{}', moment, 0, 'done', moment
FROM generate_series(1, %s) AS number, (SELECT extract(epoch FROM now()) - 3600 AS moment) AS long_ago"""
_HOSTILE = "<!channel> <https://evil.test|here> [here](https://evil.test)"
_LONGEST = 2.5  # seconds that an acknowledgement may take: Slack waits for three


async def test_what_comes_several_times_or_in_floods_is_answered_once(on_postgres: OpenTown) -> None:
    async with on_postgres() as town:
        await town.start()
        faults = await series(town, (_several_times, _flooded))
        await _burst(town)
        burst = await town.account(f"E11: a burst, {_A_SECOND} a second for {_BURST:.0f} s, PostgreSQL")
        await _usual(town)
        before = await town.account("B12: as usual, PostgreSQL")
        with psycopg.connect(town.database) as connection:
            connection.execute(_OLD, (_ROWS,))
        await _usual(town)
        after = await town.account(f"B12: with {_ROWS:,} old rows, PostgreSQL")

    assert faults == {}
    assert burst.faults == before.faults == after.faults == {}
    assert burst.longest <= _LONGEST
    assert after.p99 <= max(2 * before.p99, _NOISE) or not LONG


async def test_what_services_platforms_and_people_get_wrong_is_done_once_all_the_same(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, (_some_fail, _one_platform_away, _with_markup))
        async with _slow_clients(town, _SLOW), town.talking(200 if LONG else 20, seconds=10.0 if LONG else 0.5):
            pass
        slow = await town.account(f"E10: {_SLOW} connections that send half a request, SQLite")

    assert faults == {}
    assert slow.faults == {}
    assert slow.longest <= _LONGEST


async def _usual(town: Town) -> None:
    async with town.talking(600 if LONG else 10, seconds=12.0 if LONG else 0.5):
        pass


async def _several_times(town: Town) -> str:
    async with town.talking(400 if LONG else 20, seconds=15.0 if LONG else 0.5, times=4):
        pass
    return "E1: each delivery four times at once, to two processes, PostgreSQL"


async def _flooded(town: Town) -> str:
    """People in Slack ask far more than may be said in their few rooms, while people in Teams go on as usual."""
    slack = town.people_of("slack")
    alone = await _slowest(town)
    flood = asyncio.create_task(slack.talk(500 if LONG else 60, conversations=20, seconds=12.0 if LONG else 0.0))
    beside = await _slowest(town)
    await flood
    assert beside <= max(2 * alone, _NOISE) or not LONG
    return f"E12: one tenant floods; the other's p99 is {beside:.2f} s, without {alone:.2f} s"


async def _slowest(town: Town) -> float:
    """Seconds that the slowest hundredth of people in Teams wait for their answers."""
    number = 200 if LONG else 10
    await town.people_of("teams").talk(number, conversations=number, seconds=10.0 if LONG else 0.5)
    return await town.slowest("teams")


async def _burst(town: Town) -> None:
    async with town.talking(int(_A_SECOND * _BURST), seconds=_BURST):
        pass


async def _some_fail(town: Town) -> str:
    number = 400 if LONG else 20
    async with town.talking(number, seconds=number / 20, words=half_writes):
        for _ in range(number // _EVERY):
            for sandbox in town.sandboxes.values():
                _fault(sandbox, town.random)
            await asyncio.sleep(1.0)
    return "D2, D9, D10: 5 % of requests to Calendar, Slack and Teams fail, SQLite"


def half_writes(word: str, random: Random) -> str:
    return random.choice((f"ping {word}", f'calendar create "{word}" tomorrow 15:00'))


def _fault(sandbox: Sandbox, random: Random) -> None:
    path = "/events" if sandbox.name == "google_calendar" else "chat.postMessage|/activities"
    kind = random.choice(_KINDS)
    retry_after = random.choice(("1", None))
    sandbox.script.add(Fault(kind=kind, status=random.choice((429, 500, 503)), retry_after=retry_after, path=path))


async def _one_platform_away(town: Town) -> str:
    """It is answered later, and the other at once."""
    slack = town.sandboxes["slack"]
    slack.script.add(Fault(kind="drop_before", path="/api/", times=10**6))
    async with town.talking(200 if LONG else 4, seconds=1.0 if LONG else 0.2):
        pass
    async with asyncio.timeout(20):
        await town.answered("teams")
    assert {each.kind for each in town.ledger.unanswered()} == {"slack"}
    with town.ledger.trouble():
        slack.script.clear()
    return "E13: Slack can't be reached, SQLite"


async def _with_markup(town: Town) -> str:
    async with town.talking(4, seconds=0.2, words=hostile):
        pass
    return "E8: markup in what people say, SQLite"


def hostile(word: str, random: Random) -> str:
    return f"ping {word} {_HOSTILE}"


@asynccontextmanager
async def _slow_clients(town: Town, number: int) -> AsyncIterator[None]:
    port = int(town.bots[0].environment["PORT"])
    async with AsyncExitStack() as stack:
        for _ in range(number):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write(b"POST /slack/events HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n{")
        yield
