"""What one subject costs in one round."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.crowd import PEOPLE
from bench.stores import Stores
from bench.subjects import Subject
from bench.tally import ack_seconds, per_second, reply_seconds
from bench.trial import Trial, started


@dataclass(frozen=True)
class Effort:
    """How much is asked: `steady` requests at `rate` a second, then `saturating` ones as fast as it goes; of each kind.

    Without any of the former, there are no latencies.
    """

    steady: int
    saturating: int
    warming: int = PEOPLE  # so that everybody has been looked up
    rate: float = 50.0
    patience: float = 10.0  # seconds for which a reply may be missing before it counts as lost


QUICK = Effort(steady=75, saturating=500)


@dataclass(frozen=True)
class Measured:
    """`figures` by name: "start" and "rss", and for each kind "command ack_p50" and so on. Void if there are `problems`.

    `refused` says how many requests were answered with 503, which slows nobody and answers nobody: none on a quiet machine.
    """

    figures: Mapping[str, float]
    problems: Sequence[str]
    refused: int = 0


def measure(subject: Subject, effort: Effort, stores: Stores | None = None, kinds: Sequence[str] = ()) -> Measured:
    """Starts the subject, measures it, and ends it; with all kinds of requests, where none are named. Raises BrokenError.

    Without `stores` it has SQLite in a directory of its own.
    """
    settings = stores.settings(subject) if stores else {}
    served = stores.cpu if stores and subject.database == "postgresql" else lambda: 0.0
    with started(subject, effort.patience, settings, served) as (trial, start):
        figures = {"start": start * 1000, "rss": trial.process.memory_info().rss / 2**20}
        for kind in (kinds or subject.platform.kinds) if effort.warming else ():
            trial.ask(kind, effort.warming)
        for kind in kinds or subject.platform.kinds:
            measured = (_latencies(trial, kind, effort) if effort.steady else {}) | _costs(trial, kind, effort)
            figures |= {f"{kind} {name}": figure for name, figure in measured.items()}
    return Measured(figures, trial.problems, trial.refused)


def _latencies(trial: Trial, kind: str, effort: Effort) -> dict[str, float]:
    """Milliseconds, at a steady rate."""
    batch = trial.ask(kind, effort.steady, effort.rate)
    acks, replies = ack_seconds(batch.asked), reply_seconds(batch.asked, batch.posted)
    return {
        "ack_p50": _percentile(acks, 50) * 1000,
        "ack_p99": _percentile(acks, 99) * 1000,
        "reply_p50": _percentile(replies, 50) * 1000,
        "reply_p99": _percentile(replies, 99) * 1000,
    }


def _costs(trial: Trial, kind: str, effort: Effort) -> dict[str, float]:
    """CPU milliseconds a request, and requests a second, when saturated and until the last reply is out; and how many cores
    were busy with it then: the subject's own, and all.
    """
    batch = trial.ask(kind, effort.saturating)
    rate, each = per_second(batch.asked, batch.posted), 1000 / effort.saturating
    cpu, server, load = batch.cpu * each, batch.beside * each, batch.load * each
    busy = {"own_cores": cpu * rate / 1000, "all_cores": (cpu + server + load) * rate / 1000}
    return {"cpu": cpu, "server": server, "load": load, "rate": rate, **busy}


def _percentile(values: Sequence[float], percent: int) -> float:
    if len(values) < 2:
        return float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
