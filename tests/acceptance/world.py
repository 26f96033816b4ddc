"""A world for the real process: a made-up Slack and Calendar that outlive it, and the bot that can be killed and started."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from adapters.google_calendar.sandbox import CalendarSandbox
from bot.sandboxes import serving
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, BOT, GENERAL, GRACE, GUEST, TEAM, Channel
from bot.slack.verify import sign

_PATIENCE = 30.0  # seconds: for a loaded machine, not for the bot


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Bot:
    """The real process: `python -m bot run`."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{environment['PORT']}/"
        self.log = folder / "bot.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, ready: bool = True) -> None:
        with self.log.open("ab") as log:
            command = (sys.executable, "-m", "bot", "run")
            self._process = await asyncio.create_subprocess_exec(
                *command, cwd=self.folder, env=dict(self.environment), stdout=log, stderr=log
            )
        if ready:
            await self.ready()

    async def ready(self) -> None:
        await until(lambda: self.get("readyz"), lambda status: status == 200)

    async def get(self, path: str) -> int:
        """The status of a GET, 0 where nobody answers."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}{path}") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def kill(self) -> None:
        await self.end(signal.SIGKILL)

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal and waits; gives the exit code."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(number)
        code = await self._process.wait()
        self._process = None
        return code


class World:
    """Slack and Calendar as they are outside, and the bot."""

    def __init__(self, slack: SlackSandbox, calendar: CalendarSandbox, bot: Bot, address: str) -> None:
        self.slack = slack
        self.calendar = calendar
        self.bot = bot
        self._address = address

    def open_channel(self, name: str) -> str:
        """A new public channel with everybody in it."""
        id = f"C0{name.upper()}"
        self.slack.workspace.channels[id] = Channel(id, name, "channel", frozenset({ADA, GRACE, GUEST, BOT}))
        return id

    async def say(self, words: str) -> str:
        """What `interact say` prints for these words, asked in the zone that Ada has in Slack."""
        environment = {name: value for name, value in self.bot.environment.items() if not name.startswith("SLACK_")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "say", words),
            cwd=self.bot.folder,
            env={**environment, "TIMEZONE": self.slack.workspace.people[ADA].zone},
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0
        return printed.decode()

    async def deliver_event_at_once(self, words: str, times: int) -> list[int]:
        """The very same signed mention, several times at once: the statuses."""
        event = {"type": "app_mention", "user": ADA, "channel": GENERAL, "ts": "1.1", "text": f"<@{BOT}> {words}"}
        told = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev0FOUR", "event": event}
        body, now = json.dumps(told).encode(), str(int(time.time()))
        signed = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": sign(self.slack.signing_secret, now, body)}
        headers = {"Content-Type": "application/json", **signed}
        async with self.http() as session:
            answers = [session.post(f"{self.bot.url}slack/events", data=body, headers=headers) for _ in range(times)]
            return [answer.status for answer in await asyncio.gather(*answers)]

    async def form(self) -> Any:
        """The form that Ada has open."""
        return self.slack.views.opened(ADA)

    async def calendar_asked(self) -> bool:
        return any("/events" in entry.path for entry in self.calendar.journal)

    async def settled(self) -> None:
        """Waits until nothing is left to do."""
        await until(self._unfinished, lambda number: number == 0)

    async def _unfinished(self) -> float:
        async with self.http() as session, session.get(f"{self.bot.url}metrics") as answer:
            lines = (await answer.text()).splitlines()
        depth = [line for line in lines if re.match(r'interact_queue_depth\{state="(ready|running)"', line)]
        return sum(float(line.split()[-1]) for line in depth)

    @staticmethod
    def http() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20))

    async def events(self, title: str, user: str = ADA, team: str = TEAM) -> list[dict[str, Any]]:
        """The events with this in their title that stand in somebody's calendar."""
        token = self.calendar.grant(f"slack:{team}:{user}", "UTC")
        url = f"{self._address}google_calendar/calendar/v3/calendars/primary/events"
        bearer = {"Authorization": f"Bearer {token}"}
        async with self.http() as session, session.get(url, params={"q": title}, headers=bearer) as answer:
            found: list[dict[str, Any]] = (await answer.json())["items"]
            return found

    def said(self, channel: str = GENERAL) -> list[dict[str, Any]]:
        """What the bot has said in a channel, oldest first."""
        return [message for message in self.slack.messages(channel) if message.get("bot_id")]

    async def replies(self, number: int, channel: str = GENERAL) -> list[dict[str, Any]]:
        """The bot's messages in a channel, once there are so many and none is under way."""

        async def look() -> list[dict[str, Any]]:
            return self.said(channel)

        found: list[dict[str, Any]] = await until(look, lambda said: len(said) >= number)
        return found


@asynccontextmanager
async def world(folder: Path, **settings: str) -> AsyncIterator[World]:
    """Everything but the bot is up; call `bot.start()`. Settings are environment variables."""
    port = free_port()
    slack = SlackSandbox(_now, f"http://127.0.0.1:{port}/slack/events", delays=(0.2, 1.0, 3.0, 6.0, 12.0))
    calendar = CalendarSandbox(_now)
    async with serving({"slack": slack, "google_calendar": calendar}, 0) as address:
        slack.address = f"{address}slack/"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "HOME": str(folder),
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder / 'inbox.sqlite'}",
            "SLACK_SIGNING_SECRET": slack.signing_secret.reveal(),
            "SLACK_BOT_TOKEN": slack.bot_token.reveal(),
            "SLACK_BASE_URL": slack.api_url,
            "SANDBOX": "google_calendar",
            "GOOGLE_CALENDAR_BASE_URL": f"{address}google_calendar/",
            "LEASE_SECONDS": "1",
            "LOG_FORMAT": "json",
            **settings,
        }
        bot = Bot(environment, folder)
        try:
            yield World(slack, calendar, bot, address)
        finally:
            await bot.end()


async def until(look: Any, good: Any) -> Any:
    """Looks again and again, until what it sees is good."""
    deadline = time.monotonic() + _PATIENCE
    while not good(seen := await look()):
        assert time.monotonic() < deadline, f"waited in vain; the last was {seen!r}"
        await asyncio.sleep(0.02)
    return seen


def _now() -> datetime:
    return datetime.now(UTC)
