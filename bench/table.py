"""Rounds become a table: medians of what was measured, and medians of each round's ratios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.measure import Measured
from bench.platforms import SLACK, TEAMS, Platform
from bench.subjects import BOTS, Subject

Round = Mapping[str, Measured]
"""What was measured in one round, by the subject's name."""

_LOAD = (
    ("ack_p50", "ack p50 ms"),
    ("ack_p99", "ack p99 ms"),
    ("reply_p50", "reply p50 ms"),
    ("reply_p99", "reply p99 ms"),
    ("cpu", "CPU ms"),
    ("rate", "saturates at, 1/s"),
)
_REST = (("rss", "idle RSS MB"), ("start", "start ms"))


@dataclass(frozen=True)
class Section:
    """A table of its own: `columns` are figures by name, with their headings."""

    title: str
    platform: Platform
    columns: Sequence[tuple[str, str]]


def _load(title: str, platform: Platform, kind: str) -> Section:
    return Section(title, platform, [(f"{kind} {name}", heading) for name, heading in _LOAD])


SECTIONS = (
    _load("Slack: slash command", SLACK, "command"),
    _load("Slack: event", SLACK, "event"),
    Section("Slack: at rest", SLACK, _REST),
    _load("Teams: message", TEAMS, "teams"),
    Section("Teams: at rest", TEAMS, _REST),
)


def table(subjects: Sequence[Subject], rounds: Sequence[Round]) -> str:
    """Markdown: a table for each section that has any of the subjects, with the bot's ratios to the others below."""
    chosen = [(section, [each for each in subjects if each.platform == section.platform]) for section in SECTIONS]
    return "\n\n".join(_section(section, those, rounds) for section, those in chosen if those)


def problems(rounds: Sequence[Round]) -> list[str]:
    """What went wrong, of all subjects in all rounds."""
    return [f"{name}: {problem}" for each in rounds for name, measured in each.items() for problem in measured.problems]


def heading(cells: Sequence[str]) -> list[str]:
    """The first two lines of a table: the first column is for words, the others for numbers."""
    return [row(cells), row(["---", *["---:"] * (len(cells) - 1)])]


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def number(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _section(section: Section, subjects: Sequence[Subject], rounds: Sequence[Round]) -> str:
    lines = heading([section.title, *(title for _, title in section.columns)])
    lines += [_figures(section, subject, rounds) for subject in subjects]
    ours = [subject for subject in subjects if subject in BOTS]
    others = [subject for subject in subjects if subject not in BOTS]
    return "\n".join([*lines, *(_ratios(section, our, other, rounds) for our in ours for other in others)])


def _figures(section: Section, subject: Subject, rounds: Sequence[Round]) -> str:
    measured = [each[subject.name] for each in rounds]
    wrong = [problem for each in measured for problem in each.problems]
    name = f"{subject.title} **WRONG: {'; '.join(wrong)}**" if wrong else subject.title
    return row([name, *(number(median(each.figures[key] for each in measured)) for key, _ in section.columns)])


def _ratios(section: Section, our: Subject, other: Subject, rounds: Sequence[Round]) -> str:
    both = [(each[our.name].figures, each[other.name].figures) for each in rounds]
    keys = [key for key, _ in section.columns]
    ratios = [median(ours[key] / theirs[key] if theirs[key] else float("nan") for ours, theirs in both) for key in keys]
    return row([f"{our.title} : {other.title}", *(f"{ratio:.2f}x" for ratio in ratios)])
