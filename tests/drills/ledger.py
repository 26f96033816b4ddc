"""What was asked, how it was acknowledged, and what came of it. Each question bears a word, which its answer repeats."""

import math
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import NamedTuple

from tests.acceptance.sides import Said

_WORD = re.compile(r"\bd\d+n\d+\b")


@dataclass
class Question:
    """`room` and `thread` are where it stands; `acknowledged` is when that was first done, 0 if never. `attempts` are
    (began, seconds, status) of each delivery; 0 is the status of one that nobody answered.
    """

    word: str
    kind: str
    room: str
    thread: str
    acknowledged: float = 0.0
    answered: float = 0.0
    attempts: list[tuple[float, float, int]] = field(default_factory=list)


class Times(NamedTuple):
    """In seconds, see `Account`."""

    longest: float
    p99: float
    recovery: float
    answer: float


class Ledger:
    """Times are those of the monotonic clock."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.questions: dict[str, Question] = {}
        self.kills = 0
        self._rooms = count(1)
        self._reckoned = 0
        self._accounted = 0
        self._away: list[tuple[float, float]] = []
        self._ends: list[float] = []

    def ask(self, kind: str, room: str, thread: str) -> Question:
        """A further question, with its word."""
        question = Question(f"d{self.seed}n{len(self.questions)}", kind, room, thread)
        self.questions[question.word] = question
        return question

    def room(self) -> str:
        """A name for one more room."""
        return f"drill{next(self._rooms)}"

    def note(self, question: Question, began: float, status: int) -> bool:
        """How a delivery was taken; gives whether it was acknowledged."""
        now, taken = time.monotonic(), 200 <= status < 300
        question.attempts.append((began, now - began, status))
        if taken:
            question.acknowledged = question.acknowledged or now
        return taken

    def excuse(self, words: Iterable[str]) -> None:
        """Whoever asked these is told that they are not run: they need no answer."""
        for word in words:
            self.questions[word].acknowledged = 0.0

    @contextmanager
    def trouble(self, away: bool = False) -> Iterator[None]:
        """Something is broken on purpose; `away`: it is the database, and nothing can be acknowledged meanwhile."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._ends.append(time.monotonic())
            if away:
                self._away.append((began, self._ends[-1] + 1.0))  # a connection is made again

    def hear(self, said: str) -> None:
        """Notes which questions are answered with this."""
        for word in _WORD.findall(said):
            if (question := self.questions.get(word)) and not question.answered:
                question.answered = time.monotonic()

    def unanswered(self) -> list[Question]:
        return [each for each in self.questions.values() if each.acknowledged and not each.answered]

    def refused(self) -> int:
        return sum(status >= 500 for each in self.questions.values() for _, _, status in each.attempts)

    def times(self) -> Times:
        """Of what was asked since they were asked for last."""
        questions = list(self.questions.values())[self._accounted :]
        seconds = self._acknowledgements(questions) or [math.nan]
        answer = max((each.answered - each.acknowledged for each in questions if each.answered), default=0.0)
        times = Times(seconds[-1], seconds[int(len(seconds) * 0.99)], self._recovery(questions), answer)
        self._accounted = self._reckoned = len(self.questions)
        self._ends = []
        return times

    def _acknowledgements(self, questions: Sequence[Question]) -> list[float]:
        """The seconds that each attempt took that was answered, the shortest first, while the database was there."""
        attempts = [attempt for each in questions for attempt in each.attempts]
        return sorted(seconds for began, seconds, status in attempts if status and not self._was_away(began, seconds))

    def newest_p99(self, kind: str) -> float:
        """The 99th percentile of the seconds from acknowledgement to answer, of what was asked since the last call of this, or
        of `times`.
        """
        newest = [each for each in list(self.questions.values())[self._reckoned :] if each.kind == kind and each.answered]
        self._reckoned = len(self.questions)
        times = sorted(each.answered - each.acknowledged for each in newest)
        return times[int(len(times) * 0.99)] if times else 0.0

    def _recovery(self, questions: Sequence[Question]) -> float:
        """NaN where there was no trouble, or nothing was acknowledged after it."""
        acknowledged = [each.acknowledged for each in questions]
        waits = (min((at - end for at in acknowledged if at >= end), default=math.nan) for end in self._ends)
        return max((wait for wait in waits if not math.isnan(wait)), default=math.nan)

    def lost(self, kind: str, said: Sequence[Said]) -> int:
        """What was acknowledged, and has no answer that can be seen."""
        seen = {word_in(each.text) for each in said}
        return sum(each.kind == kind and each.acknowledged > 0 and word not in seen for word, each in self.questions.items())

    def duplicated(self, kind: str, said: Sequence[Said], written: Mapping[str, int]) -> int:
        """Visible replies beyond one, and writes beyond one."""
        replies = Counter(word_in(each.text) for each in said)
        mine = {word for word, question in self.questions.items() if question.kind == kind}
        return sum(max(0, replies[word] - 1) + max(0, written.get(word, 0) - 1) for word in mine)

    def wrong(self, kind: str, said: Sequence[Said]) -> int:
        """Answers that stand elsewhere, answer nothing that was asked there, or came before an earlier question's."""
        rooms: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in said:
            if word := word_in(each.text):
                rooms[each.room, each.thread].append(word)
        mine = [each for each in self.questions.values() if each.kind == kind]
        asked: dict[tuple[str, str], list[str]] = defaultdict(list)
        for question in mine:
            asked[question.room, question.thread].append(question.word)
        return sum(_misplaced(words, asked[where]) for where, words in rooms.items())

    def _was_away(self, began: float, seconds: float) -> bool:
        return any(began < end and began + seconds > start for start, end in self._away)


def word_in(text: str) -> str:
    """The question's word in an answer; empty where there is none."""
    found = _WORD.search(text)
    return found[0] if found else ""


def _misplaced(words: Sequence[str], asked: Sequence[str]) -> int:
    """In one room: what was not asked there, and what came before what was asked (and acknowledged) earlier."""
    order = {word: number for number, word in enumerate(asked)}
    known = [order[word] for word in dict.fromkeys(words) if word in order]
    return sum(word not in order for word in words) + sum(later < earlier for earlier, later in pairwise(known))
