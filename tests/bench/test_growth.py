"""What grows is told apart from what stays, each stage of the road is seen, and each database does its work."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest
from sqlalchemy import NullPool, create_engine, text

from bench.crowd import Crowd
from bench.databases import databases
from bench.growth import GROWING, given_for, grow, growth
from bench.measure import Effort, Measured, measure
from bench.profiling import profiles
from bench.quota import cpu_clock, held
from bench.scaling import scaling
from bench.stages import MAIN, WRITER, missing, stages
from bench.stores import stores
from bench.subjects import FULL_SQLITE, HALF_A_CORE_EACH, ON_DATABASES, ON_SQLITE, SIDE_BY_SIDE, TWO_PROCESSES


def test_each_request_is_answered_once_though_all_ask_in_one_conversation() -> None:
    grown = grow(5, {"conversations": (1,)}, warming=2)
    assert grown.problems == []
    assert grown.costs["conversations", 1] > 0


def test_what_grows_is_told_apart_from_what_stays() -> None:
    given = [given_for(what, size) for what, sizes in GROWING.items() for size in sizes]
    assert given_for("commands registered", 1_000) == (1_000, Crowd())
    assert given_for("tenants", 50) == (100, Crowd(tenants=50))
    assert given_for("tenants", 1) == given_for("commands registered", 100), "which is measured once"
    assert len(set(given)) == len(given) - 1


def test_growth_is_the_largest_by_the_smallest_in_each_round() -> None:
    rounds = [{(what, size): cost * size for what, sizes in GROWING.items() for size in sizes} for cost in (1.0, 7.0)]
    assert "100.00x" in growth(rounds)
    assert "10000.00x" in growth(rounds)
    assert "50.00x" in growth(rounds)


def test_every_stage_of_the_road_is_seen() -> None:
    found = profiles("command", 20, warming=2)
    assert found.problems == []
    assert missing(found.main, found.writer) == []
    told = stages(found.main, found.writer)
    assert all(f"| {name} |" in told for name, _ in (*MAIN, *WRITER))


def test_a_full_database_is_filled_once_and_others_are_new() -> None:
    with stores(rows=50) as places:
        full = places.settings(FULL_SQLITE)
        assert places.settings(FULL_SQLITE) == full
        assert places.settings(ON_SQLITE)["DATABASE_URL"] != places.settings(ON_SQLITE)["DATABASE_URL"]
        assert _old(full["DATABASE_URL"]) == 50


@pytest.mark.usefixtures("quick_starts")
def test_two_processes_on_a_full_postgresql_with_half_a_core_each_answer_each_request_once() -> None:
    with stores(rows=50) as places:
        subject = replace(HALF_A_CORE_EACH, full=True)
        measured = measure(subject, Effort(steady=4, saturating=80, warming=0), places, ("command",))
        assert measured.problems == []
        assert measured.figures["command server"] > 0
        assert _old(places.settings(subject)["DATABASE_URL"]) == 50


def _old(url: str) -> int:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM delivery WHERE key LIKE 'slack:old:%'")).scalar_one())


def test_nobody_gets_more_than_their_share_of_a_core_and_all_go_on_after_it() -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        clocks, began = [cpu_clock(each.pid) for each in busy], time.monotonic()
        with held([each.pid for each in busy], 0.1):
            time.sleep(0.5)
        taken, most = [time.clock_gettime(each) for each in clocks], 0.1 * (time.monotonic() - began) + 0.05
        assert all(seconds < most for seconds in taken)
        assert all(_goes_on(clock) for clock in clocks)
    finally:
        for each in busy:
            each.kill()
            each.wait()


def _goes_on(clock: int) -> bool:
    """Within five seconds."""
    before = time.clock_gettime(clock)
    for _ in range(500):
        if time.clock_gettime(clock) > before:
            return True
        time.sleep(0.01)
    return False


def test_databases_are_compared_within_each_round() -> None:
    rounds = [_round(1.7, 1.0), _round(17.0, 10.0)]
    assert "| PostgreSQL : SQLite | 1.00x |" in databases(rounds)
    assert "| PostgreSQL, two processes : PostgreSQL | 1.70x |" in scaling(rounds)


def _round(two: float, one: float) -> dict[str, Measured]:
    names = ("ack_p50", "ack_p99", "reply_p50", "cpu", "server", "load", "rate", "own_cores", "all_cores")
    figures = {each.name: one for each in (*ON_DATABASES, *SIDE_BY_SIDE)} | {TWO_PROCESSES.name: two}
    return {each: Measured({f"command {name}": figure for name in names}, ()) for each, figure in figures.items()}
