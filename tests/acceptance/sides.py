"""What people do and see on a platform, so that one test can be told of each of them."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any, Protocol

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from adapters.faults import Fault
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox import workspace as slack_workspace
from bot.slack.verify import sign
from bot.teams.sandbox import TeamsSandbox
from bot.teams.sandbox import workspace as teams_workspace


@dataclass(frozen=True)
class Said:
    """Something that the bot said: `room` is where it stands, `thread` what it answers there, `only_for` who alone sees it."""

    text: str
    room: str
    thread: str
    only_for: str


@cache
def _key(kind: str) -> RSAPrivateKey:
    """What a made-up platform signs with at first. Making it costs a tenth of a second, so each process makes one of a kind."""
    return generate_private_key(public_exponent=65537, key_size=2048)


class Side(Protocol):
    """A platform with people on it. `ada` is a member, `grace` another, `guest` is none; `home` is a channel of them all."""

    kind: str
    ada: str
    grace: str
    guest: str
    home: str

    def settings(self) -> Mapping[str, str]:
        """The bot's environment."""

    def owner(self, user: str) -> str:
        """A person as services know them."""

    def own_chat(self, user: str) -> str:
        """Where somebody is alone with the bot."""

    def open_room(self, name: str) -> str:
        """A new channel with everybody in it."""

    async def ask(self, words: str, room: str = "", user: str = "", thread: str = "") -> bool:
        """Mentions the bot, by default as Ada in their channel; says whether it was taken at once."""

    async def press(self, label: str, user: str = "") -> None:
        """Presses the newest button with this label."""

    def form(self) -> bool:
        """Whether Ada has a form open."""

    async def submit(self, values: Mapping[str, str]) -> Sequence[str]:
        """Fills in the form that Ada has open; gives what it says is wrong."""

    def said(self, room: str = "") -> Sequence[Said]:
        """What the bot has said in a room, or anywhere; oldest first."""

    def begin(self, room: str, words: str) -> str:
        """Somebody says something that is not for the bot; gives the thread that it begins."""

    async def at_once(self, words: str, times: int, url: str) -> Sequence[int]:
        """The very same signed delivery, several times at once: the statuses."""

    def refuse_once(self) -> None:
        """The next message of the bot's is turned down, as if the platform were in trouble."""


class SlackSide:
    kind = "slack"
    ada, grace, guest = slack_workspace.ADA, slack_workspace.GRACE, slack_workspace.GUEST
    home = slack_workspace.GENERAL

    def __init__(self, sandbox: SlackSandbox) -> None:
        self.sandbox = sandbox
        sandbox.openid.key = _key(self.kind)

    def settings(self) -> Mapping[str, str]:
        return {
            "SLACK_SIGNING_SECRET": self.sandbox.signing_secret.reveal(),
            "SLACK_BOT_TOKEN": self.sandbox.bot_token.reveal(),
            "SLACK_BASE_URL": self.sandbox.api_url,
        }

    def owner(self, user: str) -> str:
        return f"slack:{slack_workspace.TEAM}:{user}"

    def own_chat(self, user: str) -> str:
        return user

    def open_room(self, name: str) -> str:
        id = f"C0{name.upper()}"
        everybody = frozenset({self.ada, self.grace, self.guest, slack_workspace.BOT})
        self.sandbox.workspace.channels[id] = slack_workspace.Channel(id, name, "channel", everybody)
        return id

    async def ask(self, words: str, room: str = "", user: str = "", thread: str = "") -> bool:
        if room in (self.ada, self.grace, self.guest):
            delivery = await self.sandbox.message(words, user=user or room)
        else:
            delivery = await self.sandbox.mention(words, user=user or self.ada, channel=room or self.home, thread=thread)
        return bool(delivery and delivery.ok)

    async def press(self, label: str, user: str = "") -> None:
        await self.sandbox.click(label, user=user or self.ada)

    def form(self) -> bool:
        return bool(self.sandbox.views.opened(self.ada))

    async def submit(self, values: Mapping[str, str]) -> Sequence[str]:
        delivery = await self.sandbox.submit(values)
        return list((delivery.answer or {}).get("errors", {}).values())

    def said(self, room: str = "") -> Sequence[Said]:
        every = self.sandbox.messages(room)
        mine = [each for each in every if each.get("bot_id")]
        return [Said(unescape(each["text"]), each["channel"], each.get("thread_ts") or "", each["only_for"]) for each in mine]

    def begin(self, room: str, words: str) -> str:
        return str(self.sandbox.workspace.post(room, self.ada, words).ts)

    async def at_once(self, words: str, times: int, url: str) -> Sequence[int]:
        text = f"<@{slack_workspace.BOT}> {words}"
        event = {"type": "app_mention", "user": self.ada, "channel": self.home, "ts": f"{time.time():.6f}", "text": text}
        told = {"type": "event_callback", "team_id": slack_workspace.TEAM, "event_id": "Ev0FOUR", "event": event}
        body, now = json.dumps(told).encode(), str(int(time.time()))
        signed = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": sign(self.sandbox.signing_secret, now, body)}
        headers = {"Content-Type": "application/json", **signed}
        async with aiohttp.ClientSession() as session:
            answers = [session.post(f"{url}slack/events", data=body, headers=headers) for _ in range(times)]
            return [answer.status for answer in await asyncio.gather(*answers)]

    def refuse_once(self) -> None:
        self.sandbox.refuse("chat.postMessage", "internal_error", times=1)


class TeamsSide:
    kind = "teams"
    ada, grace, guest = teams_workspace.ADA, teams_workspace.GRACE, teams_workspace.GUEST
    home = teams_workspace.GENERAL

    def __init__(self, sandbox: TeamsSandbox) -> None:
        self.sandbox = sandbox
        sandbox.issuer.key.private = _key(self.kind)

    def settings(self) -> Mapping[str, str]:
        return {
            "TEAMS_APP_ID": self.sandbox.app_id,
            "TEAMS_APP_PASSWORD": self.sandbox.app_password.reveal(),
            "TEAMS_TENANT_ID": teams_workspace.TENANT,
            "TEAMS_SERVICE_HOSTS": self.sandbox.address.split("/")[2],
            "TEAMS_OPENID_METADATA_URL": self.sandbox.openid_url,
            "TEAMS_LOGIN_URL": self.sandbox.login_url,
            "TEAMS_GRAPH_URL": self.sandbox.graph_url,
        }

    def owner(self, user: str) -> str:
        return f"teams:{teams_workspace.TENANT}:{user}"

    def own_chat(self, user: str) -> str:
        return self.sandbox.workspace.conversation(user).id

    def open_room(self, name: str) -> str:
        everybody = (self.ada, self.grace, self.guest)
        id = f"19:{name.lower()}@thread.tacv2"
        self.sandbox.workspace.add(teams_workspace.Conversation(id, name, "channel", everybody, teams_workspace.TEAM))
        return id

    async def ask(self, words: str, room: str = "", user: str = "", thread: str = "") -> bool:
        delivery = await self.sandbox.message(words, user=user or self.ada, conversation=room or self.home, thread=thread)
        return delivery.ok

    async def press(self, label: str, user: str = "") -> None:
        await self.sandbox.press(label, user=user or self.ada)

    def form(self) -> bool:
        return self.sandbox.dialog(self.ada) is not None

    async def submit(self, values: Mapping[str, str]) -> Sequence[str]:
        await self.sandbox.submit(values)
        dialog = self.sandbox.dialog(self.ada)
        return [_text(block) for block in dialog.card["body"] if block["type"] == "RichTextBlock"] if dialog else []

    def said(self, room: str = "") -> Sequence[Said]:
        return [
            Said(each["text"], each["conversation"], each["thread"], self._alone(each["conversation"], room))
            for each in self.sandbox.said(room)
        ]

    def _alone(self, conversation: str, room: str) -> str:
        """Whoever is asked in a channel and answered in a chat of their own."""
        found = self.sandbox.workspace.conversation(conversation)
        return found.members[0] if found.type == "personal" and not room else ""

    def begin(self, room: str, words: str) -> str:
        where = self.sandbox.workspace.conversation(room)
        return self.sandbox.workspace.post(where, self.ada, words).thread

    async def at_once(self, words: str, times: int, url: str) -> Sequence[int]:
        bot = f"<at>{teams_workspace.BOT_NAME}</at>"
        activity = self.sandbox.activity("message", conversation=self.home, text=f"{bot} {words}")
        token = self.sandbox.token()
        return await asyncio.gather(*(self.sandbox.post(activity, token) for _ in range(times)))

    def refuse_once(self) -> None:
        self.sandbox.script.add(Fault(kind="status", status=503, path="/activities", method="POST"))


def _text(block: Mapping[str, Any]) -> str:
    return "".join(run["text"] for run in block["inlines"])
