"""What the stand-ins of AI providers share: a script of answers, and how an answer is streamed."""

import asyncio
import json
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from math import ceil

from aiohttp import web

from adapters.faults import Fault
from adapters.sandbox import Handler, Sandbox
from adapters.sandbox_chat_script import Answer, Call, Cut, Failure, Filtered, Garbage, Hold, Pause, Question, Thought, tokens
from adapters.sandbox_chat_words import improvised

_WHOLE = web.RequestKey("whole", bool)
_STEP = 0.02  # seconds between two looks whether anybody still listens
_WORDS = re.compile(r"\s*\S+\s*")
Said = bytes | Pause | Hold | Cut


class Dialect(ABC):
    """One answer in the words of a vendor: each method gives the events that say it."""

    @abstractmethod
    def begin(self) -> bytes: ...

    @abstractmethod
    def words(self, text: str) -> bytes: ...

    @abstractmethod
    def thought(self, text: str) -> bytes: ...

    @abstractmethod
    def call(self, call: Call) -> bytes: ...

    @abstractmethod
    def filtered(self) -> bytes:
        """The end, where the content filter stops it."""

    @abstractmethod
    def failure(self, failure: Failure) -> bytes: ...

    @abstractmethod
    def end(self, output: int, cut: bool) -> bytes:
        """`output` tokens were said; `cut` where more were not allowed."""


class ChatSandbox(Sandbox):
    """Answers with what it was told by `say`, else with something sensible of its own.

    `pace` is how many seconds each piece of its own takes, `context` how many tokens it can be asked with. `stopped` counts the
    answers that nobody waited for to their end, `questions` are what it was asked.
    """

    def __init__(self, name: str, now: Callable[[], datetime]) -> None:
        super().__init__(name, now)
        self.pace = 0.01
        self.context = 200_000
        self.stopped = 0
        self.questions: list[Question] = []
        self._script: deque[Answer] = deque()
        self._begun: dict[str, int] = {}

    def say(self, *answers: Answer | str) -> None:
        """What it answers to the next questions, one after another. A text is an answer of one piece."""
        self._script.extend([answer] if isinstance(answer, str) else answer for answer in answers)

    def changes(self, account: str) -> int:
        """How many answers were begun."""
        return self._begun.get(account, 0)

    def error(self, status: int, text: str) -> web.Response:
        return self.failed(Failure(status, self.kind_of(status), text))

    @abstractmethod
    def kind_of(self, status: int) -> str:
        """The vendor's word for an error of this status."""

    @abstractmethod
    def failed(self, failure: Failure) -> web.Response:
        """An error as the vendor answers it."""

    async def _respond(self, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
        request[_WHOLE] = fault is not None  # faults are played with answers that are not yet on their way
        return await super()._respond(request, handler, fault)

    async def answer(self, request: web.Request, question: Question, dialect: Dialect) -> web.StreamResponse:
        """Plays the next answer of the script, or one of its own."""
        account = self.account_of(request)
        self.questions.append(question)
        self._begun[account] = self.changes(account) + 1
        told = self._script.popleft() if self._script else None
        steps = improvised(question) if told is None else told
        if steps and isinstance(steps[0], Failure):
            return self.failed(steps[0])
        performance = _performed(steps, question.most, dialect)
        if request[_WHOLE]:
            said = b"".join(part for part in performance if isinstance(part, bytes))
            return web.Response(body=said, content_type="text/event-stream")
        return await self._stream(request, performance, self.pace if told is None else 0.0)

    async def _stream(self, request: web.Request, performance: Iterator[Said], pace: float) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        try:
            await response.prepare(request)
            for said in performance:
                if isinstance(said, bytes):
                    await response.write(said)
                await _wait(request, said.seconds if isinstance(said, Pause) else pace)
                while isinstance(said, Hold) and not said.until.is_set():
                    await _wait(request, _STEP)
                if isinstance(said, Cut):
                    return _cut(request, response, said)
            await response.write_eof()
        except ConnectionError:
            self.stopped += 1
        return response


def _performed(steps: Answer, most: int, dialect: Dialect) -> Iterator[Said]:
    """The answer as the vendor sends it, up to the tokens that it was allowed."""
    yield dialect.begin()
    said = 0
    for step in steps:
        match step:
            case str():
                allowed = _allowed(step, most - said) if most else step
                said += tokens(step)
                yield dialect.words(allowed)
            case Thought():
                said += tokens(step.text)
                yield dialect.thought(step.text)
            case Call():
                said += tokens(step.name, json.dumps(step.arguments))
                yield dialect.call(step)
            case Garbage():
                yield step.content
            case Pause() | Hold():
                yield step
            case Cut():
                yield step
                return
            case Filtered():
                yield dialect.filtered()
                return
            case Failure():
                yield dialect.failure(step)
                return
        if most and said > most:
            yield dialect.end(most, cut=True)
            return
    yield dialect.end(said, cut=False)


def _allowed(text: str, left: int) -> str:
    """As many of its words as there are tokens left."""
    words = _WORDS.findall(text)
    while words and tokens(*words) > left:
        words.pop()
    return "".join(words)


async def _wait(request: web.Request, seconds: float) -> None:
    """Raises ConnectionError as soon as nobody listens any more."""
    await asyncio.sleep(0)
    for _ in range(ceil(seconds / _STEP)):
        await asyncio.sleep(min(seconds, _STEP))
        if request.transport is None or request.transport.is_closing():
            raise ConnectionResetError


def _cut(request: web.Request, response: web.StreamResponse, cut: Cut) -> web.StreamResponse:
    if not cut.politely and request.transport:
        request.transport.close()
    return response
