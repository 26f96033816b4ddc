"""Two processes on one PostgreSQL are one bot: whichever of them is told something, it is answered once; one may die."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
import psycopg
import pytest
from sqlalchemy import make_url

from adapters.faults import Fault
from bot.slack.sandbox.workspace import ADA, BOT, GENERAL, TEAM
from bot.slack.verify import sign
from tests.acceptance.world import Bot, World, free_port, until, world
from tests.storage.conftest import postgres

__all__ = ["postgres"]  # a fixture

LEASE = 1.0  # seconds


class Pair:
    """The world with two bots in it, behind what shares requests out among them."""

    def __init__(self, world: World, two: Bot) -> None:
        self.world = world
        self.one = world.bot
        self.two = two

    @property
    def bots(self) -> Sequence[Bot]:
        return (self.one, self.two)

    async def start(self) -> None:
        await self.one.start()  # it makes the keyring
        await self.two.start()

    async def told(self, words: str, bot: Bot, id: str = "", room: str = GENERAL) -> int:
        """Tells one of them what Ada says to it; gives the status, 0 where nobody answers."""
        text = f"<@{BOT}> {words}"
        event = {"type": "app_mention", "user": ADA, "channel": room, "ts": f"1.{secrets.randbelow(10**9)}", "text": text}
        body = json.dumps(told(event, id or secrets.token_hex(8))).encode()
        now = str(int(time.time()))
        signed = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": sign(self.world.slack.signing_secret, now, body)}
        headers = {"Content-Type": "application/json", **signed}
        with suppress(aiohttp.ClientError):
            async with self.world.http() as session, session.post(f"{bot.url}slack/events", data=body, headers=headers) as it:
                return it.status
        return 0

    async def taken(self, words: str, bot: Bot) -> None:
        """As the platform, through a proxy: to whichever of them takes it, the given one first. In a room of its own."""
        room = self.world.side.open_room(secrets.token_hex(4))
        id, other = secrets.token_hex(8), self.two if bot is self.one else self.one
        for each in (bot, other, bot, other):
            if await self.told(words, each, id, room) == 200:
                return
        pytest.fail(f"nobody took “{words}”")

    async def said(self, number: int) -> None:
        """Waits until so much is said, wherever."""

        async def look() -> int:
            return len(self.world.side.said())

        await until(look, lambda seen: seen >= number)

    async def answers(self, number: int) -> list[str]:
        """All that is said, once it is so much and a moment has passed in which more could come."""
        await self.said(number)
        await asyncio.sleep(2 * LEASE)
        return sorted(said.text for said in self.world.side.said())


def told(event: dict[str, str], id: str) -> dict[str, object]:
    return {"type": "event_callback", "team_id": TEAM, "event_id": id, "event": event}


@pytest.fixture
async def pair(tmp_path: Path, postgres: str) -> AsyncIterator[Pair]:
    name = f"pair_{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    address = make_url(postgres).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    async with world(tmp_path, ["slack"], DATABASE_URL=address, LEASE_SECONDS=str(LEASE)) as opened:
        folder = tmp_path / "two"
        folder.mkdir()
        two = Bot({**opened.bot.environment, "PORT": str(free_port())}, folder)
        try:
            yield Pair(opened, two)
        finally:
            await two.kill()


async def test_the_same_event_four_times_at_once_to_both_is_answered_once(pair: Pair) -> None:
    await pair.start()
    statuses = await asyncio.gather(*(pair.told("ping four", bot, "Ev0SAME") for bot in pair.bots for _ in range(4)))
    answers = await pair.answers(1)

    assert statuses == [200] * 8
    assert answers == ["pong four"]


async def test_one_ends_in_good_order_while_the_other_goes_on_and_nothing_is_lost(pair: Pair) -> None:
    await pair.start()
    words = [f"ping n{number:02}" for number in range(24)]

    async def talk() -> None:
        for number, each in enumerate(words):
            await pair.taken(each, pair.bots[number % 2])

    talking = asyncio.create_task(talk())
    await pair.said(6)
    code = await pair.one.end()
    await talking

    assert code == 0
    assert await pair.answers(24) == [each.replace("ping", "pong") for each in words]


async def test_when_one_is_killed_the_other_takes_over_what_it_was_at_within_the_lease(pair: Pair) -> None:
    await pair.start()
    pair.world.calendar.script.add(Fault(kind="slow", seconds=20.0, path="/events", method="GET"))
    assert await pair.told("calendar today", pair.one) == 200
    await until(pair.world.calendar_asked, bool)
    await pair.one.kill()
    killed = time.monotonic()
    [answer] = await pair.answers(1)
    took = time.monotonic() - killed - 2 * LEASE

    assert "meeting" in answer
    assert took < LEASE + 8.0, "a lease, a turn, and a slow machine"


async def test_over_the_sockets_of_both_the_same_delivery_runs_once(pair: Pair) -> None:
    for bot in pair.bots:
        bot.environment = {
            **bot.environment,
            "SLACK_SIGNING_SECRET": "",
            "SLACK_APP_TOKEN": pair.world.slack.app_token.reveal(),
        }
    await pair.start()
    sockets = pair.world.slack.sockets

    async def both() -> bool:
        return len(sockets._open) == 2

    await until(both, bool)
    said = {"channel": GENERAL, "ts": f"{time.time():.6f}", "text": f"<@{BOT}> ping sockets"}
    event = {"type": "app_mention", "user": ADA, **said}
    handed = []
    for _ in range(4):
        sending = pair.world.slack.courier.hand_over("events_api", told(event, "Ev0BOTH"))
        handed.append(asyncio.create_task(sending))
        await asyncio.sleep(0)
        sockets._open = dict(reversed(sockets._open.items()))  # the next one goes to the other
    deliveries = await asyncio.gather(*handed)

    assert all(delivery.ok for delivery in deliveries)
    assert await pair.answers(1) == ["pong sockets"]
