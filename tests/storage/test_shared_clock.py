"""Processes whose clocks differ share their work all the same: the server's clock counts."""

import time

import pytest

from storage.database import Database
from storage.inbox import Inbox
from storage.shared_clock import SharedClock
from tests.storage.conftest import OpenInbox, Taken

HOUR = 3600.0
LEASE = 3.0


class Skewed:
    """A clock that is wrong by so many seconds."""

    def __init__(self, by: float) -> None:
        self.by = by

    def __call__(self) -> float:
        return time.time() + self.by


@pytest.fixture(params=[HOUR, -HOUR], ids=["fast", "slow"])
def wrong(request: pytest.FixtureRequest) -> Skewed:
    return Skewed(request.param)


async def open_one(database: Database, clock: Skewed) -> Inbox:
    inbox = Inbox(database, SharedClock(clock), f"off by {clock.by}", LEASE, poll=0.02)
    await inbox.open()
    return inbox


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_wrong_clock_neither_steals_nor_loses(database: Database, wrong: Skewed) -> None:
    right = Skewed(0.0)
    mine, other = await open_one(database, right), await open_one(database, wrong)
    taken, others = Taken(), Taken()
    mine.claim(taken, 1)
    await mine.put("k", "slack", "C", "")
    delivery = await taken.next()
    other.claim(others, 1)
    await other.put("l", "slack", "D", "")
    await others.next()
    right.by = wrong.by = 5.0  # both are set anew, so that both renew, measure and look for what is abandoned
    for inbox in (mine, other) * 2:
        await inbox.probe()
    assert (taken.waiting, others.waiting) == (0, 0)
    await mine.finish(delivery)
    await mine.close()
    await other.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_what_a_wrong_clock_puts_off_comes_in_time(database: Database, wrong: Skewed) -> None:
    mine, other = await open_one(database, Skewed(0.0)), await open_one(database, wrong)
    taken, others = Taken(), Taken()
    other.claim(others, 1)
    await mine.put("k", "slack", "C", "")
    began = time.monotonic()
    await other.retry(await others.next(), wrong() + 0.3, "away")
    await other.stop_claiming()
    mine.claim(taken, 1)
    again = await taken.next()
    assert 0.2 < time.monotonic() - began < 3.0
    assert (again.key, again.attempt) == ("k", 2)
    await mine.close()
    await other.close()


async def test_an_operator_with_a_wrong_clock_has_it_replayed_at_once(
    open_inbox: OpenInbox, database: Database, wrong: Skewed
) -> None:
    inbox, taken = await open_inbox(), Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "")
    await inbox.finish(await taken.next())
    await Inbox(database, wrong, "operator").replay("k")
    assert (await taken.next()).key == "k"


def test_a_server_that_tells_its_time_too_slowly_is_not_believed() -> None:
    now = Skewed(0.0)
    clock = SharedClock(now)

    def slow() -> float:
        now.by += 1.5
        return 0.0

    clock.measure(slow)
    assert abs(clock() - now()) < 1
    clock.measure(lambda: now() - 100)
    assert abs(clock() - (now() - 100)) < 1
    assert abs(clock.shared(now() + 50) - (now() - 50)) < 1


async def test_the_clock_of_all_is_the_servers(database: Database, wrong: Skewed) -> None:
    clock = SharedClock(wrong)
    await database.set_clock(clock)
    expected = time.time() if database.is_shared else wrong()
    assert abs(clock() - expected) < 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_where_there_is_no_server_ones_own_time_counts_at_once(database: Database) -> None:
    clock = SharedClock(lambda: 1000.0)
    await database.set_clock(clock)
    assert (clock.is_set, clock.follows, clock()) == (True, False, 1000.0)
