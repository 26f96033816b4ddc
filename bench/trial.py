"""One subject, running, with all it needs: asked in bulk, watched, and held to one reply for each request."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench.crowd import APART, Crowd
from bench.journal import Journal, stand_in
from bench.launch import Launch, launched
from bench.processes import ROOT
from bench.quota import held
from bench.subjects import Subject
from bench.tally import Asked, Posted, problems, refused

SETTLE = 0.3  # seconds for what a subject does after its last reply, and for a reply too many to come


@dataclass(frozen=True)
class Batch:
    """What was asked and what came of it. `cpu` is in seconds: of all the subject's threads, until nothing was left to do.

    `beside` is what its database's server has taken meanwhile, `load` what sending and the platform's stand-in have.
    """

    asked: Sequence[Asked]
    posted: Sequence[Posted]
    cpu: float
    beside: float
    load: float


class Trial:
    """A subject whose processes have each acknowledged a first request. `patience` is how many seconds the next reply may take.

    `served` tells how many seconds of CPU its database's server has taken so far. `share` is that of a core for each process.
    `refused` counts what was answered with 503: no loss, but to be told.
    """

    def __init__(
        self, launches: Sequence[Launch], journal: Journal, patience: float, served: Callable[[], float], share: float
    ) -> None:
        self.processes = [psutil.Process(launch.process.pid) for launch in launches]
        self.problems: list[str] = []
        self.refused = 0
        self._ports = ",".join(str(launch.port) for launch in launches)
        self._journal = journal
        self._patience = patience
        self._served = served
        self._share = share
        self._next = len(launches)
        self.collect([(number, 200, each.began, each.acknowledged) for number, each in enumerate(launches)])

    @property
    def process(self) -> psutil.Process:
        """Where there is only one."""
        return self.processes[0]

    def ask(self, kind: str, number: int, rate: float = 0.0, crowd: Crowd = APART) -> Batch:
        """Sends so many requests, so many a second or as fast as it goes, and waits for their replies."""
        before, served, stood = self._cpu(), self._served(), self._journal.cpu()
        with held([process.pid for process in self.processes], self._share):
            asked, sending = _load(self._ports, self._journal.address, kind, self._next, number, rate, crowd)
            self._next += number
            posted = self.collect(asked)
        load = sending + self._journal.cpu() - stood
        return Batch(asked, posted, self._cpu() - before, self._served() - served, load)

    def collect(self, asked: Sequence[Asked]) -> Sequence[Posted]:
        """Waits until the replies are out, or no more come, and notes what is wrong with them."""
        self._wait(len(asked))
        time.sleep(SETTLE)
        posted = self._journal.take()
        self.problems += problems(asked, posted)
        self.refused += refused(asked)
        return posted

    def _wait(self, number: int) -> None:
        seen, since = 0, time.monotonic()
        while (count := self._journal.count()) < number and time.monotonic() - since < self._patience:
            if count > seen:
                seen, since = count, time.monotonic()
            time.sleep(0.02)

    def _cpu(self) -> float:
        times = [process.cpu_times() for process in self.processes]
        return sum(each.user + each.system for each in times)


@contextmanager
def started(
    subject: Subject,
    patience: float = 10.0,
    settings: Mapping[str, str] | None = None,
    served: Callable[[], float] = lambda: 0.0,
) -> Iterator[tuple[Trial, float]]:
    """Runs a subject; gives its trial, and the seconds from exec to the first acknowledgement. Raises BrokenError."""
    with TemporaryDirectory() as place, stand_in(subject.platform, Path(place, "platform")) as journal:
        shared = {"KEYRING": str(Path(place, "keys", "keyring.json")), **(settings or {})}
        with ExitStack() as stack:
            launches = [
                stack.enter_context(
                    launched(subject.arguments, Path(place, f"subject{n}"), {subject.platform: journal}, shared, n)
                )
                for n in range(subject.processes)
            ]
            trial = Trial(launches, journal, patience, served, subject.share)
            yield trial, launches[0].acknowledged - launches[0].began
        trial.problems += problems([], journal.take())  # what it said while it went


def _load(ports: str, api: str, kind: str, first: int, number: int, rate: float, crowd: Crowd) -> tuple[list[Asked], float]:
    """What was asked, and how many seconds of CPU that took."""
    arguments = (ports, api, kind, first, number, rate, crowd.conversations, crowd.tenants)
    # -E: where PYTHONUNBUFFERED is set, Python drops what a pipe does not take at once
    program = [sys.executable, "-E", "-m", "bench.load", *(str(each) for each in arguments)]
    done = subprocess.run(program, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    return [(number, status, sent, acknowledged) for number, status, sent, acknowledged in told["asked"]], told["cpu"]
