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
from bench.stages import missing, stages
from bench.stores import Stores, stores
from bench.subjects import ON_DATABASES, PLAIN_BOTBUILDER, SUBJECTS, Subject
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
            order = random.Random(f"{seed} {number}")
            beside.append(_round(SUBJECTS, order, lambda subject: measure(subject, _for(subject, effort))))
            kept.append(_round(ON_DATABASES, order, lambda subject: _on(places, subject, effort)))
            grown.append(_said("as it grows", lambda: grow(effort.steady)))
    found = _said("stages", lambda: profiles(KIND, effort.saturating))
    wrong = [*problems(beside), *problems(kept), *(each for one in grown for each in one.problems), *_unseen(found)]
    told = (table(SUBJECTS, beside), databases(kept), growth([one.costs for one in grown]), stages(found.main, found.writer))
    return Found("\n\n".join(told), wrong)


def _on(places: Stores, subject: Subject, effort: Effort) -> Measured:
    return measure(subject, effort, places, (KIND,))


def _for(subject: Subject, effort: Effort) -> Effort:
    slow = _SLOW.get(subject.name, 1)
    return replace(effort, saturating=effort.saturating // slow, warming=effort.warming // slow)


def _round(subjects: Sequence[Subject], order: random.Random, take: Callable[[Subject], Measured]) -> Round:
    return {each.name: _said(each.name, partial(take, each)) for each in order.sample(subjects, len(subjects))}


def _said(what: str, work: Callable[[], _Result]) -> _Result:
    began = time.monotonic()
    done = work()
    print(f"{what}, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return done


def _unseen(found: Profiles) -> Sequence[str]:
    return [*found.problems, *(f"the stage “{name}” was not seen" for name in missing(found.main, found.writer))]
