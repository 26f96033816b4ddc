"""Whether a command costs the same however much there is: of commands, of conversations, of tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.crowd import PEOPLE, Crowd
from bench.databases import KIND
from bench.subjects import grown
from bench.table import heading, number, row
from bench.trial import started

_COMMANDS = 100  # where not they are what grows
_RATE = 50.0  # a second: nothing waits, and no two share what each costs
Case = tuple[str, int]
Costs = Mapping[Case, float]
"""CPU milliseconds of a command, in one round."""

GROWING: Mapping[str, Sequence[int]] = {
    "commands registered": (10, 100, 1_000),
    "conversations": (1, 100, 10_000),
    "tenants": (1, 50),
}


@dataclass(frozen=True)
class Grown:
    """What each case costs in one round; void if there are `problems`."""

    costs: Costs
    problems: Sequence[str]


def grow(number: int, growing: Mapping[str, Sequence[int]] = GROWING, warming: int = PEOPLE) -> Grown:
    """Measures each case with so many commands, after at least `warming` others."""
    costs, problems = {}, list[str]()
    taken: dict[tuple[int, Crowd], float] = {}
    for what, sizes in growing.items():
        for size in sizes:
            given = given_for(what, size)
            if given not in taken:  # what grows in one row may be as it is in another
                taken[given], wrong = _cost(*given, number, warming)
                problems += [f"{size} {what}: {problem}" for problem in wrong]
            costs[what, size] = taken[given]
    return Grown(costs, problems)


def growth(rounds: Sequence[Costs]) -> str:
    """Markdown: a row for each that grows, with its largest by its smallest."""
    lines = heading(["CPU ms of a command, with so many", "smallest", "", "largest", "largest : smallest"])
    sizes: dict[str, list[int]] = {}
    for what, size in rounds[0]:
        sizes.setdefault(what, []).append(size)
    return "\n".join([*lines, *(_row(what, sizes[what], rounds) for what in sizes)])


def _row(what: str, sizes: Sequence[int], rounds: Sequence[Costs]) -> str:
    cells = [f"{size:,}: {number(median(each[what, size] for each in rounds))}" for size in sizes]
    ratio = median(each[what, sizes[-1]] / each[what, sizes[0]] for each in rounds)
    middle = cells[1:-1] or [""]
    return row([what, cells[0], *middle, cells[-1], f"{ratio:.2f}x"])


def given_for(what: str, size: int) -> tuple[int, Crowd]:
    """How many commands there are, and who asks."""
    crowd = {"conversations": Crowd(conversations=size), "tenants": Crowd(tenants=size)}.get(what, Crowd())
    return size if what == "commands registered" else _COMMANDS, crowd


def _cost(commands: int, crowd: Crowd, number: int, warming: int) -> tuple[float, Sequence[str]]:
    with started(grown(commands)) as (trial, _):
        trial.ask(KIND, max(crowd.conversations, warming), crowd=crowd)  # so that all of them are known
        batch = trial.ask(KIND, number, _RATE, crowd)
    refused = [f"{trial.refused} answered with 503"] if trial.refused else []  # which would make the others seem cheap
    return batch.cpu * 1000 / number, [*trial.problems, *refused]
