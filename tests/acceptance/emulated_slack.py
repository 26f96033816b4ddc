"""Slack as somebody else made it up: `emulate`, and signed by ourselves what it can't deliver (mentions, commands, presses)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import Secret
from bot.slack.manifest import SCOPES
from bot.slack.verify import SIGNATURE, TIMESTAMP, sign
from tests.acceptance.world import until
from tests.emulate import Emulate

TEAM, PERSON, GENERAL = "T000000001", "U000000001", "C000000001"  # emulate's own
BOT = "U0EMULATED"
_LAUNCHER = Path(__file__).with_name("emulate_slack.mjs")
_SECRET, _BOT_TOKEN, _PERSON_TOKEN = "CANARY-signing-secret", "xoxb-CANARY-bot", "xoxp-CANARY-person"
_APP = {"app_id": "A0EMULATED", "client_id": "1.2", "bot_id": "B0EMULATED", "bot_user_id": BOT}
CLIENT_ID, CLIENT_SECRET = _APP["client_id"], "CANARY-client-secret"
_SEED = {
    "signing_secret": _SECRET,
    "strict_scopes": True,  # the scopes of our manifest have to do
    "tokens": [
        {**_APP, "token": _BOT_TOKEN, "type": "bot", "user_id": BOT, "scopes": SCOPES},
        {"token": _PERSON_TOKEN, "type": "user", "user_id": PERSON, "scopes": SCOPES},
    ],
}
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


class EmulatedSlack:
    """What the one person there does, and what stands there afterwards."""

    def __init__(self, address: str, events_url: str, session: aiohttp.ClientSession) -> None:
        self._address = address
        self._events_url = events_url
        self._session = session
        self._person = _client(_PERSON_TOKEN, address, session)
        self._bot = _client(_BOT_TOKEN, address, session)
        self._numbers = 0

    async def direct(self) -> str:
        """Opens the direct messages with the bot."""
        return str((await self._person.conversations_open(users=BOT))["channel"]["id"])

    async def say(self, text: str, channel: str, thread: str = "") -> str:
        """Writes there; returns, with the message's time, when the emulator has told the bot."""
        return str((await self._person.chat_postMessage(channel=channel, text=text, thread_ts=thread or None))["ts"])

    async def mention(self, text: str, thread: str = "") -> int:
        """Mentions the bot in #general; gives the status of its acknowledgement."""
        words = f"<@{BOT}> {text}"
        ts = await self.say(words, GENERAL, thread)
        threaded = {"thread_ts": thread} if thread else {}
        event = {"type": "app_mention", "user": PERSON, "channel": GENERAL, "text": words, "ts": ts, **threaded}
        told = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev0{ts}", "event": event}
        return (await self.deliver(json.dumps(told), _JSON))[0]

    async def command(self, name: str, text: str) -> int:
        """Types a slash command in #general; gives the status of its acknowledgement."""
        self._numbers += 1  # no two commands are the same: Slack's trigger ids differ
        fields = {"team_id": TEAM, "user_id": PERSON, "channel_id": GENERAL, "command": name, "text": text}
        return (await self.deliver(urlencode({**fields, "trigger_id": str(self._numbers)}), _FORM))[0]

    async def press(self, label: str, channel: str) -> int:
        """Presses a button of the bot's newest message there."""
        *_, message = await self.said(channel)
        elements = [element for block in message["blocks"] for element in block.get("elements", ())]
        [button] = [each for each in elements if each["type"] == "button" and each["text"]["text"] == label]
        trigger = await self._bot.api_call("views.generateTriggerId", json={"user_id": PERSON})
        container = {"type": "message", "channel_id": channel, "message_ts": message["ts"]}
        pressed = {"type": "block_actions", "container": container, "actions": [button], "trigger_id": trigger["trigger_id"]}
        return (await self._interact(pressed))[0]

    async def submit(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Fills in and sends the form that the bot has opened; gives what the bot says to it."""
        *_, view = await self.views()
        entered = {name: {"value": {"type": "plain_text_input", "value": value}} for name, value in values.items()}
        shown = {"id": view["view_id"], **{name: view[name] for name in ("type", "callback_id", "private_metadata")}}
        status, body = await self._interact({"type": "view_submission", "view": {**shown, "state": {"values": entered}}})
        assert status == 200
        return dict(json.loads(body))

    async def deliver(self, body: str, type: str = _JSON, secret: str = _SECRET) -> tuple[int, str]:
        """Delivers anything at all, signed; gives the bot's status and what it says."""
        now = str(int(time.time()))
        signed = {TIMESTAMP: now, SIGNATURE: sign(Secret(secret), now, body.encode())}
        async with self._session.post(self._events_url, data=body.encode(), headers={"Content-Type": type, **signed}) as answer:
            return answer.status, await answer.text()

    async def said(self, channel: str = GENERAL, thread: str = "") -> list[dict[str, Any]]:
        """What the bot has said there, oldest first."""
        if thread:
            found: list[dict[str, Any]] = (await self._person.conversations_replies(channel=channel, ts=thread))["messages"]
        else:
            found = list(reversed((await self._person.conversations_history(channel=channel))["messages"]))
        return [message for message in found if message["user"] == BOT]

    async def replies(self, number: int, channel: str = GENERAL, thread: str = "") -> list[dict[str, Any]]:
        """The same, once there are so many."""
        found: list[dict[str, Any]] = await until(lambda: self.said(channel, thread), lambda said: len(said) >= number)
        return found

    async def views(self) -> list[dict[str, Any]]:
        """Every form that the bot has opened."""
        return await self._listed("__views")

    async def deliveries(self) -> list[dict[str, Any]]:
        """Every event that the emulator has told the bot, and how the bot took it."""
        return await self._listed("__deliveries")

    async def lose_answer(self) -> None:
        """The bot's next message will stand, but the bot will never hear of it."""
        async with self._session.post(f"{self._address}__lose_answer"):
            pass

    async def _interact(self, payload: Mapping[str, Any]) -> tuple[int, str]:
        who = {"team": {"id": TEAM}, "user": {"id": PERSON}}
        return await self.deliver(urlencode({"payload": json.dumps({**who, **payload})}), _FORM)

    async def _listed(self, path: str) -> list[dict[str, Any]]:
        async with self._session.get(f"{self._address}{path}") as answer:
            listed: list[dict[str, Any]] = await answer.json()
            return listed


def bot_settings(port: int) -> dict[str, str]:
    """The environment of a bot whose Slack is at this port."""
    return {
        "SLACK_BASE_URL": f"http://127.0.0.1:{port}/api/",
        "SLACK_SIGNING_SECRET": _SECRET,
        "SLACK_BOT_TOKEN": _BOT_TOKEN,
    }


@asynccontextmanager
async def emulated_slack(emulate: Emulate, port: int, events_url: str, *redirect_uris: str) -> AsyncIterator[EmulatedSlack]:
    """Serves it at the port; its events go to `events_url`, browsers come back to one of `redirect_uris`."""
    app = {**_APP, "client_secret": CLIENT_SECRET, "name": "Interact", "bot_name": "interact", "redirect_uris": redirect_uris}
    seed = {**_SEED, "oauth_apps": [app]}
    config = {"package": str(emulate.package), "port": port, "seed": seed, "events_url": events_url}
    command = (str(emulate.node), str(_LAUNCHER), json.dumps(config))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        assert await process.stdout.readline() == b"READY\n"
        async with aiohttp.ClientSession() as session:
            yield EmulatedSlack(f"http://127.0.0.1:{port}/", events_url, session)
    finally:
        process.terminate()
        await process.wait()


def _client(token: str, address: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=f"{address}api/", session=session, retry_handlers=[])
