"""What Ada does on a platform, and what becomes of the bot's messages there: written down line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import cycle
from typing import Any

from bot.slack.sandbox.people import buttons
from bot.teams.sandbox.walk import actions, words
from tests.acceptance.sides import Side, SlackSide, TeamsSide
from tests.acceptance.world import World, until


@dataclass(frozen=True)
class Card:
    """A message of the bot's, as somebody sees it."""

    text: str
    labels: Sequence[str]

    def lines(self) -> Sequence[str]:
        pressed = "  ".join(f"[{label}]" for label in self.labels)
        return [*(line.rstrip() for line in self.text.splitlines() if line.strip()), *([pressed] if pressed else [])]


class Telling:
    """What Ada does in a room, which is called `place`, and what becomes of the bot's messages there."""

    def __init__(self, running: World, side: Side, room: str, place: str) -> None:
        self._running = running
        self._side = side
        self._room = room
        self._place = place
        self._is_channel = room == side.home
        self._thread = ""
        self.lines: list[str] = []

    async def ask(self, words: str) -> None:
        self._move()
        before = self._seen()
        await self._type(words)
        await self._settle(before)

    async def watch(self, words: str, far: str, stop: bool = False) -> None:
        """The answer is told as it stands once it has come so far, and again at its end, which a press of Stop may bring."""
        self._move()
        before = self._seen()
        await self._type(words)
        growing = await until(self._look, lambda seen: any(far in each.text for each in seen.values()))
        self._told(before, growing, "Interact, while it is written:")
        if stop:
            await self._press("Stop")
        await self._settle(growing)

    async def press(self, label: str) -> None:
        before = self._seen()
        await self._press(label)
        await self._settle(before)

    async def talk(self, *said: str) -> None:
        """Ada and Grace talk, in turn; what follows is asked in the thread that this begins. On Slack."""
        assert isinstance(self._side, SlackSide)
        people = cycle(((self._side.ada, "Ada"), (self._side.grace, "Grace")))
        self.leave()
        for each, (user, name) in zip(said, people, strict=False):
            self.lines.append(f"{self._where(name)}: {each}")
            await self._side.sandbox.message(each, user=user, channel=self._room, thread=self._thread)
            self._thread = self._thread or self._side.sandbox.messages(self._room)[-1]["ts"]

    def follow(self) -> None:
        """What comes next is asked in the thread of what was asked last. On Slack."""
        assert isinstance(self._side, SlackSide)
        asked = [each for each in self._side.sandbox.messages(self._room) if each["user"] == self._side.ada]
        self._thread = asked[-1].get("thread_ts") or asked[-1]["ts"]

    def leave(self) -> None:
        """What comes next is asked in the room itself again."""
        self._thread = ""

    def _move(self) -> None:
        """Into another channel that looks the same: Slack takes one message a second in each."""
        if isinstance(self._side, SlackSide) and self._is_channel and not self._thread:
            channels = self._side.sandbox.workspace.channels
            self._room = f"{self._side.home}{len(channels)}"
            channels[self._room] = replace(channels[self._side.home], id=self._room)

    def _where(self, name: str) -> str:
        return f"{name}, in the thread" if self._thread else f"{name}, in {self._place}"

    async def _type(self, words: str) -> None:
        mention = "@Interact " if self._is_channel else ""
        self.lines.append(f"{self._where('Ada')}: {mention}{words}")
        await self._side.ask(words, self._room, thread=self._thread)

    async def _press(self, label: str) -> None:
        self.lines.append(f"Ada presses [{label}].")
        await self._side.press(label)

    async def _settle(self, before: Mapping[str, Card]) -> None:
        await until(self._look, lambda seen: seen != before)
        await self._running.settled()
        self._told(before, self._seen(), "Interact:")

    def _told(self, before: Mapping[str, Card], after: Mapping[str, Card], who: str) -> None:
        for id, card in after.items():
            if id not in before:
                self._add(who, card)
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
    return {each["id"]: _teams_card(side, each) for each in side.sandbox.said(room)}


def _teams_card(side: TeamsSide, said: Mapping[str, Any]) -> Card:
    """What is pressed may change a card for who presses it alone; what is still being written is no card yet."""
    card = side.sandbox.view(said["id"], side.ada)
    if card is None:
        return Card(said["text"], ())
    return Card(words(card), [one["title"] for one in actions(card) if "title" in one])
