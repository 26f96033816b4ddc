"""What it costs to have Teams switched on beside Slack, and what there is of it where it is off."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from operator import sub
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from bench.journal import stand_in
from bench.launch import Launch, launched
from bench.platforms import SLACK, TEAMS, Platform
from bench.processes import await_start
from bench.subjects import RUN
from bench.table import heading, number, row
from bench.trial import SETTLE
from bench.wire import request, status

_OFF, _ON = (SLACK,), (SLACK, TEAMS)
_READY = request("GET", "/readyz", {})
_IMPORTED = re.compile(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", re.MULTILINE)
_TEAMS = "bot.teams."


@dataclass(frozen=True)
class Footprint:
    """Milliseconds from exec until each platform's first request is acknowledged, and until the bot is ready; MB at rest."""

    ack: float
    ready: float
    rss: float


def footprints(times: int) -> str:
    """Markdown: the bot without Teams and with it, started turn and turn about."""
    rounds = [(footprint(_OFF), footprint(_ON)) for _ in range(times)]
    added = [Footprint(*map(sub, astuple(on), astuple(off))) for off, on in rounds]
    lines = [*heading(["Switched on", "first ack ms", "ready ms", "idle RSS MB"])]
    lines += [_row("Slack", [off for off, _ in rounds]), _row("Slack and Teams", [on for _, on in rounds])]
    return "\n".join([*lines, _row("Teams adds", added), "", _where_off(imported(_OFF), imported(_ON))])


def footprint(platforms: Sequence[Platform]) -> Footprint:
    """Starts the bot once; it is at rest when it has answered the first requests. Raises BrokenError."""
    with _ready(platforms) as (launch, ready):
        time.sleep(SETTLE)
        rss = psutil.Process(launch.process.pid).memory_info().rss
        return Footprint((launch.acknowledged - launch.began) * 1000, (ready - launch.began) * 1000, rss / 2**20)


def imported(platforms: Sequence[Platform]) -> Mapping[str, float]:
    """The modules that the bot loads until it is ready, each with the milliseconds that it took by itself."""
    with _ready(platforms, "-X", "importtime") as (launch, _):
        log = (launch.directory / "log").read_text()
    return {name: int(microseconds) / 1000 for microseconds, name in _IMPORTED.findall(log)}


@contextmanager
def _ready(platforms: Sequence[Platform], *options: str) -> Iterator[tuple[Launch, float]]:
    """Gives the bot once it has answered, and when it was ready."""
    with TemporaryDirectory() as place, ExitStack() as stack:
        journals = {each: stack.enter_context(stand_in(each, Path(place, each.name))) for each in platforms}
        with launched([*options, *RUN], Path(place, "bot"), journals) as launch:
            await_start(launch.process, launch.directory, lambda: status(launch.port, _READY) == 200)
            ready = time.monotonic()
            await_start(launch.process, launch.directory, lambda: all(each.count() for each in journals.values()))
            yield launch, ready


def _row(title: str, measured: Sequence[Footprint]) -> str:
    return row([title, *(number(median(column)) for column in zip(*map(astuple, measured), strict=True))])


def _where_off(off: Mapping[str, float], on: Mapping[str, float]) -> str:
    """What is loaded for Teams though it is off, which should be next to nothing."""
    left = {name: ms for name, ms in off.items() if f"{name}.".startswith(_TEAMS)}
    names, taking = ", ".join(sorted(left)) or "none", sum(left.values())
    more = len(on.keys() - off.keys())
    return f"Teams brings {more} modules along. Those of it that are loaded where it is off: {names} ({taking:.1f} ms)."
