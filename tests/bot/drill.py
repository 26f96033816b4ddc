"""A process of the bot that renews tokens, to be run by the drills: several at once, or one that is killed.

`python -m tests.bot.drill` reads orders, a line of JSON each. It carries them out one after the other, or, where an order
says `"fork"`, has each carried out by a child of its own, whose id it tells first: so that many can be killed quickly.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.errors import NeedsConnection, Refused, Unavailable
from bot.clock import Clock
from bot.notices import Notices
from storage.inbox import Inbox
from tests.bot.household import Household, open_http, open_vault

_EPOCH = 1_800_000_000.0


class FastClock(Clock):
    """Runs `scale` times as fast as the machine's, from the same moment in all processes; `ahead` sets it forward."""

    def __init__(self, began: float, scale: float, ahead: float = 0.0) -> None:
        self.began = began
        self.scale = scale
        self.ahead = ahead

    def time(self) -> float:
        return _EPOCH + (time.monotonic() - self.began) * self.scale + self.ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / (self.scale or 50.0))

    def settings(self) -> Mapping[str, float]:
        return {"began": self.began, "scale": self.scale, "ahead": self.ahead}


@asynccontextmanager
async def open_bot(order: Mapping[str, Any], clock: FastClock) -> AsyncIterator[Household]:
    """With people told as they really are: through the inbox."""
    keys, holder = Path(order["keys"]), str(os.getpid())
    async with open_vault(order["database"], keys, clock, holder) as (database, vault), open_http() as http:
        inbox = Inbox(database, clock.time, holder)
        await inbox.open()
        try:
            bot = Household(vault, http, order["url"], clock, Notices(inbox, {"slack"}).tell, holder, clock.sleep)
            yield bot
            await bot.refresher.close()
        finally:
            await inbox.close()


async def carry_out(order: Mapping[str, Any], bot: Household) -> Mapping[str, Any]:
    if order["do"] == "mend":
        await bot.upkeep.mend()
        return {}
    workers = [(id, await bot.vault.grant(id)) for id in order["ids"] for _ in range(order["workers"])]
    done = await asyncio.gather(*(_fresh(bot, id, grant) for id, grant in workers))
    tokens: dict[str, set[str]] = {}
    for id, token in done:
        tokens.setdefault(id, set()).add(token)
    return {"tokens": {id: sorted(each) for id, each in tokens.items()}}


async def _fresh(bot: Household, id: str, grant: Any) -> tuple[str, str]:
    try:
        return id, (await bot.refresher.fresh(grant, bot.client)).access
    except (NeedsConnection, Unavailable, Refused) as error:
        return id, f"{type(error).__name__}: {error}"


async def _one(order: Mapping[str, Any]) -> Mapping[str, Any]:
    async with open_bot(order, FastClock(**order["clock"])) as bot:
        return await carry_out(order, bot)


async def _serve() -> None:
    """All orders in one process: the first says where everything is."""
    first = json.loads(sys.stdin.readline())
    clock = FastClock(**first["clock"])
    async with open_bot(first, clock) as bot:
        _say({})
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            clock.ahead = order["clock"]["ahead"]
            _say(await carry_out(order, bot))


def _fork() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _say({"pid": os.getpid()})
            _say(asyncio.run(_one(json.loads(line))))
            time.sleep(60)  # to be killed: nothing is tidied up by an orderly end
            os._exit(0)
        os.waitpid(child, 0)
        _say({"pid": child, "over": True})


def _say(told: Mapping[str, Any]) -> None:
    os.write(1, f"{json.dumps(told)}\n".encode())  # in one piece, for whoever is killed at that moment


if __name__ == "__main__":
    _fork() if sys.argv[1:] == ["fork"] else asyncio.run(_serve())
