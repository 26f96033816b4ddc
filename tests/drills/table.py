"""Writes docs/drills.md from the figures that `make drills` has kept: `python -m tests.drills.table FIGURES COMMAND`."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.drills.faults import FAULTS, tried

_PAGE = Path(__file__).parents[2] / "docs/drills.md"
_COLUMNS = ("sent", "kills", "lost", "duplicated", "wrong", "leaked", "stuck", "refused")
_TIMES = ("longest", "p99", "recovery", "answer", "green")
_HEAD = """# The drills

What is done to the bot on purpose, and what came of it. Real processes, signed requests on both platforms, a real PostgreSQL;
the made-up platforms and Calendar keep the ledger. `make drills` runs all of it and rewrites this page; `make test` runs a
short form of it: of named places, of requests, of what happens to PostgreSQL and of the dearer defences taken out only some,
chosen by the seed. What is about how quickly many are answered (B12, D2 to D10, E1, E8, E10 to E13 and the soak) ran alone, all
else two at a time, so that times there are those of a busy machine. `SEED=… make drills` plays one again. Newest run: {date}
UTC, {command}.

`lost` was acknowledged and never answered. `duplicated` are replies beyond one, and writes beyond one. `wrong` is an answer in
another room, out of order, or with markup that came alive. `leaked` are secrets found in a log, the database or a message.
`stuck` is neither done nor given up a minute later. `refused` are answers by 503, after each of which the platform delivers
again. Times are in seconds, – of what there was none: `longest` and `p99` are of acknowledgements outside the time when the
database was away or the process frozen; `recovery` is from the end of the trouble to the next acknowledgement; `answer` is the
longest from an acknowledgement to its answer, and so has the length of the trouble in it; `green` is for how long `/readyz`
still said yes while the database was away (B1 to B11): more than 5 s is a fault, and so is, as one more `wrong`, to have said
yes all through a trouble of more than 2 s.

"""
_BLIND = """With one defence taken out of the bot, its drill has to turn red. Two more are counted in calls
that are done with somebody else's tokens: without associated data 1 instead of 0, without compare-and-set 1 instead of 0.

"""
_WITHOUT = "without: "


def page(figures: list[dict[str, Any]], command: str) -> str:
    measured = sorted((each for each in figures if not each["case"].startswith(_WITHOUT)), key=_place)
    blind = [each for each in figures if each["case"].startswith(_WITHOUT)]
    cases = {each["case"] for each in measured}
    date = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    parts = [
        _HEAD.format(date=date, command=command),
        "## What was measured\n\n",
        _table(measured),
        "\n## The drills, drilled\n\n" + _BLIND,
        _table(blind),
        "\n## Every fault of the list\n\n| fault | what | its figure |\n|---|---|---|\n",
        *(f"| {each.id} | {each.what} | {tried(each, cases)} |\n" for each in FAULTS),
    ]
    return "".join(parts)


def _place(figure: dict[str, Any]) -> tuple[bool, str, int]:
    """By the first fault that a case is of; what is of none comes last."""
    found = re.match(r"([A-Z])(\d+)", figure["case"])
    return (False, found[1], int(found[2])) if found else (True, "", 0)


def _table(figures: list[dict[str, Any]]) -> str:
    names = ("case", "seed", *_COLUMNS, *_TIMES)
    head = f"| {' | '.join(names)} |\n|---{'|--:' * (len(names) - 1)}|\n"
    return head + "".join(f"| {' | '.join(_cell(each[name]) for name in names)} |\n" for each in figures)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text().splitlines()
    _PAGE.write_text(page([json.loads(line) for line in lines], sys.argv[2]))
