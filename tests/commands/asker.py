"""Who types a service's commands and presses their buttons: what the dispatch would do, with nothing of the bot around it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

from commands.command import Command
from commands.parse import parse
from commands.preview import Preview
from commands.reply import Button, Reply
from commands.usage import Instead, Meant

_TURNS = 4  # that a call may take until it is clear what it means


@dataclass(frozen=True)
class Meaning:
    """A call, as far as it is clear what it means."""

    command: Command
    arguments: Mapping[str, Any]


class Asker(ABC):
    """Each call has an id of its own."""

    commands: Mapping[str, Command]

    def __init__(self) -> None:
        self._calls = 0

    @property
    @abstractmethod
    def now(self) -> datetime:
        """In their own zone."""

    @abstractmethod
    def given(self, call: str, again: bool) -> Mapping[str, object]:
        """What a command may be given beside its options, by the names of its parameters."""

    async def types(self, text: str) -> Reply:
        return (await self.does(self.reads(text)))[1]

    async def presses(self, button: Button) -> Reply:
        return (await self.does(self.pressed(button)))[1]

    async def undoes(self, reply: Reply, text: str) -> Reply:
        """Presses the Undo button of what `text` did."""
        return await self.presses(self.undo_of(reply, text))

    async def foresees(self, asked: str | Button) -> Preview:
        """What it would do."""
        step = await self._first(await self.means(self.reads(asked) if isinstance(asked, str) else self.pressed(asked)))
        assert isinstance(step, Preview), step
        return step

    async def does(self, meaning: Meaning) -> tuple[Meaning, Reply]:
        """Attempted once it is clear."""
        meaning = await self.means(meaning)
        return meaning, await self.attempts(meaning)

    async def means(self, meaning: Meaning) -> Meaning:
        """A new call: run again with what its words mean, until that is known. Nothing is written for that."""
        self._calls += 1
        for _ in range(_TURNS):
            try:
                await self._first(meaning)
            except Meant as meant:
                meaning = Meaning(meaning.command, {**meaning.arguments, **meant.arguments})
            except Instead as instead:
                meaning = Meaning(self.commands[instead.command], instead.arguments)
            else:
                return meaning
        raise AssertionError("this call never comes to a meaning")

    async def attempts(self, meaning: Meaning, again: bool = False) -> Reply:
        steps = [step async for step in self.steps(meaning, again)]
        assert isinstance(steps[-1], Reply)
        assert all(isinstance(step, Preview) for step in steps[:-1])
        return steps[-1]

    def reads(self, text: str) -> Meaning:
        command = self._named(text)
        return Meaning(command, command.validate(parse(command, text.removeprefix(command.name).strip()), self.now))

    def pressed(self, button: Button) -> Meaning:
        command = self.commands[button.command]
        return Meaning(command, command.validate(button.arguments, self.now, typed=False))

    def undo_of(self, reply: Reply, text: str) -> Button:
        """The Undo button of what `text` did."""
        assert reply.undo is not None
        return Button("Undo", self._named(text).undo, reply.undo)

    def steps(self, meaning: Meaning, again: bool = False) -> AsyncGenerator[Reply | Preview, None]:
        given = self.given(f"call-{self._calls}", again)
        return meaning.command.run(meaning.arguments, {name: given[name] for name in meaning.command.needs}, self.now)

    async def _first(self, meaning: Meaning) -> Reply | Preview:
        async with aclosing(self.steps(meaning)) as steps:
            return await anext(steps)

    def _named(self, text: str) -> Command:
        return next(command for name, command in self.commands.items() if f"{text} ".startswith(f"{name} "))


def commands_of(module: ModuleType) -> Mapping[str, Command]:
    return {each.name: each for each in vars(module).values() if isinstance(each, Command)}
