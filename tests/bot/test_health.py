"""The probes tell the truth, and answer whatever has become of the database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from bot.clock import Clock
from bot.health import Probes
from bot.metrics import Metrics
from bot.receiving import Room
from storage.database import Database
from storage.inbox import Inbox

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'interact.sqlite'}")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Inbox]:
    inbox = Inbox(database, Clock().time, "test")
    await inbox.open()
    yield inbox
    await inbox.close()


@pytest.fixture
def connections() -> dict[tuple[str, str], int]:
    return {}


@pytest.fixture
def probes(inbox: Inbox, connections: dict[tuple[str, str], int]) -> Probes:
    async def count() -> dict[tuple[str, str], int]:
        return connections

    def now() -> float:
        return Clock().time() + 90.0

    return Probes(inbox, count, lambda: {"notes": "half-open", "calendar": "closed"}, Room(), Metrics(), now)


@pytest.fixture
async def client(probes: Probes) -> AsyncIterator[Client]:
    app = web.Application()
    app.router.add_get("/healthz", probes.alive)
    app.router.add_get("/readyz", probes.ready)
    app.router.add_get("/metrics", probes.metrics)
    async with TestClient(TestServer(app)) as client:
        yield client


async def ready(client: Client) -> int:
    async with client.get("/readyz") as answer:
        return answer.status


async def test_it_is_ready_once_deliveries_are_answered(client: Client, probes: Probes) -> None:
    assert await ready(client) == 503
    probes.working = True
    assert await ready(client) == 200


async def test_it_is_not_ready_when_the_inbox_is_dead(client: Client, probes: Probes, inbox: Inbox) -> None:
    probes.working = True
    await inbox.close()
    assert await ready(client) == 503


async def test_nobody_is_told_to_restart_it_because_of_its_database(client: Client, probes: Probes, inbox: Inbox) -> None:
    """On a full disk one that runs comes back by itself, and one that starts can't."""
    probes.working = True
    await inbox.close()
    async with client.get("/healthz") as answer:
        assert answer.status == 200


async def test_metrics_outlive_the_database(client: Client, inbox: Inbox, database: Database) -> None:
    await inbox.put("key", "test", "conversation", "{}")
    before = await queue(client)
    await database.run(lambda connection: connection.execute(text("DROP TABLE delivery")))
    assert 'interact_queue_depth{state="ready"} 1.0' in before
    assert await queue(client) == before


async def test_connected_accounts_are_counted_by_service_and_state(
    client: Client, connections: dict[tuple[str, str], int]
) -> None:
    connections |= {("notion", "connected"): 3, ("notion", "broken"): 1}
    first = await measured(client, "interact_connections{")
    del connections["notion", "broken"]

    assert first == [
        'interact_connections{service="notion",state="connected"} 3.0',
        'interact_connections{service="notion",state="broken"} 1.0',
    ]
    assert await measured(client, "interact_connections{") == first[:1]


async def queue(client: Client) -> list[str]:
    return await measured(client, "interact_queue_depth{")


async def measured(client: Client, begin: str) -> list[str]:
    async with client.get("/metrics") as answer:
        assert answer.status == 200
        return [line for line in (await answer.text()).splitlines() if line.startswith(begin)]


async def test_metrics_tell_what_is_left_alone_and_whether_the_database_is_there(client: Client) -> None:
    async with client.get("/metrics") as answer:
        told = (await answer.text()).splitlines()

    assert 'interact_breaker_open{service="notes"} 1.0' in told
    assert 'interact_breaker_open{service="calendar"} 0.0' in told
    assert "interact_database_up 1.0" in told
    assert "interact_http_connections 0.0" in told


async def test_metrics_tell_for_how_long_the_oldest_waits_that_could_run(client: Client, inbox: Inbox) -> None:
    """In these tests the probes' clock is ninety seconds ahead."""
    seen = []
    for key, due in (("later", Clock().time() + 3600.0), ("now", None)):
        await inbox.put(key, "slack", key, "{}", due=due)
        async with client.get("/metrics") as answer:
            told = (await answer.text()).splitlines()
        [line] = [line for line in told if line.startswith("interact_oldest_waiting_seconds ")]
        seen.append(float(line.split()[1]))

    assert seen[0] == 0.0
    assert 90.0 <= seen[1] < 100.0


async def test_metrics_tell_once_what_was_taken_over(database: Database) -> None:
    """Its process went away while it held this."""
    times, taken = [1000.0], asyncio.Event()
    dead, inbox = (Inbox(database, lambda: times[-1], owner, poll=0.02) for owner in ("dead", "test"))
    await dead.open()
    await inbox.open()
    await inbox.put("key", "test", "conversation", "{}")
    dead.claim(lambda _: taken.set(), 1)
    await taken.wait()
    await dead.close()
    times.append(1100.0)
    await inbox.probe()
    await inbox.probe()  # the turn that looked at the leases is over
    probes = Probes(inbox, no_connections, dict, Room(), Metrics(), lambda: times[-1])
    app = web.Application()
    app.router.add_get("/metrics", probes.metrics)
    async with TestClient(TestServer(app)) as client:
        told = [await measured(client, "interact_takeovers_total ") for _ in range(2)]
    await inbox.close()

    assert told == [["interact_takeovers_total 1.0"]] * 2


async def no_connections() -> dict[tuple[str, str], int]:
    return {}
