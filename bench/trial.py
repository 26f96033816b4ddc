"""One subject, running, with all it needs: asked in bulk, watched, and held to one reply for each request."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench.journal import Journal, stand_in
from bench.launch import launched
from bench.processes import ROOT
from bench.subjects import Subject
from bench.tally import Asked, Posted, problems

SETTLE = 0.3  # seconds for what a subject does after its last reply, and for a reply too many to come


@dataclass(frozen=True)
class Batch:
    """What was asked and what came of it. `cpu` is in seconds: of all the subject's threads, until nothing was left to do."""

    asked: Sequence[Asked]
    posted: Sequence[Posted]
    cpu: float


class Trial:
    """A subject that has acknowledged request number 0. `patience` is how many seconds the next reply may take."""

    def __init__(self, process: psutil.Process, port: int, journal: Journal, patience: float) -> None:
        self.process = process
        self.problems: list[str] = []
        self._port = port
        self._journal = journal
        self._patience = patience
        self._next = 1

    def ask(self, kind: str, number: int, rate: float = 0.0) -> Batch:
        """Sends so many requests, so many a second or as fast as it goes, and waits for their replies."""
        before = self._cpu()
        asked = _load(self._port, self._journal.address, kind, self._next, number, rate)
        self._next += number
        posted = self.collect(asked)
        return Batch(asked, posted, self._cpu() - before)

    def collect(self, asked: Sequence[Asked]) -> Sequence[Posted]:
        """Waits until the replies are out, or no more come, and notes what is wrong with them."""
        self._wait(len(asked))
        time.sleep(SETTLE)
        posted = self._journal.take()
        self.problems += problems(asked, posted)
        return posted

    def _wait(self, number: int) -> None:
        seen, since = 0, time.monotonic()
        while (count := self._journal.count()) < number and time.monotonic() - since < self._patience:
            if count > seen:
                seen, since = count, time.monotonic()
            time.sleep(0.02)

    def _cpu(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def started(
    subject: Subject, patience: float = 10.0, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Trial, float]]:
    """Runs a subject; gives its trial, and the seconds from exec to the first acknowledgement. Raises BrokenError."""
    with TemporaryDirectory() as place, stand_in(subject.platform, Path(place, "platform")) as journal:
        with launched(subject.arguments, Path(place, "subject"), {subject.platform: journal}, settings) as launch:
            trial = Trial(psutil.Process(launch.process.pid), launch.port, journal, patience)
            trial.collect([(0, 200, launch.began, launch.acknowledged)])
            yield trial, launch.acknowledged - launch.began
        trial.problems += problems([], journal.take())  # what it said while it went


def _load(port: int, api: str, kind: str, first: int, number: int, rate: float) -> list[Asked]:
    arguments = (port, api, kind, first, number, rate)
    # -E: where PYTHONUNBUFFERED is set, Python drops what a pipe does not take at once
    program = [sys.executable, "-E", "-m", "bench.load", *(str(each) for each in arguments)]
    done = subprocess.run(program, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return [(number, status, sent, acknowledged) for number, status, sent, acknowledged in json.loads(done.stdout)]
