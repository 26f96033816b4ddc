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


def _section(section: Section, subjects: Sequence[Subject], rounds: Sequence[Round]) -> str:
    names = [name for name, _ in section.columns]
    lines = heading([section.title, *(title for _, title in section.columns)])
    lines += [figures(subject, names, rounds) for subject in subjects]
    ours = [subject for subject in subjects if subject in BOTS]
    others = [subject for subject in subjects if subject not in BOTS]
    return "\n".join([*lines, *(ratios(our, other, names, rounds) for our in ours for other in others)])


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


def figures(subject: Subject, names: Sequence[str], rounds: Sequence[Round]) -> str:
    """Its medians."""
    measured = [each[subject.name] for each in rounds]
    return row([_title(subject, measured), *(number(median(each.figures[name] for each in measured)) for name in names)])


def ratios(one: Subject, other: Subject, names: Sequence[str], rounds: Sequence[Round]) -> str:
    """The medians of each round's ratios; blank where there is nothing to divide by."""
    both = [(each[one.name].figures, each[other.name].figures) for each in rounds]
    found = [median(ours[name] / theirs[name] if theirs[name] else float("nan") for ours, theirs in both) for name in names]
    return row([f"{one.title} : {other.title}", *("" if ratio != ratio else f"{ratio:.2f}x" for ratio in found)])


def _title(subject: Subject, measured: Sequence[Measured]) -> str:
    wrong = [problem for each in measured for problem in each.problems]
    refused = sum(each.refused for each in measured)
    told = f" **WRONG: {'; '.join(wrong)}**" if wrong else ""
    return f"{subject.title}{told}" + (f" ({refused} answered with 503)" if refused else "")
