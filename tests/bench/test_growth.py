"""What grows is told apart from what stays, each stage of the road is seen, and each database does its work."""

import pytest
from sqlalchemy import create_engine, text

from bench.databases import databases
from bench.growth import GROWING, grow, growth
from bench.measure import Effort, Measured, measure
from bench.profiling import profiles
from bench.stages import MAIN, WRITER, missing, stages
from bench.stores import stores
from bench.subjects import FULL_SQLITE, ON_DATABASES, ON_SQLITE, TWO_PROCESSES


@pytest.mark.parametrize(("what", "size"), [("commands registered", 30), ("conversations", 1)])
def test_each_request_is_answered_once_however_much_there_is(what: str, size: int) -> None:
    grown = grow(5, {what: (size,)}, warming=2)
    assert grown.problems == []
    assert grown.costs[what, size] > 0


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
        for _ in range(2):
            assert measure(FULL_SQLITE, Effort(steady=2, saturating=2, warming=1), places, ("command",)).problems == []
        engine = create_engine(full["DATABASE_URL"])
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM delivery WHERE key LIKE 'slack:old:%'")).scalar_one() == 50
        engine.dispose()


def test_two_processes_on_postgresql_answer_each_request_once() -> None:
    with stores() as places:
        measured = measure(TWO_PROCESSES, Effort(steady=4, saturating=8, warming=2), places, ("command",))
        assert measured.problems == []
        assert measured.figures["command server"] > 0


def test_databases_are_compared_within_each_round() -> None:
    names = ("ack_p50", "ack_p99", "reply_p50", "cpu", "server", "rate")

    def round(two: float, one: float) -> dict[str, Measured]:
        figures = {each.name: one for each in ON_DATABASES} | {TWO_PROCESSES.name: two}
        return {each: Measured({f"command {name}": figure for name in names}, ()) for each, figure in figures.items()}

    table = databases([round(1.7, 1.0), round(17.0, 10.0)])
    assert "| PostgreSQL, two processes : PostgreSQL | 1.70x |" in table
    assert "| PostgreSQL : SQLite | 1.00x |" in table
