"""Ana, who types HubSpot's commands, and the stand-in that answers them over HTTP."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.base import Access, Secret, Service
from adapters.errors import Refused
from adapters.faults import Fault
from adapters.http import Http, pooled_session
from adapters.hubspot import ADAPTER
from adapters.hubspot.client import HubSpot
from adapters.hubspot.sandbox import HubSpotSandbox
from commands import hubspot
from commands.command import Command
from commands.parse import parse
from commands.preview import Preview
from commands.reply import Button, Reply
from commands.talk import Said, Talk
from commands.usage import Instead, Meant
from tests.adapters.servers import serving

MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)  # 09:05 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
COMMANDS = {each.name: each for each in vars(hubspot).values() if isinstance(each, Command)}


@dataclass
class Thread:
    """What was said where Ana asks."""

    said: list[Said] = field(default_factory=list)
    asking: Said | None = None

    def talk(self) -> Talk:
        return Talk(bool(self.said), self._thread, self._since, self._message, self._asking, self._fetch)

    async def _thread(self) -> list[Said]:
        return self.said

    async def _asking(self) -> Said | None:
        return self.asking

    async def _message(self, id: str) -> Said:
        if id != "m-7":
            raise Refused("There is no such message here.")
        return Said("m-7", "Tom", MONDAY, "They want **two** years.", "https://acme.slack.test/m-7")

    async def _since(self, moment: datetime) -> list[Said]:
        raise AssertionError("nobody asked for that")

    async def _fetch(self, attached: object) -> bytes:
        raise AssertionError("nobody asked for that")


@dataclass(frozen=True)
class Meaning:
    """A call as it turned out to be meant."""

    command: Command
    arguments: Mapping[str, Any]


class Person:
    """Ana in Berlin, on Monday 23 November 2026 at 09:05. Each of her calls has an id of its own."""

    def __init__(self, sandbox: HubSpotSandbox, service: Service) -> None:
        self.sandbox = sandbox
        self.service = service
        self.thread = Thread()
        self.now = MONDAY
        self._token = sandbox.grant("ana@acme.test")
        self._calls = 0

    def open(self, call: str = "call-0", again: bool = False) -> HubSpot:
        client = self.service.open(Access(call, Secret(self._token), BERLIN, lambda: self.now, "T1", again, MONDAY))
        assert isinstance(client, HubSpot)
        return client

    async def types(self, text: str) -> Reply:
        return (await self.does(self.reads(text)))[1]

    async def presses(self, button: Button) -> Reply:
        return (await self.does(self.pressed(button)))[1]

    async def undoes(self, reply: Reply, text: str) -> Reply:
        """Presses the Undo button of what `text` did."""
        return await self.presses(undo_of(reply, text))

    async def does(self, meaning: Meaning) -> tuple[Meaning, Reply]:
        """Run again with what its words mean, until that is known."""
        meaning = await self.means(meaning)
        return meaning, await self.attempts(meaning)

    async def means(self, meaning: Meaning) -> Meaning:
        """Nothing is written for that."""
        self._calls += 1
        for _ in range(4):
            try:
                await self._first(meaning)
            except Meant as meant:
                meaning = Meaning(meaning.command, {**meaning.arguments, **meant.arguments})
            except Instead as instead:
                meaning = Meaning(COMMANDS[instead.command], instead.arguments)
            else:
                return meaning
        raise AssertionError("this never comes to a meaning")

    async def foresees(self, text: str | Button) -> Preview:
        """What it would do."""
        step = await self._first(await self.means(self.reads(text) if isinstance(text, str) else self.pressed(text)))
        assert isinstance(step, Preview), step
        return step

    async def attempts(self, meaning: Meaning, again: bool = False) -> Reply:
        steps = [step async for step in self.steps(meaning, again)]
        assert isinstance(steps[-1], Reply)
        assert all(isinstance(step, Preview) for step in steps[:-1])
        return steps[-1]

    def reads(self, text: str) -> Meaning:
        name = next(name for name in COMMANDS if f"{text} ".startswith(f"{name} "))
        raw = parse(COMMANDS[name], text.removeprefix(name).strip())
        return Meaning(COMMANDS[name], COMMANDS[name].validate(raw, self.now.astimezone(BERLIN)))

    def pressed(self, button: Button) -> Meaning:
        command = COMMANDS[button.command]
        return Meaning(command, command.validate(button.arguments, self.now.astimezone(BERLIN), typed=False))

    def fail(self, kind: str, **details: object) -> None:
        self.sandbox.script.add(Fault.model_validate({"kind": kind, **details}))

    @property
    def state(self) -> Any:
        """All that she can see in HubSpot."""
        return self.sandbox.state("ana@acme.test")

    @property
    def changes(self) -> int:
        return self.sandbox.changes("ana@acme.test")

    async def _first(self, meaning: Meaning) -> Reply | Preview:
        async with aclosing(self.steps(meaning, again=False)) as steps:
            return await anext(steps)

    def steps(self, meaning: Meaning, again: bool = False) -> AsyncGenerator[Reply | Preview, None]:
        given = {"hubspot": self.open(f"call-{self._calls}", again), "talk": self.thread.talk()}
        provided = {name: given[name] for name in meaning.command.needs}
        return meaning.command.run(meaning.arguments, provided, self.now.astimezone(BERLIN))


def said(id: str, author: str, text: str, minutes: int = 0, own: bool = False) -> Said:
    return Said(id, author, MONDAY + timedelta(minutes=minutes), text, f"https://acme.slack.test/{id}", own=own)


def undo_of(reply: Reply, text: str) -> Button:
    """The Undo button of what `text` did."""
    command = next(command for name, command in COMMANDS.items() if f"{text} ".startswith(f"{name} "))
    assert reply.undo is not None
    return Button("Undo", command.undo, reply.undo)


@asynccontextmanager
async def staged() -> AsyncIterator[Person]:
    """Waiting before another attempt takes no time."""
    sandbox = HubSpotSandbox(lambda: MONDAY)
    async with serving(sandbox.app) as address, pooled_session() as session:
        url = f"{address}/"
        yield Person(sandbox, Service(ADAPTER, url, Http(session, sleep=_at_once), HubSpot.load(url)))


async def _at_once(seconds: float) -> None:
    pass
