"""A drill's world: the platforms and Calendar outside, several bots on one database, and the ledger of what goes on."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from adapters.sandbox import Sandbox
from tests.acceptance.world import Bot
from tests.drills.account import LONG, Account
from tests.drills.health import Health
from tests.drills.leaks import leaks
from tests.drills.ledger import Ledger, word_in
from tests.drills.people import People, Words, usual
from tests.drills.platforms import Way
from tests.drills.queue import unfinished
from tests.drills.supervisor import bring_up
from tests.drills.tripwire import Tripwire

_SETTLE = 60.0  # seconds in which all that was acknowledged has to be answered, once the trouble is over
_LOOK = 0.1  # seconds
_IN_A_ROOM = 4 if LONG else 2  # questions: Slack takes one message a second in each, and order takes two


class Town:
    """`tripwire` is told of every request that reaches a made-up service."""

    def __init__(
        self,
        folder: Path,
        database: str,
        ways: Sequence[Way],
        sandboxes: Mapping[str, Sandbox],
        bots: Sequence[Bot],
        ledger: Ledger,
        tripwire: Tripwire,
    ) -> None:
        self.folder = folder
        self.database = database
        self.ways = ways
        self.sandboxes = sandboxes
        self.calendar = sandboxes["google_calendar"]
        self.bots = bots
        self.random = Random(ledger.seed)
        self.ledger = ledger
        self.reached = list(bots)  # to which what people say is taken
        self.people = self._people(ways)
        self.tripwire = tripwire
        self.secrets: set[str] = set()
        self.health = Health()
        self.probes = 0  # what was sent besides questions
        self._accounted: Counter[str] = Counter()

    @property
    def name(self) -> str:
        """Of its database, on PostgreSQL."""
        return self.database.rpartition("/")[2]

    async def start(self) -> None:
        """All bots, one after the other: the first makes the tables."""
        for bot in self.bots:
            await self.up(bot)

    async def up(self, bot: Bot) -> None:
        """Starts it, and starts it again where it ends by itself, as a supervisor does, until it is ready."""
        await bring_up(bot)

    async def kill(self, bot: Bot) -> None:
        self.ledger.kills += 1
        await bot.kill()

    async def replace(self, bot: Bot) -> None:
        """Killed, and started again."""
        with self.ledger.trouble():
            await self.kill(bot)
            await self.up(bot)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """The database is in trouble while the block runs; the bots are asked for their health meanwhile."""
        with self.ledger.trouble(away=True):
            async with self.health.watched([bot.url for bot in self.bots]):
                yield

    @asynccontextmanager
    async def talking(self, number: int, seconds: float = 2.0, words: Words = usual, times: int = 1) -> AsyncIterator[None]:
        """People talk while the block runs, in rooms of a few questions each; leaving it waits until they are acknowledged."""
        talk = asyncio.create_task(self.people.talk(number, max(2, number // _IN_A_ROOM), seconds, words, times))
        try:
            yield
            await talk
        finally:
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)

    def people_of(self, kind: str) -> People:
        """Those on one platform only."""
        return self._people([way for way in self.ways if way.side.kind == kind])

    async def answered(self, kind: str) -> None:
        """Waits until all that was acknowledged on this platform is answered."""
        while any(each.kind == kind for each in self.ledger.unanswered()):
            await asyncio.sleep(_LOOK)

    async def slowest(self, kind: str) -> float:
        """How long the slowest hundredth of the newest answers on this platform took, once all are there."""
        await self.answered(kind)
        return self.ledger.newest_p99(kind)

    async def account(self, case: str, patience: float = _SETTLE) -> Account:
        """Of what has come to pass since the one before: once all is answered, or nothing more came for so many seconds."""
        await self.settled(patience)
        counts = self._counts()
        since = {name: number - self._accounted[name] for name, number in counts.items()}
        self._accounted = counts
        stuck, times, green = unfinished(self.database), self.ledger.times(), self.health.green()
        return Account(case, self.ledger.seed, **since, stuck=stuck, **times._asdict(), green=green).note()

    def _counts(self) -> Counter[str]:
        ledger, written = self.ledger, self.written()
        said = {way.side.kind: way.side.said() for way in self.ways}
        return Counter(
            sent=len(ledger.questions) + self.probes,
            kills=ledger.kills,
            lost=sum(ledger.lost(kind, each) for kind, each in said.items()),
            duplicated=sum(ledger.duplicated(kind, each, written) for kind, each in said.items()),
            wrong=sum(ledger.wrong(kind, each) for kind, each in said.items()) + self._out_of_place(),
            leaked=leaks(self.folder, self.database, self.secrets, said.values()),
            refused=ledger.refused(),
        )

    def _out_of_place(self) -> int:
        return sum(way.alive() for way in self.ways) + self.health.wrong

    def tracebacks(self) -> int:
        """In all logs."""
        return sum(bot.log.read_bytes().count(b"Traceback") for bot in self.bots if bot.log.exists())

    def written(self) -> Mapping[str, int]:
        """How many events bear each word, in all calendars."""
        return Counter(
            event["summary"]
            for way in self.ways
            for calendar in self.calendar.state(way.side.owner(way.side.ada)).values()
            for event in calendar.values()
            if word_in(event.get("summary", ""))
        )

    def _people(self, ways: Sequence[Way]) -> People:
        return People(ways, self.ledger, lambda: [bot.url for bot in self.reached], self.random)

    async def settled(self, patience: float = _SETTLE) -> None:
        """Waits until all that was acknowledged is answered and done, at most for so many seconds."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if not self.ledger.unanswered() and not unfinished(self.database):
                return
            await asyncio.sleep(_LOOK)
