"""An answer that is under way can be stopped, from any process, and no other."""

import pytest

from storage.database import Database
from storage.stops import Stops


@pytest.fixture
def stops(database: Database) -> Stops:
    return Stops(database)


async def test_what_is_under_way_can_be_stopped(stops: Stops) -> None:
    await stops.begin("c1", 1000.0)
    await stops.begin("c2", 1000.0)
    assert await stops.stop("c1")
    assert (await stops.stopped("c1"), await stops.stopped("c2")) == (True, False)


async def test_what_has_ended_or_never_began_cannot(stops: Stops) -> None:
    assert await stops.end("c1", await stops.begin("c1", 1000.0))
    assert not await stops.stop("c1")
    assert not await stops.stop("c2")


async def test_what_was_stopped_before_a_crash_stays_stopped(stops: Stops) -> None:
    await stops.begin("c1", 1000.0)
    await stops.stop("c1")
    await stops.begin("c1", 1060.0)
    assert await stops.stopped("c1")


async def test_what_was_stopped_stays_so_once_it_has_ended(stops: Stops) -> None:
    begun = await stops.begin("c1", 1000.0)
    await stops.stop("c1")
    assert await stops.end("c1", begun)
    assert await stops.stopped("c1")
    assert not await stops.stop("c1")


@pytest.mark.parametrize("at", [999.0, 1000.0, 1060.0])
async def test_an_attempt_that_was_taken_over_ends_nothing_whatever_the_clocks_say(stops: Stops, at: float) -> None:
    first = await stops.begin("c1", 1000.0)
    second = await stops.begin("c1", at)
    assert (await stops.holds("c1", first), await stops.holds("c1", second)) == (False, True)
    assert not await stops.end("c1", first)
    assert await stops.stop("c1")
    assert not await stops.end("c1", first)
    assert await stops.end("c1", second)
    assert not await stops.stop("c1")


async def test_what_never_came_to_an_end_is_forgotten(stops: Stops) -> None:
    await stops.begin("c1", 1000.0)
    await stops.begin("c2", 2000.0)
    assert await stops.prune(1500.0) == 1
    assert not await stops.stop("c1")
    assert await stops.stop("c2")
