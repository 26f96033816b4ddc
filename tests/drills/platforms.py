"""How people's words reach the bots of a drill: signed, by a way that the drill chooses, as often as it says."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from bot.slack.sandbox import SlackSandbox, payloads
from bot.slack.sandbox.workspace import ADA, BOT
from bot.teams.sandbox import TeamsSandbox
from bot.teams.sandbox.activities import Activities, Where
from bot.teams.sandbox.workspace import ADA as ADA_IN_TEAMS
from tests.acceptance.sides import Side, SlackSide, TeamsSide


class Way(Protocol):
    """To one platform's door. A message is made once, and may be delivered as often as one likes."""

    @property
    def side(self) -> Side:
        """The platform that it leads from."""

    def alive(self) -> int:
        """Of what the bot has said, how much mentions somebody or leads somewhere, which it never has a reason to here."""

    def message(self, words: str, room: str, thread: str) -> Mapping[str, Any]:
        """Ada mentions the bot there."""

    def edited(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """What comes when somebody has edited it, which asks nothing."""

    def sharing(self, message: Mapping[str, Any], name: str, type: str, content: bytes) -> Mapping[str, Any]:
        """The same message, with a file."""

    async def deliver(self, message: Mapping[str, Any], url: str, retry: int) -> int:
        """To the bot at this address, once; gives the status, 0 where nobody answers in time."""


_ALIVE_IN_SLACK = re.compile(r"<[!@#]|<https?:")
_ALIVE_IN_TEAMS = re.compile(r"\]\(https?:|<at>")


class SlackWay:
    def __init__(self, sandbox: SlackSandbox) -> None:
        self.side = SlackSide(sandbox)
        self._sandbox = sandbox

    def alive(self) -> int:
        return sum(bool(_ALIVE_IN_SLACK.search(str(each["text"]))) for each in self._sandbox.messages() if each.get("bot_id"))

    def message(self, words: str, room: str, thread: str) -> Mapping[str, Any]:
        workspace = self._sandbox.workspace
        posted = workspace.post(room, ADA, f"<@{BOT}> {words}", thread_ts=thread)
        return payloads.event(workspace, payloads.said(workspace, posted, "app_mention"))

    def edited(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        event = {**message["event"], "edited": {"user": ADA, "ts": self._sandbox.workspace.ts()}}
        return payloads.event(self._sandbox.workspace, event)

    def sharing(self, message: Mapping[str, Any], name: str, type: str, content: bytes) -> Mapping[str, Any]:
        workspace, event = self._sandbox.workspace, message["event"]
        posted = workspace.find(event["channel"], event["ts"])
        assert posted
        workspace.attach(posted, name, type, content)
        return {**message, "event": {**event, "files": posted.files}}

    async def deliver(self, message: Mapping[str, Any], url: str, retry: int) -> int:
        courier = self._sandbox.courier
        courier.url = f"{url}slack/events"  # read before anybody else gets a turn
        delivery = await courier.hand_over("events_api", message, retry, "http_error" if retry else "")
        courier.deliveries.clear()  # the ledger has it
        return delivery.status


class TeamsWay:
    def __init__(self, sandbox: TeamsSandbox) -> None:
        self.side = TeamsSide(sandbox)
        self._sandbox = sandbox
        self._activities = Activities(sandbox.workspace)

    def alive(self) -> int:
        return sum(bool(_ALIVE_IN_TEAMS.search(text)) for each in self._sandbox.said() for text in _runs(each))

    def message(self, words: str, room: str, thread: str) -> Mapping[str, Any]:
        workspace = self._sandbox.workspace
        conversation, person = workspace.conversation(room), workspace.person(ADA_IN_TEAMS)
        assert person
        posted = workspace.post(conversation, ADA_IN_TEAMS, words, thread)
        return self._activities.message(Where(person, conversation, posted.thread), words, posted.id)

    def edited(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        told = {**message["channelData"], "eventType": "editMessage"}
        return {**message, "type": "messageUpdate", "channelData": told}

    def sharing(self, message: Mapping[str, Any], name: str, type: str, content: bytes) -> Mapping[str, Any]:
        """A channel's message tells the bot of no file: Graph does, which says the type by the name alone."""
        workspace = self._sandbox.workspace
        posted = next(each for each in workspace.posts() if each.id == message["id"])
        address = f"https://acme.sharepoint.com/{posted.id}/{name}"
        workspace.files[address], workspace.makers[address] = content, ADA_IN_TEAMS
        posted.attachments.append({"contentType": "reference", "contentUrl": address, "name": name})
        return message

    async def deliver(self, message: Mapping[str, Any], url: str, retry: int) -> int:
        self._sandbox.courier.url = f"{url}api/messages"
        return await self._sandbox.post(message, self._sandbox.token())


def _runs(shown: Any) -> Iterator[str]:
    """The texts of a card, each of which Teams may read as markup by itself."""
    if isinstance(shown, Mapping):
        if isinstance(shown.get("text"), str) and shown.get("type") == "TextRun":
            yield shown["text"]
        shown = list(shown.values())
    if isinstance(shown, Sequence) and not isinstance(shown, str):
        for each in shown:
            yield from _runs(each)


async def timed(way: Way, message: Mapping[str, Any], url: str, retry: int) -> tuple[float, int]:
    """When a delivery began, and its status."""
    began = time.monotonic()
    return began, await way.deliver(message, url, retry)
