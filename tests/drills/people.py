"""People who talk to the bots, each conversation one after the other, and deliver again until they are acknowledged."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from tests.drills.ledger import Ledger, Question
from tests.drills.platforms import Way, timed

_AGAIN = (0.05, 0.2, 0.5, 1.0)  # seconds: sooner than the platforms deliver again; the last one for as long as it takes
_PATIENCE = 120  # deliveries
_WRITES = 0.15  # of all questions

Words = Callable[[str, Random], str]


def usual(word: str, random: Random) -> str:
    """Mostly reads; some writes."""
    return f'calendar create "{word}" tomorrow 15:00' if random.random() < _WRITES else f"ping {word}"


class People:
    """`urls` gives the addresses at which bots are believed to be."""

    def __init__(self, ways: Sequence[Way], ledger: Ledger, urls: Callable[[], Sequence[str]], random: Random) -> None:
        self._ways = ways
        self._ledger = ledger
        self._urls = urls
        self._random = random

    async def talk(self, number: int, conversations: int, seconds: float, words: Words = usual, times: int = 1) -> None:
        """So many questions, half of them on each platform, spread over about so many seconds, delivered `times` at once."""
        share = [number // conversations + (each < number % conversations) for each in range(conversations)]
        talks = []
        for index, count in enumerate(share):
            way, seed = self._ways[index % len(self._ways)], self._random.randrange(1 << 30)
            talks.append(self._converse(way, self._ledger.room(), count, seconds, words, times, Random(seed)))
        await asyncio.gather(*talks)

    async def _converse(
        self, way: Way, name: str, count: int, seconds: float, words: Words, times: int, random: Random
    ) -> None:
        room = way.side.open_room(name)
        thread = way.side.begin(room, "Let us talk.")
        began = time.monotonic()
        for moment in sorted(random.uniform(0, seconds) for _ in range(count)):
            await asyncio.sleep(began + moment - time.monotonic())
            question = self._ledger.ask(way.side.kind, room, thread)
            await self.tell(way, question, way.message(words(question.word, random), room, thread), times)

    async def tell(self, way: Way, question: Question, message: Mapping[str, Any], times: int = 1) -> None:
        """Delivers the message that asks this, again and again until it is acknowledged."""
        for retry in range(_PATIENCE):
            urls = self._urls()
            chosen = [self._random.choice(urls), *(urls[each % len(urls)] for each in range(1, times))]
            taken = await asyncio.gather(*(timed(way, message, url, retry) for url in chosen))
            noted = [self._ledger.note(question, began, status) for began, status in taken]
            if any(noted):
                return
            await asyncio.sleep(_AGAIN[min(retry, len(_AGAIN) - 1)])
