"""All that the bench measures, in one run: round by round, so that whatever else is at work meets all of them alike."""

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from bench.databases import KIND, databases
from bench.growth import Grown, grow, growth
from bench.measure import Effort, Measured, measure
from bench.profiling import Profiles, profiles
from bench.scaling import scaling
from bench.stages import missing, stages
from bench.stores import Stores, stores
from bench.subjects import ON_DATABASES, PLAIN_BOTBUILDER, SIDE_BY_SIDE, SUBJECTS, Subject
from bench.table import Round, problems, table

_Result = TypeVar("_Result")
_SLOW = {PLAIN_BOTBUILDER.name: 10}  # takes so many times as long as the others for each request


@dataclass(frozen=True)
class Found:
    """Markdown, and what went wrong."""

    text: str
    problems: Sequence[str]


def run(effort: Effort, rounds: int, seed: int) -> Found:
    """Says on stderr how far it is. Raises BrokenError."""
    beside, kept, grown = list[Round](), list[Round](), list[Grown]()
    with stores() as places:
        for number in range(rounds):
            order, said = random.Random(f"{seed} {number}"), _Progress(f"round {number + 1} of {rounds}: ")
            beside.append(_round(SUBJECTS, order, said, lambda subject: measure(subject, _for(subject, effort))))
            kept.append(_round((*ON_DATABASES, *SIDE_BY_SIDE), order, said, lambda subject: _on(places, subject, effort)))
            grown.append(said("as it grows", lambda: grow(effort.steady)))
    found = _Progress("")("stages", lambda: profiles(KIND, effort.saturating))
    wrong = [*problems(beside), *problems(kept), *(each for one in grown for each in one.problems), *_unseen(found)]
    told = {
        "What does it cost beside others?": table(SUBJECTS, beside),
        "What does it cost on each database, and on a full one?": databases(kept),
        "What do two processes reach?": scaling(kept),
        "Does it cost the same however much there is?": growth([one.costs for one in grown]),
        "Where do a command's microseconds go?": stages(found.main, found.writer),
    }
    return Found("\n\n".join(f"### {question}\n\n{answer}" for question, answer in told.items()), wrong)


def _on(places: Stores, subject: Subject, effort: Effort) -> Measured:
    saturated = replace(effort, steady=0)
    return measure(subject, saturated if subject in SIDE_BY_SIDE else effort, places, (KIND,))


def _for(subject: Subject, effort: Effort) -> Effort:
    slow = _SLOW.get(subject.name, 1)
    return replace(effort, saturating=effort.saturating // slow, warming=effort.warming // slow)


class _Progress:
    """Says what was done and how long it took."""

    def __init__(self, before: str) -> None:
        self._before = before

    def __call__(self, what: str, work: Callable[[], _Result]) -> _Result:
        began = time.monotonic()
        done = work()
        print(f"{self._before}{what}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        return done


def _round(subjects: Sequence[Subject], order: random.Random, said: _Progress, take: Callable[[Subject], Measured]) -> Round:
    return {each.name: said(each.name, partial(take, each)) for each in order.sample(subjects, len(subjects))}


def _unseen(found: Profiles) -> Sequence[str]:
    wrong = [f"profiled: {problem}" for problem in found.problems]
    return [*wrong, *(f"the stage “{name}” was not seen" for name in missing(found.main, found.writer))]
