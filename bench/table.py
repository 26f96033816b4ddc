"""Rounds become a table: medians of what was measured, and medians of each round's ratios."""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.measure import Measured
from bench.subjects import BOT, Subject

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
SECTIONS = (
    ("Slash command", tuple((f"command {name}", title) for name, title in _LOAD)),
    ("Event", tuple((f"event {name}", title) for name, title in _LOAD)),
    ("At rest", (("rss", "idle RSS MB"), ("start", "start ms"))),
)
_Columns = Sequence[tuple[str, str]]


def table(subjects: Sequence[Subject], rounds: Sequence[Round]) -> str:
    """Markdown: a table for each section, with the bot's ratios to the others below."""
    return "\n\n".join(_section(title, columns, subjects, rounds) for title, columns in SECTIONS)


def problems(rounds: Sequence[Round]) -> list[str]:
    """What went wrong, of all subjects in all rounds."""
    return [f"{name}: {problem}" for each in rounds for name, measured in each.items() for problem in measured.problems]


def _section(title: str, columns: _Columns, subjects: Sequence[Subject], rounds: Sequence[Round]) -> str:
    rows = [_row([title, *(heading for _, heading in columns)]), _row(["---"] + ["---:"] * len(columns))]
    rows += [_figures(subject, columns, rounds) for subject in subjects]
    if BOT in subjects:
        rows += [_ratios(subject, columns, rounds) for subject in subjects if subject != BOT]
    return "\n".join(rows)


def _figures(subject: Subject, columns: _Columns, rounds: Sequence[Round]) -> str:
    measured = [each[subject.name] for each in rounds]
    wrong = [problem for each in measured for problem in each.problems]
    name = f"{subject.title} **WRONG: {'; '.join(wrong)}**" if wrong else subject.title
    return _row([name, *(_number(median(each.figures[key] for each in measured)) for key, _ in columns)])


def _ratios(subject: Subject, columns: _Columns, rounds: Sequence[Round]) -> str:
    both = [(each[BOT.name].figures, each[subject.name].figures) for each in rounds]
    ratios = [median(ours[key] / theirs[key] if theirs[key] else float("nan") for ours, theirs in both) for key, _ in columns]
    return _row([f"{BOT.title} : {subject.title}", *(f"{ratio:.2f}x" for ratio in ratios)])


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
