"""Opens the world of a drill: platforms and Calendar in the test's process, bots in processes of their own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from adapters.google_calendar.sandbox import CalendarSandbox
from bot.sandboxes import serving
from bot.slack.sandbox import SlackSandbox
from bot.teams.sandbox import TeamsSandbox
from tests.acceptance.world import Bot, free_port
from tests.drills.ledger import Ledger
from tests.drills.platforms import SlackWay, TeamsWay, Way
from tests.drills.town import Town
from tests.drills.tripwire import Tripwire


@asynccontextmanager
async def open_town(folder: Path, database: str, bots: int = 2, seed: int = 0, **settings: str) -> AsyncIterator[Town]:
    """Everything is up but the bots; call `start`. Settings are environment variables of theirs."""
    calendar, slack, teams = CalendarSandbox(_now), SlackSandbox(_now, ""), TeamsSandbox(_now, "")
    ledger = Ledger(seed)
    tripwire = Tripwire(ledger.hear)
    sandboxes = {"slack": slack, "teams": teams, "google_calendar": calendar}
    for sandbox in sandboxes.values():
        sandbox.app.middlewares.insert(0, tripwire.middleware)
    async with serving(sandboxes, 0) as address:
        slack.address, teams.address = f"{address}slack/", f"{address}teams/"
        ways: list[Way] = [SlackWay(slack), TeamsWay(teams)]
        told = _environment(folder, database, address) | {k: v for way in ways for k, v in way.side.settings().items()}
        opened = [_bot(folder, number, told | settings) for number in range(bots)]
        town = Town(folder, database, ways, sandboxes, opened, ledger, tripwire)
        town.secrets = {told["SLACK_SIGNING_SECRET"], told["SLACK_BOT_TOKEN"], told["TEAMS_APP_PASSWORD"]}
        try:
            yield town
        finally:
            await asyncio.gather(*map(_gone, opened))


def _environment(folder: Path, database: str, address: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(folder),
        "DATABASE_URL": database,
        "SANDBOX": "google_calendar",
        "GOOGLE_CALENDAR_BASE_URL": f"{address}google_calendar/",
        "LEASE_SECONDS": "1",
        "LOG_FORMAT": "json",
    }


def _bot(folder: Path, number: int, environment: Mapping[str, str]) -> Bot:
    bot = Bot({**environment, "PORT": str(free_port())}, folder)
    bot.log = folder / f"bot{number}.log"
    return bot


async def _gone(bot: Bot) -> None:
    with suppress(ProcessLookupError):
        await bot.end(signal.SIGKILL)


def _now() -> datetime:
    return datetime.now(UTC)
