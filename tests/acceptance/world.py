"""A world for the real process: made-up platforms and a Calendar that outlive it, and a bot to be killed and started."""

import asyncio
import os
import secrets
import signal
import socket
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from adapters.google_calendar.sandbox import CalendarSandbox
from bot.sandboxes import serving
from bot.slack.sandbox import SlackSandbox
from bot.teams.sandbox import TeamsSandbox
from tests.acceptance.fork_server import Forked, the_fork_server
from tests.acceptance.sides import Said, Side, SlackSide, TeamsSide

_PATIENCE = 30.0  # seconds: for a loaded machine, not for the bot
_REDELIVERIES = (0.2, 1.0, 3.0, 6.0, 12.0)  # seconds: sooner than the platforms do it


def free_port() -> int:
    """Below those that the system gives out by itself: another test's server would take it before the bot does."""
    for port in iter(lambda: 20_000 + secrets.randbelow(12_000), None):  # `random` is seeded alike in every process
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError


class Bot:
    """The real thing, in a process of its own: `interact run`."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self._process: Forked | None = None
        self.url = f"http://127.0.0.1:{environment['PORT']}/"
        self.log = folder / "bot.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, ready: bool = True) -> None:
        self._process = await the_fork_server().start(self.environment, self.folder, self.log)
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

    async def wait(self) -> int:
        """Until it ends by itself; gives the exit code."""
        assert self._process is not None
        async with asyncio.timeout(_PATIENCE):
            return await self._process.wait()

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
    """The platforms and Calendar as they are outside, and the bot. `side` is the platform that a test is about."""

    def __init__(self, sides: Mapping[str, Side], calendar: CalendarSandbox, bot: Bot, address: str) -> None:
        self.sides = sides
        self.calendar = calendar
        self.bot = bot
        self._address = address

    @property
    def side(self) -> Side:
        return next(iter(self.sides.values()))

    @property
    def slack(self) -> SlackSandbox:
        side = self.sides["slack"]
        assert isinstance(side, SlackSide)
        return side.sandbox

    @property
    def teams(self) -> TeamsSandbox:
        side = self.sides["teams"]
        assert isinstance(side, TeamsSide)
        return side.sandbox

    async def say(self, words: str, zone: str = "Europe/London") -> str:
        """What `interact say` prints for these words; the zone is that of Ada."""
        platforms = ("SLACK_", "TEAMS_")
        environment = {name: value for name, value in self.bot.environment.items() if not name.startswith(platforms)}
        with tempfile.TemporaryFile("w+") as printed, Path(os.devnull).open() as nothing:
            files = [nothing.fileno(), printed.fileno(), printed.fileno()]
            said = await the_fork_server().run(("say", words), {**environment, "TIMEZONE": zone}, self.bot.folder, files)
            code = await said.wait()
            printed.seek(0)
            text = printed.read()
        assert code == 0, text
        return text

    async def calendar_asked(self) -> bool:
        return any("/events" in entry.path for entry in self.calendar.journal)

    async def form_opened(self) -> bool:
        """Whether Ada has a form open."""
        return self.side.form()

    async def settled(self) -> None:
        """Waits until nothing is left to do."""
        await until(self._unfinished, lambda number: number == 0)

    async def _unfinished(self) -> int:
        """Read where it stands, which takes a hundredth of the time that the bot takes to tell it."""
        with closing(sqlite3.connect(self.bot.folder / "data/inbox.sqlite")) as database:
            statement = "SELECT count(*) FROM delivery WHERE state IN ('ready', 'running') AND kind <> 'job'"
            [number] = database.execute(statement).fetchone()
        return int(number)

    @staticmethod
    def http() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20))

    async def events(self, title: str, owner: str = "") -> list[dict[str, Any]]:
        """The events with this in their title that stand in somebody's calendar, by default Ada's."""
        token = self.calendar.grant(owner or self.side.owner(self.side.ada), "UTC")
        url = f"{self._address}google_calendar/calendar/v3/calendars/primary/events"
        bearer = {"Authorization": f"Bearer {token}"}
        async with self.http() as session, session.get(url, params={"q": title}, headers=bearer) as answer:
            found: list[dict[str, Any]] = (await answer.json())["items"]
            return found

    async def replies(self, number: int, room: str = "", side: Side | None = None) -> Sequence[Said]:
        """What the bot has said in a room, by default the home of everybody, once it is so much."""
        where = side or self.side

        async def look() -> Sequence[Said]:
            return where.said(room or where.home)

        found: Sequence[Said] = await until(look, lambda said: len(said) >= number)
        return found


@asynccontextmanager
async def world(folder: Path, platforms: Sequence[str] = ("slack",), **settings: str) -> AsyncIterator[World]:
    """Everything but the bot is up; call `bot.start()`. Settings are environment variables. Everybody is lent a calendar."""
    async with _world(folder, platforms, settings, registered=False) as opened:
        yield opened


@asynccontextmanager
async def connecting_world(folder: Path, platforms: Sequence[str] = ("slack",), **settings: str) -> AsyncIterator[World]:
    """The same, where people connect accounts of their own."""
    async with _world(folder, platforms, settings, registered=True) as opened:
        yield opened


@asynccontextmanager
async def _world(folder: Path, platforms: Sequence[str], settings: Mapping[str, str], registered: bool) -> AsyncIterator[World]:
    port = free_port()
    calendar = CalendarSandbox(_now)
    slack = SlackSandbox(_now, f"http://127.0.0.1:{port}/slack/events", delays=_REDELIVERIES)
    teams = TeamsSandbox(_now, f"http://127.0.0.1:{port}/api/messages", delays=_REDELIVERIES)
    async with serving({"slack": slack, "teams": teams, "google_calendar": calendar}, 0) as address:
        slack.address, teams.address = f"{address}slack/", f"{address}teams/"
        every: dict[str, Side] = {"slack": SlackSide(slack), "teams": TeamsSide(teams)}
        sides = {name: every[name] for name in platforms}
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "HOME": str(folder),
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder / 'data/inbox.sqlite'}",
            "SANDBOX": "google_calendar",
            "GOOGLE_CALENDAR_BASE_URL": f"{address}google_calendar/",
            "LEASE_SECONDS": "1",
            "LOG_FORMAT": "json",
            **{name: value for side in sides.values() for name, value in side.settings().items()},
            **(_registered(address, slack, calendar, port) if registered else {}),
            **settings,
        }
        bot = Bot(environment, folder)
        try:
            yield World(sides, calendar, bot, address)
        finally:
            await bot.kill()  # an end in good order costs more than a start; tests that are about one ask for it


def _registered(address: str, slack: SlackSandbox, calendar: CalendarSandbox, port: int) -> Mapping[str, str]:
    """As what the bot is known to the made-up services."""
    return {
        "SANDBOX": "",
        "PUBLIC_URL": f"http://127.0.0.1:{port}/",
        "GOOGLE_CALENDAR_OAUTH_URL": f"{address}google_calendar/",
        "GOOGLE_CLIENT_ID": calendar.client_id,
        "GOOGLE_CLIENT_SECRET": calendar.client_secret,
        "SLACK_CLIENT_ID": slack.client_id,
        "SLACK_CLIENT_SECRET": slack.client_secret,
        "SLACK_OAUTH_URL": slack.address,
    }


async def until(look: Any, good: Any) -> Any:
    """Looks again and again, until what it sees is good."""
    deadline = time.monotonic() + _PATIENCE
    while not good(seen := await look()):
        assert time.monotonic() < deadline, f"waited in vain; the last was {seen!r}"
        await asyncio.sleep(0.02)
    return seen


def _now() -> datetime:
    return datetime.now(UTC)
