"""When a service is left alone, and how it comes back."""

import pytest

from adapters.breaker import COOL_DOWN, FAILURES, WITHIN, Breaker


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def fail(breaker: Breaker, times: int = FAILURES) -> None:
    for _ in range(times):
        breaker.failed()


def test_it_is_closed_at_first_and_after_fewer_failures_than_it_takes(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"
    assert breaker.allows()


def test_enough_failures_in_a_row_open_it(breaker: Breaker) -> None:
    fail(breaker)
    assert breaker.state == "open"
    assert not breaker.allows()
    assert breaker.remaining == COOL_DOWN


def test_one_success_between_keeps_it_closed(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    breaker.succeeded()
    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"


def test_failures_far_apart_keep_it_closed(breaker: Breaker, clock: Clock) -> None:
    for _ in range(3 * FAILURES):
        breaker.failed()
        clock.time += WITHIN / (FAILURES - 1) + 0.1
    assert breaker.state == "closed"


def test_after_the_cool_down_exactly_one_probe_goes_out(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += COOL_DOWN
    assert breaker.state == "half-open"
    assert [breaker.allows() for _ in range(4)] == [True, False, False, False]
    assert breaker.state == "half-open"


def test_a_probe_that_succeeds_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += COOL_DOWN
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.state == "closed"
    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"


def test_a_probe_that_fails_opens_it_for_another_cool_down(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += 10 * COOL_DOWN  # long enough that the old failures no longer count
    assert breaker.allows()
    breaker.failed()
    assert breaker.state == "open"
    clock.time += COOL_DOWN - 0.1
    assert not breaker.allows()
    clock.time += 0.1
    assert breaker.allows()


def test_a_probe_that_never_reports_is_succeeded_by_another(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += COOL_DOWN
    assert breaker.allows()
    clock.time += COOL_DOWN
    assert breaker.allows()
