"""What comes twice, in floods, slowly, or while a platform or a service is in trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

from adapters.faults import Fault, Kind
from adapters.sandbox import Sandbox
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.town import Town

_SLOW = 1000 if LONG else 50  # connections
_KINDS: tuple[Kind, ...] = ("status", "drop_before", "drop_after", "slow", "malformed")
_EVERY = 20  # of so many questions one meets a fault, on each service: 5 %


async def test_the_same_delivery_four_times_at_once_to_both_processes_runs_once(on_postgres: OpenTown) -> None:
    async with on_postgres() as town:
        await town.start()
        async with town.talking(1000 if LONG else 40, seconds=30.0 if LONG else 1.0, times=4):
            pass
        account = await town.account("E1: each delivery four times at once, to two processes, PostgreSQL")

    assert account.faults == {}


async def test_what_services_and_platforms_get_wrong_is_done_once_all_the_same(on_sqlite: OpenTown) -> None:
    number = 1000 if LONG else 40
    async with on_sqlite() as town:
        await town.start()
        async with town.talking(number, seconds=number / 20, words=half_writes):
            for _ in range(number // _EVERY):
                for sandbox in town.sandboxes.values():
                    _fault(sandbox, town.random)
                await asyncio.sleep(1.0)
        account = await town.account("D2, D9, D10: 5 % of requests to Calendar, Slack and Teams fail, SQLite")

    assert account.faults == {}


def half_writes(word: str, random: Random) -> str:
    return random.choice((f"ping {word}", f'calendar create "{word}" tomorrow 15:00'))


def _fault(sandbox: Sandbox, random: Random) -> None:
    path = "/events" if sandbox.name == "google_calendar" else "chat.postMessage|/activities"
    kind = random.choice(_KINDS)
    retry_after = random.choice(("1", None))
    sandbox.script.add(Fault(kind=kind, status=random.choice((429, 500, 503)), retry_after=retry_after, path=path))


async def test_one_platform_that_can_not_be_reached_is_answered_later_and_the_other_at_once(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        slack = town.sandboxes["slack"]
        slack.script.add(Fault(kind="drop_before", path="/api/", times=10**6))
        async with town.talking(200 if LONG else 4, seconds=1.0 if LONG else 0.2):
            pass
        async with asyncio.timeout(20):
            await town.answered("teams")
        waiting = {each.kind for each in town.ledger.unanswered()}
        with town.ledger.trouble():
            slack.script.clear()
        account = await town.account("E13: Slack can't be reached, SQLite")

    assert account.faults == {}
    assert waiting == {"slack"}


async def test_clients_that_send_nothing_keep_nobody_waiting(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        async with _slow_clients(town, _SLOW), town.talking(200 if LONG else 30, seconds=10.0 if LONG else 1.0):
            pass
        account = await town.account(f"E10: {_SLOW} connections that send half a request, SQLite")

    assert account.faults == {}
    assert account.p99 < 2.5


@asynccontextmanager
async def _slow_clients(town: Town, number: int) -> AsyncIterator[None]:
    port = int(town.bots[0].environment["PORT"])
    async with AsyncExitStack() as stack:
        for _ in range(number):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            writer.write(b"POST /slack/events HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n{")
        yield


async def test_a_flood_from_one_tenant_holds_up_no_other(on_postgres: OpenTown) -> None:
    """People in Slack ask hundreds of things at once, while people in Teams go on as usual."""
    async with on_postgres() as town:
        await town.start()
        teams, slack = town.people_of("teams"), town.people_of("slack")
        await teams.talk(200 if LONG else 20, conversations=10, seconds=10.0 if LONG else 1.0)
        alone = await town.slowest("teams")
        flood = asyncio.create_task(slack.talk(3000 if LONG else 150, conversations=750 if LONG else 50, seconds=0.0))
        await teams.talk(200 if LONG else 20, conversations=10, seconds=10.0 if LONG else 1.0)
        beside = await town.slowest("teams")
        await flood
        account = await town.account(f"E12: one tenant floods; the other's p99 is {beside:.2f} s, without {alone:.2f} s")

    assert account.faults == {}
