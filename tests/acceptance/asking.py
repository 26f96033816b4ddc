"""A world in which AI models can be asked, and how their answers look to people."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, Literal

from adapters.anthropic.sandbox import ClaudeSandbox
from adapters.faults import Fault
from adapters.openai.sandbox import OpenAISandbox
from adapters.sandbox_chat import ChatSandbox
from bot.sandboxes import serving
from bot.slack.sandbox.people import buttons
from tests.acceptance.sides import Side, SlackSide, TeamsSide
from tests.acceptance.world import World, until, world

COMPANY = "acme"  # who pays for the keys


@dataclass(frozen=True)
class Shown:
    """A message of the bot's: its words and its buttons. `grows` while it is being streamed."""

    text: str
    buttons: tuple[str, ...] = ()
    grows: bool = False


@dataclass(frozen=True)
class Room:
    """Where somebody asks, and what they see there."""

    side: Side
    id: str

    async def ask(self, words: str) -> None:
        assert await self.side.ask(words, self.id)

    def shown(self) -> list[Shown]:
        """What the bot has said there for everybody to see, oldest first."""
        match self.side:
            case SlackSide(sandbox=sandbox):
                said = [each for each in sandbox.messages(self.id) if each.get("bot_id")]
                return [_in_slack(each) for each in said if not each["only_for"]]
            case TeamsSide(sandbox=sandbox):
                return [Shown(each["text"], tuple(each["buttons"]), each["streaming"]) for each in sandbox.said(self.id)]
        raise AssertionError

    def whispered(self) -> list[tuple[str, str]]:
        """What one person alone was told in answer to a press, each with whom."""
        match self.side:
            case SlackSide(sandbox=sandbox):
                return [(each["only_for"], each["text"]) for each in sandbox.messages(self.id) if each["only_for"]]
            case TeamsSide(sandbox=sandbox):
                return [(each["user"], each["text"]) for each in sandbox.toasts]
        raise AssertionError

    async def shows(self, words: str) -> Shown:
        """The message with these words, once it is there."""

        async def look() -> list[Shown]:
            return self.shown()

        seen: list[Shown] = await until(look, lambda shown: any(words in each.text for each in shown))
        return next(each for each in seen if words in each.text)


@dataclass(frozen=True)
class Slash(Room):
    """A channel of Slack's where a slash command asks: such an answer hangs on no message, so that it can't be streamed."""

    async def ask(self, words: str) -> None:
        assert isinstance(self.side, SlackSide)
        name, _, rest = words.partition(" ")
        assert (await self.side.sandbox.command(f"/{name}", rest, channel=self.id)).ok


@dataclass
class Asking:
    """The world, and the providers that its bot may ask: OpenAI first, then Claude. `keys` open them."""

    world: World
    openai: ChatSandbox
    claude: ChatSandbox
    keys: Sequence[str]

    def channel(self, name: str, kind: str = "") -> Room:
        """A new one with everybody in it."""
        side = self.world.sides[kind] if kind else self.world.side
        return Room(side, side.open_room(name))

    def chat(self, kind: str = "") -> Room:
        """Ada's chat with the bot alone."""
        side = self.world.sides[kind] if kind else self.world.side
        return Room(side, side.own_chat(side.ada))

    def slash(self) -> Room:
        """A new channel of Slack's."""
        side = self.world.sides["slack"]
        return Slash(side, side.open_room("slash"))

    async def asked(self, number: int) -> None:
        """Waits until OpenAI was asked so often."""
        await self.come(lambda: len(self.openai.questions) >= number)

    async def noted(self, number: int) -> None:
        """Waits until so many answers are stored, and their records with them."""
        await self.come(lambda: len(self.records()) >= number)

    async def come(self, true: Callable[[], bool]) -> None:
        """Waits until that is so."""

        async def look() -> bool:
            return true()

        await until(look, bool)

    def deafen(self, kind: Literal["drop_before", "drop_after"] = "drop_before") -> None:
        """From now on the platforms take no whole answer, or take it, and the bot does not hear of that."""
        for platform in (self.world.slack, self.world.teams):
            platform.script.add(Fault(kind=kind, path=r"chat\.update|/activities", times=99))

    def heal(self) -> None:
        for platform in (self.world.slack, self.world.teams):
            platform.script.clear()

    def rows(self, statement: str) -> list[Any]:
        """What the bot's database holds."""
        with closing(sqlite3.connect(self.world.bot.folder / "data/inbox.sqlite")) as database:
            return database.execute(statement).fetchall()

    def records(self) -> list[tuple[str, str]]:
        """Of each question that was answered, what came of it and what the audit says that it took; in their order."""
        return self.rows("SELECT outcome, record FROM audit WHERE command = 'ask' ORDER BY number")

    def left(self) -> Mapping[str, int]:
        """What an answer might leave behind: money that is still set aside, and an answer that can still be stopped."""
        [[reserved]] = self.rows("SELECT COALESCE(SUM(reserved), 0) FROM reservation")
        [[answering]] = self.rows("SELECT COUNT(*) FROM answering WHERE stopped = 0")
        return {"reserved": reserved, "answering": answering}


@asynccontextmanager
async def asking(folder: Path, platforms: Sequence[str] = ("slack",), **settings: str) -> AsyncIterator[Asking]:
    """Everything but the bot is up. Settings are environment variables."""
    openai, claude = OpenAISandbox(_now), ClaudeSandbox(_now)
    keys = [each.grant(COMPANY, seconds=10**6) for each in (openai, claude)]
    async with serving({"openai": openai, "anthropic": claude}, 0) as address:
        providers = {
            "OPENAI_BASE_URL": f"{address}openai/",
            "OPENAI_API_KEY": keys[0],
            "ANTHROPIC_BASE_URL": f"{address}anthropic/",
            "ANTHROPIC_API_KEY": keys[1],
            "AI_MODELS": "openai,anthropic",
        }
        async with world(folder, platforms, **{**providers, **settings}) as opened:
            yield Asking(opened, openai, claude, keys)


def _in_slack(message: Mapping[str, Any]) -> Shown:
    labels = tuple(each["text"]["text"] for each in buttons(message.get("blocks", ())))
    return Shown(unescape(message["text"]), labels, message.get("streaming_state") == "in_progress")


def _now() -> datetime:
    return datetime.now(UTC)
