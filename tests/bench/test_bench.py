"""The bench counts right: figures for who answers each request once, and a loud word about who does not."""

import time

import pytest

from bench import tally
from bench.footprint import footprint, imported
from bench.measure import Effort, Measured, measure
from bench.platforms import SLACK, TEAMS
from bench.processes import BrokenError
from bench.readme import replaced
from bench.subjects import SLACK_BOT, SLACK_FLOOR, SUBJECTS, TEAMS_BOT, TEAMS_FLOOR, Subject
from bench.table import SECTIONS, problems, table
from bench.trial import started


def test_who_does_less_gets_every_figure_and_no_complaint() -> None:
    measured = measure(TEAMS_FLOOR, Effort(steady=4, saturating=100, warming=0))
    assert measured.problems == []
    asked_of_the_subject = {name: figure for name, figure in measured.figures.items() if not name.endswith(" server")}
    assert all(figure > 0 for figure in asked_of_the_subject.values()), "and there is no database server beside it"
    shown = table([TEAMS_FLOOR], [{TEAMS_FLOOR.name: measured}])
    assert "nan" not in shown
    assert "WRONG" not in shown


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
@pytest.mark.usefixtures("quick_starts")
def test_each_request_of_each_kind_is_answered_once(subject: Subject) -> None:
    with started(subject) as (trial, _):
        for kind in subject.platform.kinds:
            assert len(trial.ask(kind, 5).posted) == 5
    assert trial.problems == []


@pytest.mark.usefixtures("quick_starts")
def test_a_bot_that_ends_at_its_start_is_not_waited_for() -> None:
    began = time.monotonic()
    with pytest.raises(BrokenError, match="minesweeper"), started(SLACK_BOT, settings={"SANDBOX": "minesweeper"}):
        pass
    assert time.monotonic() - began < 30, "where 60 seconds are the patience"


@pytest.mark.usefixtures("quick_starts")
def test_the_footprint_is_that_of_the_bot_at_rest() -> None:
    found = footprint([SLACK, TEAMS])
    assert found.ready >= found.ack > 0
    assert found.rss > 10  # MB


def test_of_teams_next_to_nothing_is_loaded_where_it_is_off() -> None:
    loaded = set(imported([SLACK]))
    assert {name for name in loaded if f"{name}.".startswith("bot.teams.")} == {"bot.teams", "bot.teams.hosts"}
    assert loaded.isdisjoint({"botbuilder", "botframework", "msrest"})
    assert "bot.slack.app" in loaded


def test_a_subject_that_can_not_count_is_noticed() -> None:
    slips = ["not acknowledged but hung up on"]
    slips += ["replies lost", "replies posted more than once", "replies that say something else"]
    with started(Subject("careless", "careless", ("-m", "tests.bench.careless"), SLACK), patience=1.0) as (trial, _):
        for kind in SLACK.kinds:
            assert len(trial.ask(kind, 100).asked) == 100, "more than there are connections"
            assert trial.problems == [f"10 {slip}" for slip in slips]
            trial.problems.clear()


def test_what_is_refused_is_no_loss_and_told() -> None:
    asked = [(1, 200, 0.0, 0.1), (2, 503, 0.0, 2.0), (3, 503, 0.0, 2.0)]
    posted = [(1, "hello 1", 0.2), (2, "hello 2", 2.1)]  # the second was stored all the same
    assert tally.problems(asked, posted) == []
    assert tally.refused(asked) == 2
    rounds = [{SLACK_FLOOR.name: Measured(measured(1.0).figures, (), refused=2)}]
    assert "(2 answered with 503)" in table([SLACK_FLOOR], rounds)


@pytest.mark.parametrize(
    ("status", "complaint"),
    [(tally.CLOSED, "not acknowledged but hung up on"), (tally.LATE, "not acknowledged in time"), (500, "answered with 500")],
)
def test_what_is_neither_acknowledged_nor_refused_is_wrong(status: int, complaint: str) -> None:
    assert tally.problems([(1, status, 0.0, 0.1)], []) == [f"1 {complaint}"]


def measured(cpu: float, *wrong: str) -> Measured:
    names = [name for section in SECTIONS for name, _ in section.columns]
    return Measured(dict.fromkeys(names, cpu), wrong)


def test_a_wrong_row_says_so_loudly() -> None:
    rounds = [{SLACK_FLOOR.name: measured(1.0)}, {SLACK_FLOOR.name: measured(1.0, "2 replies lost")}]
    assert problems(rounds) == ["slack_floor: 2 replies lost"]
    assert "**WRONG: 2 replies lost**" in table([SLACK_FLOOR], rounds)


@pytest.mark.parametrize(("floor", "bot"), [(SLACK_FLOOR, SLACK_BOT), (TEAMS_FLOOR, TEAMS_BOT)], ids=["slack", "teams"])
def test_ratios_are_taken_within_each_round(floor: Subject, bot: Subject) -> None:
    rounds = [
        {floor.name: measured(theirs), bot.name: measured(ours)} for theirs, ours in ((1.0, 2.0), (10.0, 30.0), (1.0, 4.0))
    ]
    ratio = table([floor, bot], rounds).splitlines()[-1]
    assert ratio.count("3.00x") == len(SECTIONS[-1].columns)


def test_nobody_is_compared_across_platforms() -> None:
    rounds = [{subject.name: measured(1.0) for subject in (SLACK_FLOOR, TEAMS_BOT)}]
    assert "1.00x" not in table([SLACK_FLOOR, TEAMS_BOT], rounds)


def test_the_page_keeps_the_newest_run_only() -> None:
    page = replaced("before\n<!-- newest run -->\n<!-- end of the newest run -->\nafter\n", "old")
    assert replaced(page, "new") == page.replace("old", "new")
    assert page.startswith("before\n")
    assert page.endswith("after\n")
