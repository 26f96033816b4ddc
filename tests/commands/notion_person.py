"""Somebody who uses Notion's commands: as typed and as pressed, in a channel with its default and its talk."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

from commands import notion
from commands.command import Command
from commands.parse import parse
from commands.preferences import Chosen, Preferences
from commands.preview import Preview
from commands.reply import Button, Reply
from commands.talk import Attached, Said, Talk
from commands.usage import Meant
from tests.adapters.notion.stage import Stage

COMMANDS = {each.name: each for each in vars(notion).values() if isinstance(each, Command)}
_TURNS = 4  # that a call may take until it is clear what it means


class Channel:
    """What has been chosen and said there. Of `said`, all is one thread; `asking` is the message that asks."""

    def __init__(self) -> None:
        self.chosen: dict[str, str] = {}
        self.said: list[Said] = []
        self.elsewhere: list[Said] = []
        self.asking: Said | None = None
        self.in_thread = True

    def says(self, author: str, text: str, *files: str) -> Said:
        at = datetime(2026, 11, 23, 7, 30, tzinfo=UTC) + timedelta(minutes=len(self.said))
        attached = tuple(Attached(name, "application/pdf", 10, "F1") for name in files)
        said = Said(f"m{len(self.said)}", author, at, text, f"https://chat.test/p{len(self.said)}", attached)
        self.said.append(said)
        return said

    @property
    def preferences(self) -> Preferences:
        return Preferences(here=Chosen(self._get, self._put), mine=Chosen(self._get, self._put))

    @property
    def talk(self) -> Talk:
        return Talk(self.in_thread, self._thread, self._since, self._message, self._asking, self._fetch)

    async def _get(self, name: str) -> str:
        return self.chosen.get(name, "")

    async def _put(self, name: str, value: str) -> None:
        self.chosen = (
            {**self.chosen, name: value} if value else {each: self.chosen[each] for each in self.chosen if each != name}
        )

    async def _thread(self) -> list[Said]:
        return list(self.said)

    async def _since(self, moment: datetime) -> list[Said]:
        return [each for each in self.said if each.at >= moment]

    async def _message(self, id: str) -> Said:
        return next(each for each in (*self.said, *self.elsewhere) if each.id == id)

    async def _asking(self) -> Said | None:
        return self.asking

    async def _fetch(self, attached: Attached) -> bytes:
        raise NotImplementedError


class Person:
    """Ana in Berlin, on Monday 23 November 2026 at 09:05. Each of her calls has an id of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.channel = Channel()
        self._calls = 0

    async def types(self, text: str) -> Reply:
        return await self._run(*read(text), typed=True)

    async def presses(self, button: Button) -> Reply:
        return await self._run(COMMANDS[button.command], button.arguments, typed=False)

    async def undoes(self, reply: Reply, text: str) -> Reply:
        """Presses the Undo button of what `text` did."""
        return await self.presses(undo_of(reply, text))

    async def foresees(self, text: str) -> Preview:
        """What typing it would do."""
        return await self._previews(*read(text), typed=True)

    async def foresees_undoing(self, reply: Reply, text: str) -> Preview:
        button = undo_of(reply, text)
        return await self._previews(COMMANDS[button.command], button.arguments, typed=False)

    async def means(self, command: Command, raw: Mapping[str, Any], typed: bool) -> Mapping[str, Any]:
        """What the words mean: with these arguments the command is attempted, and attempted again."""
        for _ in range(_TURNS):
            steps = self._steps(command, raw, typed, again=False)
            async with aclosing(steps):
                try:
                    await anext(steps)
                    return raw
                except Meant as meant:
                    raw = {**raw, **meant.arguments}
        raise AssertionError("this call never comes to a meaning")

    async def attempts(self, command: Command, raw: Mapping[str, Any], typed: bool = True, again: bool = False) -> Reply:
        steps = [step async for step in self._steps(command, raw, typed, again)]
        assert isinstance(steps[-1], Reply)
        assert all(isinstance(step, Preview) for step in steps[:-1])
        return steps[-1]

    def begins(self) -> None:
        """A new call."""
        self._calls += 1

    async def _run(self, command: Command, raw: Mapping[str, Any], typed: bool) -> Reply:
        self.begins()
        return await self.attempts(command, await self.means(command, raw, typed), typed)

    async def _previews(self, command: Command, raw: Mapping[str, Any], typed: bool) -> Preview:
        async with aclosing(self._steps(command, await self.means(command, raw, typed), typed, again=False)) as steps:
            step = await anext(steps)
        assert isinstance(step, Preview)
        return step

    def _steps(
        self, command: Command, raw: Mapping[str, Any], typed: bool, again: bool
    ) -> AsyncGenerator[Reply | Preview, None]:
        client = self.stage.open(call=f"call-{self._calls}", again=again)
        every = {"notion": client, "preferences": self.channel.preferences, "talk": self.channel.talk}
        provided = {name: each for name, each in every.items() if name in command.needs}
        return command.run(command.validate(raw, client.now, typed), provided, client.now)


def undo_of(reply: Reply, text: str) -> Button:
    """The Undo button of what `text` did."""
    assert reply.undo is not None
    return Button("Undo", read(text)[0].undo, reply.undo)


def read(text: str) -> tuple[Command, Mapping[str, Any]]:
    name = next(name for name in COMMANDS if f"{text} ".startswith(f"{name} "))
    return COMMANDS[name], parse(COMMANDS[name], text.removeprefix(name).strip())
