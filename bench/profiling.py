"""Where the microseconds of a request go in the bot: by thread as it runs, and by library and function under cProfile."""

import pstats
import signal
import sysconfig
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.crowd import PEOPLE
from bench.platforms import BY_KIND
from bench.processes import ROOT
from bench.subjects import profiled
from bench.trial import Trial, started

_SHOWN = 40
_Function = tuple[str, int, str]  # file, line, name
_Stats = Mapping[_Function, tuple[int, int, float, float, Mapping[_Function, tuple[int, int, float, float]]]]


@dataclass(frozen=True)
class Profile:
    """Of one thread, which takes `each` microseconds a request unprofiled. `scale` turns the profile's seconds into these."""

    stats: _Stats
    scale: float
    each: float
    number: int

    def of(self, functions: Sequence[tuple[str, str]]) -> float:
        """Microseconds a request in these functions with all they call, each given by its file and its name."""
        return sum(self.stats[each][3] for each in self._seen(functions)) * self.scale

    def saw(self, functions: Sequence[tuple[str, str]]) -> bool:
        """Whether one of them ran at all, however briefly: the kernel counts in hundredths of a second."""
        return bool(self._seen(functions))

    def _seen(self, functions: Sequence[tuple[str, str]]) -> Sequence[_Function]:
        wanted = {(str(ROOT / file), name) for file, name in functions}
        return [(file, line, name) for file, line, name in self.stats if (file, name) in wanted]


@dataclass(frozen=True)
class Profiles:
    """`writer` counts what all threads take but the main one: nearly all of that is the writer's."""

    main: Profile
    writer: Profile
    problems: Sequence[str]


def profile(kind: str, number: int) -> str:
    """Where the microseconds go, by library and by function."""
    found = profiles(kind, number)
    head = f"{found.main.each:.0f} µs of CPU in the main thread, {found.writer.each:.0f} µs in others (the database's writer)."
    return "\n".join([head, *_libraries(found.main), *_own(found.main), *_ours(found.main), *found.problems])


def profiles(kind: str, number: int, warming: int = PEOPLE) -> Profiles:
    """Runs the bot at saturation, first as it is and then profiled."""
    with TemporaryDirectory() as place:
        path = Path(place, "profile")
        with started(profiled(BY_KIND[kind]), settings={"PROFILE": str(path)}) as (trial, _):
            trial.ask(kind, warming)
            plain = _by_thread(trial, kind, number)
            slowed = _profiled(trial, kind, number, path)
        main, writer = (
            _read(file, seconds, slow, number)
            for file, seconds, slow in zip((path, _of_writer(path)), plain, slowed, strict=True)
        )
    return Profiles(main, writer, trial.problems)


def _of_writer(path: Path) -> Path:
    return path.with_name(f"{path.name}.writer")


def _read(path: Path, seconds: float, slowed: float, number: int) -> Profile:
    stats: _Stats = pstats.Stats(str(path)).stats  # type: ignore[attr-defined]  # missing in typeshed
    return Profile(stats, seconds / slowed / number * 1e6 if slowed else 0.0, seconds * 1e6 / number, number)


def _by_thread(trial: Trial, kind: str, number: int) -> tuple[float, float]:
    """Seconds that so many requests take: of the main thread, and of all others."""
    before = _thread_times(trial)
    trial.ask(kind, number)
    spent = Counter(_thread_times(trial))
    spent.subtract(before)
    main = spent.pop(trial.process.pid)
    return main, sum(spent.values())


def _thread_times(trial: Trial) -> dict[int, float]:
    return {thread.id: thread.user_time + thread.system_time for thread in trial.process.threads()}


def _profiled(trial: Trial, kind: str, number: int, path: Path) -> tuple[float, float]:
    """The same, slowed down by being watched."""
    trial.process.send_signal(signal.SIGUSR1)
    taken = _by_thread(trial, kind, number)
    trial.process.send_signal(signal.SIGUSR1)
    while not (path.exists() and _of_writer(path).exists()):
        time.sleep(0.1)
    return taken


def _libraries(found: Profile) -> Iterator[str]:
    """Own time by library. What is built in counts for who calls it; what no function accounts for is the loop's own."""
    own: dict[str, float] = defaultdict(float)
    for function, (_, _, seconds, _, callers) in found.stats.items():
        if function[0] == "~" and callers:
            for caller, (_, _, share, _) in callers.items():
                own[_library(caller)] += share * found.scale
        else:
            own[_library(function)] += seconds * found.scale
    own["the event loop and its sockets"] = found.each - sum(own.values())
    yield "\nMain thread by library, µs a request (shares by cProfile, which overstates small functions):"
    for name, microseconds in sorted(own.items(), key=lambda item: -item[1]):
        if microseconds >= 1:
            yield f"{microseconds:8.0f}  {microseconds / found.each:4.0%}  {name}"


def _own(found: Profile) -> Iterator[str]:
    yield "\nBy function, the costliest by its own time:"
    yield from _functions(found, sorted(found.stats, key=lambda function: -found.stats[function][2]))


def _ours(found: Profile) -> Iterator[str]:
    yield "\nOur own functions, the costliest with all they call:"
    ours = [function for function in found.stats if function[0].startswith(_OURS)]
    yield from _functions(found, sorted(ours, key=lambda function: -found.stats[function][3]))


def _functions(found: Profile, functions: Sequence[_Function]) -> Iterator[str]:
    yield f"{'own':>8}  {'with all':>8}  {'calls':>6}"
    for function in functions[:_SHOWN]:
        _, calls, own, whole, _ = found.stats[function]
        file, line, name = function
        where = f"{_library(function)}/{Path(file).name}:{line}" if line else ""
        yield f"{own * found.scale:8.1f}  {whole * found.scale:8.1f}  {calls / found.number:6.1f}  {name}  {where}"


def _library(function: _Function) -> str:
    """ "bot/slack" or "storage" for ours, "aiohttp" for an installed one, "python asyncio" for the standard library."""
    file = Path(function[0])
    if "site-packages" in file.parts:
        return file.parts[file.parts.index("site-packages") + 1].removesuffix(".py")
    if file.is_relative_to(ROOT):
        return str(file.relative_to(ROOT).parent)
    if file.is_relative_to(_STANDARD):
        return f"python {file.relative_to(_STANDARD).parts[0].removesuffix('.py')}"
    return function[0]


_STANDARD = sysconfig.get_path("stdlib")
_OURS = tuple(str(ROOT / name) for name in ("adapters", "bot", "commands", "storage"))
