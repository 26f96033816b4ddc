import asyncio
from pathlib import Path

from bot.housekeeping import Housekeeping
from storage.budgets import Budgets
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.offers import Offer, Offers
from storage.pictures import Kept, Pictures
from storage.stops import Stops
from tests.bot.conftest import FixedClock

DAY = 24 * 3600.0


async def test_what_was_done_long_ago_is_forgotten_and_the_rest_is_kept(tmp_path: Path, clock: FixedClock) -> None:
    database = Database(f"sqlite:///{tmp_path / 'inbox.sqlite'}")
    await database.open()
    inbox, offers = Inbox(database, clock.time, "test"), Offers(database)
    await inbox.open()
    arrived: asyncio.Queue[Delivery] = asyncio.Queue()
    for key in ("done", "waiting"):
        await inbox.put(key, "slack", key, "{}")
    inbox.claim(arrived.put_nowait, 2)
    for delivery in [await arrived.get(), await arrived.get()]:
        if delivery.key == "done":
            await inbox.intend(delivery, "said", [Offer("old", "{}", "a", "p", clock.time() + DAY)])
            await inbox.finish(delivery)
    stops, budgets = Stops(database), Budgets(database)
    pictures = Pictures(database)
    await pictures.keep("call", Kept("old", "image/png", b""), clock.time())
    await pictures.keep("call-2", Kept("new", "image/png", b""), clock.time() + 340 * DAY)
    await stops.begin("call", clock.time())
    await budgets.reserve("call", f"{clock.at:%Y-%m-%d}", {"scope": 10}, 5)
    clock.at = clock.at.replace(year=clock.at.year + 1)
    [job] = Housekeeping(inbox, offers, stops, budgets, pictures, clock, 7 * DAY).jobs
    await job.work()

    assert [record.key for record in await inbox.list()] == ["waiting"]
    assert await offers.find("old") is None
    assert not await stops.stop("call")
    assert (bool(await pictures.find("old")), bool(await pictures.find("new"))) == (False, True)
    assert await budgets.spent("scope", f"{clock.at.replace(year=clock.at.year - 1):%Y-%m-%d}") == 0
    await inbox.close()
    await database.close()
