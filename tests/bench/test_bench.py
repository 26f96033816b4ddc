"""The bench counts right: figures for who answers each request once, and a loud word about who does not."""

import pytest

from bench.measure import Effort, Measured, measure
from bench.readme import replaced
from bench.subjects import BOT, FLOOR, Subject
from bench.table import SECTIONS, problems, table
from bench.trial import started


def careless(how: str) -> Subject:
    return Subject(how, how, ("-m", "tests.bench.careless", how))


def test_the_floor_gets_every_figure_and_no_complaint() -> None:
    floor = measure(FLOOR, Effort(steady=4, saturating=100, warming=2))
    assert floor.problems == []
    assert all(figure > 0 for figure in floor.figures.values())
    shown = table([FLOOR], [{FLOOR.name: floor}])
    assert "nan" not in shown
    assert "WRONG" not in shown


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ("lose", "1 replies lost"),
        ("double", "1 replies posted more than once"),
        ("mumble", "9 replies that say something else"),
    ],
)
def test_a_subject_that_can_not_count_is_noticed(how: str, complaint: str) -> None:
    with started(careless(how), patience=2.0) as (trial, _):
        trial.problems.clear()
        batch = trial.ask("event", 9)
    assert len(batch.asked) == 9
    assert trial.problems == [complaint]


def measured(cpu: float, *wrong: str) -> Measured:
    names = [name for _, columns in SECTIONS for name, _ in columns]
    return Measured(dict.fromkeys(names, cpu), wrong)


def test_a_wrong_row_says_so_loudly() -> None:
    rounds = [{FLOOR.name: measured(1.0)}, {FLOOR.name: measured(1.0, "2 replies lost")}]
    assert problems(rounds) == ["floor: 2 replies lost"]
    assert "**WRONG: 2 replies lost**" in table([FLOOR], rounds)


def test_ratios_are_taken_within_each_round() -> None:
    rounds = [
        {FLOOR.name: measured(theirs), BOT.name: measured(ours)} for theirs, ours in ((1.0, 2.0), (10.0, 30.0), (1.0, 4.0))
    ]
    ratio = table([FLOOR, BOT], rounds).splitlines()[-1]
    assert ratio.count("3.00x") == len(SECTIONS[-1][1])


def test_the_page_keeps_the_newest_run_only() -> None:
    page = replaced("before\n<!-- newest run -->\n<!-- end of the newest run -->\nafter\n", "old")
    assert replaced(page, "new") == page.replace("old", "new")
    assert page.startswith("before\n")
    assert page.endswith("after\n")
