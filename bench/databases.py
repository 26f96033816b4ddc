"""The bot on each database, alone and side by side, and where much was done long ago."""

from collections.abc import Sequence
from statistics import median

from bench.subjects import FULL_POSTGRES, FULL_SQLITE, ON_DATABASES, ON_POSTGRES, ON_SQLITE, TWO_PROCESSES, Subject
from bench.table import Round, heading, number, row

_COLUMNS = (
    ("ack_p50", "ack p50 ms"),
    ("ack_p99", "ack p99 ms"),
    ("reply_p50", "reply p50 ms"),
    ("cpu", "CPU ms"),
    ("server", "server's CPU ms"),
    ("rate", "saturates at, 1/s"),
)
_COMPARED = (
    (ON_POSTGRES, ON_SQLITE),
    (TWO_PROCESSES, ON_POSTGRES),
    (FULL_SQLITE, ON_SQLITE),
    (FULL_POSTGRES, ON_POSTGRES),
)
KIND = "command"


def databases(rounds: Sequence[Round]) -> str:
    """Markdown."""
    lines = heading(["Slack: slash command, on", *(title for _, title in _COLUMNS)])
    lines += [row([each.title, *(number(_median(each, name, rounds)) for name, _ in _COLUMNS)]) for each in ON_DATABASES]
    lines += [_ratios(one, other, rounds) for one, other in _COMPARED]
    return "\n".join([*lines, "", _alone(rounds)])


def _alone(rounds: Sequence[Round]) -> str:
    """What two processes reach where neither the load nor PostgreSQL takes from their cores: it is CPU that they run out of."""
    ratio = median(2 * _figure(ON_POSTGRES, "cpu", each) / _figure(TWO_PROCESSES, "cpu", each) for each in rounds)
    return (
        f"The load, the stand-in and PostgreSQL take their part of the same cores. By the CPU that a command takes, "
        f"two processes with a core each would reach {ratio:.2f}x what one does."
    )


def _ratios(one: Subject, other: Subject, rounds: Sequence[Round]) -> str:
    ratios = [median(_ratio(_figure(one, name, each), _figure(other, name, each)) for each in rounds) for name, _ in _COLUMNS]
    return row([f"{one.title} : {other.title}", *("" if ratio != ratio else f"{ratio:.2f}x" for ratio in ratios)])


def _ratio(ours: float, theirs: float) -> float:
    return ours / theirs if theirs else float("nan")


def _median(subject: Subject, name: str, rounds: Sequence[Round]) -> float:
    return median(_figure(subject, name, each) for each in rounds)


def _figure(subject: Subject, name: str, round: Round) -> float:
    return round[subject.name].figures[f"{KIND} {name}"]
