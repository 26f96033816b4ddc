"""What a drill has come to: one line of figures."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

LONG = "LONG" in os.environ
_LONGEST_GREEN = 5.0  # seconds
_FIGURES = os.environ.get("DRILLS", "")  # the file that they go to


@dataclass(frozen=True)
class Account:
    """Counts are of events, but for `refused`: answers by 5xx, after each of which it is delivered again. Times are seconds.

    `lost` was acknowledged and never answered; `duplicated` are replies beyond one, and writes beyond one; `wrong` is an answer
    in another room, out of order, to nobody's question, or with markup that came alive; `leaked` are secrets found where none
    may be; `stuck` are deliveries that are neither done nor given up. `longest` and `p99` are of acknowledgements, outside
    the times when the database was away, or the process frozen. `recovery` is the longest time from a trouble's end to the
    next acknowledgement, `answer` the longest from an acknowledgement to its answer; NaN is of what there was none. `green` is
    for how long a bot said that it is ready while the database was away.
    """

    case: str
    seed: int
    sent: int
    kills: int
    lost: int
    duplicated: int
    wrong: int
    leaked: int
    stuck: int
    refused: int
    longest: float
    p99: float
    recovery: float
    answer: float
    green: float = 0.0

    @property
    def faults(self) -> Mapping[str, float]:
        """What there may be none of, where there is any; and `green`, where it lasted too long."""
        names = ("lost", "duplicated", "wrong", "leaked", "stuck")
        faults = {name: getattr(self, name) for name in names if getattr(self, name)}
        return faults if self.green <= _LONGEST_GREEN else {**faults, "green": self.green}

    def __str__(self) -> str:
        return "  ".join(f"{field.name} {_shown(getattr(self, field.name))}" for field in fields(self))

    def note(self) -> "Account":
        """Prints the line, and keeps it where `make drills` looks for it."""
        print(f"\n{self}")  # noqa: T201 - for whoever runs the drills
        if _FIGURES:
            with Path(_FIGURES).open("a") as file:
                file.write(f"{json.dumps(self._figures())}\n")
        return self

    def _figures(self) -> Mapping[str, object]:
        """JSON knows no NaN."""
        return {name: None if _is_nan(value) else value for name, value in asdict(self).items()}


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _shown(value: object) -> str:
    if _is_nan(value):
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
