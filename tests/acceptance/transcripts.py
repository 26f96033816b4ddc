"""What people see of a write on Slack, on Teams and at a terminal, from a run of the real process: it stands in README.md.

`python -m tests.acceptance.transcripts` prints it. What differs from run to run (`masked`) is not compared with README.md.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

from bot.slack.sandbox.people import buttons
from bot.teams.sandbox.walk import actions, words
from tests.acceptance.sides import Side, SlackSide, TeamsSide
from tests.acceptance.typing_lines import ENDS
from tests.acceptance.world import Bot, World, until, world

BEGIN, END = "<!-- transcripts: python -m tests.acceptance.transcripts -->\n", "<!-- end of the transcripts -->\n"

_CREATE = 'calendar create "Design review" tomorrow 15:00'
_DAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+(?: \d{4})?")
_ID = re.compile(r"\b(e?id=|Id: )\w+")


@dataclass(frozen=True)
class Card:
    """A message of the bot's, as somebody sees it."""

    text: str
    labels: Sequence[str]

    def lines(self) -> Sequence[str]:
        pressed = "  ".join(f"[{label}]" for label in self.labels)
        return [*self.text.splitlines(), *([pressed] if pressed else [])]


class Telling:
    """What Ada does in a room, which is called `place`, and what becomes of the bot's messages there."""

    def __init__(self, running: World, side: Side, room: str, place: str) -> None:
        self._running = running
        self._side = side
        self._room = room
        self._place = place
        self.lines: list[str] = []

    async def ask(self, words: str) -> None:
        mention = "@Interact " if self._room == self._side.home else ""
        await self._tell(f"Ada, in {self._place}: {mention}{words}", self._side.ask(words, self._room))

    async def press(self, label: str) -> None:
        await self._tell(f"Ada presses [{label}].", self._side.press(label))

    async def _tell(self, what: str, deed: Awaitable[object]) -> None:
        before = self._seen()
        await deed
        await until(self._look, lambda seen: seen != before)
        await self._running.settled()
        after = self._seen()
        self.lines.append(what)
        for id, card in after.items():
            if id not in before:
                self._add("Interact:", card)
            elif card != before[id]:
                self._add("That message becomes:", card)

    def _add(self, who: str, card: Card) -> None:
        self.lines += [f"  {who}", *(f"    {line}" for line in card.lines())]

    async def _look(self) -> Mapping[str, Card]:
        return self._seen()

    def _seen(self) -> Mapping[str, Card]:
        match self._side:
            case SlackSide() as side:
                return _in_slack(side, self._room)
            case TeamsSide() as side:
                return _in_teams(side, self._room)
        raise AssertionError


def _in_slack(side: SlackSide, room: str) -> Mapping[str, Card]:
    mine = [each for each in side.sandbox.messages(room) if each.get("bot_id") and each["only_for"] in ("", side.ada)]
    return {each["ts"]: Card(unescape(each["text"]), [one["text"]["text"] for one in buttons(each["blocks"])]) for each in mine}


def _in_teams(side: TeamsSide, room: str) -> Mapping[str, Card]:
    """What is pressed may change a card for who presses it alone."""
    cards = {each["id"]: side.sandbox.view(each["id"], side.ada) or {} for each in side.sandbox.said(room)}
    return {id: Card(words(card), [one["title"] for one in actions(card) if "title" in one]) for id, card in cards.items()}


async def _taken_back(running: World, side: Side) -> Sequence[str]:
    telling = Telling(running, side, side.home, {"slack": "#general", "teams": "the channel General"}[side.kind])
    await telling.ask(_CREATE)
    await telling.press("Undo")
    return telling.lines


async def _confirmed(running: World, side: Side) -> Sequence[str]:
    telling = Telling(running, side, side.own_chat(side.ada), "a chat with Interact")
    await telling.ask("forget")
    await telling.press("Confirm")
    return telling.lines


class Terminal:
    """Somebody at a terminal beside the bot."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def types(self, words: str) -> Sequence[str]:
        """The lines of the answer."""
        typed, printed = self._process.stdin, self._process.stdout
        assert typed
        assert printed
        typed.write(f"{words}\n".encode())
        answer = await printed.readuntil(f"{ENDS}\n".encode())
        return answer.decode().removesuffix(f"{ENDS}\n").splitlines()

    async def tells(self, asked: str, label: str) -> Sequence[str]:
        """Where a button is spelled out, its words are typed."""
        printed = await self.types(asked)
        pressed = next(line for line in printed if line.startswith(f"{label} → ")).partition(" → ")[2]
        told = ((asked, printed), (pressed, await self.types(pressed)))
        return [line for typed, answer in told for line in (f"$ interact say {quote(typed)}", *answer)]


@asynccontextmanager
async def _terminal(bot: Bot) -> AsyncIterator[Terminal]:
    environment = {name: value for name, value in bot.environment.items() if not name.startswith(("SLACK_", "TEAMS_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.acceptance.typing_lines"),
        cwd=bot.folder,
        env={**environment, "TIMEZONE": "Europe/London"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Terminal(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def _at_terminal(running: World) -> Sequence[Sequence[str]]:
    """One after the other here too: what is forgotten can't be taken back."""
    async with _terminal(running.bot) as terminal:
        return [await terminal.tells(_CREATE, "Undo"), await terminal.tells("forget", "Confirm")]


async def transcripts(folder: Path) -> str:
    """In Markdown. One process serves both platforms."""
    async with world(folder, ("slack", "teams")) as running:
        await running.bot.start()
        on_platforms = (_on_platform(running, side) for side in running.sides.values())
        told = await asyncio.gather(*on_platforms, _at_terminal(running))
    titles = ("A meeting, created and taken back", "Something that can't be taken back, confirmed")
    return "\n".join(_folded(title, each) for title, *each in zip(titles, *told, strict=True))


async def _on_platform(running: World, side: Side) -> Sequence[Sequence[str]]:
    """One after the other, so that no message is taken for an answer to something else."""
    return [await _taken_back(running, side), await _confirmed(running, side)]


def _folded(title: str, told: Sequence[Sequence[str]]) -> str:
    named = zip(("Slack", "Teams", "A terminal"), told, strict=True)
    parts = [line for name, lines in named for line in (f"{name}:", "", "```", *lines, "```", "")]
    return "\n".join(("<details>", f"<summary>{title}</summary>", "", *parts, "</details>", ""))


def masked(text: str) -> str:
    """Without days and ids."""
    return _ID.sub(r"\1…", _DAY.sub("(a day)", text))


def main() -> None:
    with TemporaryDirectory() as folder:
        sys.stdout.write(f"{BEGIN}\n{asyncio.run(transcripts(Path(folder)))}\n{END}")


if __name__ == "__main__":
    main()
