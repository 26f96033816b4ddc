"""The bench counts right: figures for who answers each request once, and a loud word about who does not."""

import pytest

from bench.footprint import footprint, imported
from bench.measure import Effort, Measured, measure
from bench.platforms import SLACK, TEAMS
from bench.readme import replaced
from bench.subjects import BOTS, PLAIN_BOTBUILDER, SLACK_BOT, SLACK_FLOOR, TEAMS_BOT, TEAMS_FLOOR, Subject
from bench.table import SECTIONS, problems, table
from bench.trial import started


def careless(how: str) -> Subject:
    return Subject(how, how, ("-m", "tests.bench.careless", how), SLACK)


@pytest.mark.parametrize(
    ("subject", "saturating"),
    [(SLACK_FLOOR, 100), (TEAMS_FLOOR, 100), (PLAIN_BOTBUILDER, 20)],
    ids=["slack_floor", "teams_floor", "plain_botbuilder"],
)
def test_who_does_less_gets_every_figure_and_no_complaint(subject: Subject, saturating: int) -> None:
    measured = measure(subject, Effort(steady=4, saturating=saturating, warming=2))
    assert measured.problems == []
    asked_of_the_subject = {name: figure for name, figure in measured.figures.items() if not name.endswith(" server")}
    assert all(figure > 0 for figure in asked_of_the_subject.values()), "and there is no database server beside it"
    shown = table([subject], [{subject.name: measured}])
    assert "nan" not in shown
    assert "WRONG" not in shown


@pytest.mark.parametrize("subject", BOTS, ids=lambda subject: subject.name)
def test_the_bot_answers_each_request_once(subject: Subject) -> None:
    measured = measure(subject, Effort(steady=3, saturating=4, warming=1))
    assert measured.problems == []
    assert "nan" not in table([subject], [{subject.name: measured}])


def test_the_footprint_is_that_of_the_bot_at_rest() -> None:
    found = footprint([SLACK, TEAMS])
    assert found.ready >= found.ack > 0
    assert found.rss > 10  # MB


def test_of_teams_next_to_nothing_is_loaded_where_it_is_off() -> None:
    loaded = set(imported([SLACK]))
    assert {name for name in loaded if f"{name}.".startswith("bot.teams.")} == {"bot.teams", "bot.teams.hosts"}
    assert loaded.isdisjoint({"botbuilder", "botframework", "msrest"})
    assert "bot.slack.app" in loaded


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
