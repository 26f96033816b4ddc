"""Drills on connected accounts: what the vault's defences are for."""

import re
import sqlite3
from contextlib import closing

from adapters.faults import Fault
from bot.slack.sandbox.workspace import ADA, GRACE
from tests.acceptance.accounts import browser, connect, said
from tests.acceptance.world import World, until
from tests.bot.web.served import Window

_RENEWAL = 5.0  # seconds: time enough to connect another account
_ADAS, _GRACES, _NEW = "ada@acme.test", "grace@acme.test", "new@acme.test"


async def mixed_up(world: World) -> int:
    """Somebody who can write to the database puts Grace's tokens into Ada's row: how many calls are done as somebody else."""
    async with browser(world) as ada, browser(world) as grace:
        await connect(world, ada, ADA, _ADAS)
        await connect(world, grace, GRACE, _GRACES)
        await world.settled()
        with closing(sqlite3.connect(world.bot.folder / "data/inbox.sqlite", isolation_level=None)) as database:
            [(sealed,)] = database.execute("SELECT sealed FROM connection WHERE person = ?", (GRACE,)).fetchall()
            database.execute("UPDATE connection SET sealed = ? WHERE person = ?", (sealed, ADA))
        await world.slack.command("/calendar", 'create "Mixed up" tomorrow 15:00', user=ADA)
        await world.settled()
    return len(await world.events("Mixed up", _GRACES))


async def overtaken(world: World) -> int:
    """Ada connects another account while tokens of the former are renewed: how many calls the former does after that."""
    async with browser(world) as window:
        await connect(world, window, ADA, _ADAS)
        await world.settled()
        world.calendar.forget()
        slow, unrevoked = Fault(kind="slow", seconds=_RENEWAL, path="token"), Fault(kind="status", path="revoke", times=9)
        world.calendar.script.add(slow, unrevoked)
        await world.slack.command("/calendar", "today", user=ADA)
        await until(lambda: _renewing(world), bool)
        await _connect_again(world, window)
        await world.settled()
        await world.slack.command("/calendar", 'create "Overtaken" tomorrow 15:00', user=ADA)
        await said(world, "Created “Overtaken”")
    return len(await world.events("Overtaken", _ADAS))


async def _renewing(world: World) -> bool:
    return any("token" in entry.path and entry.status is None for entry in world.calendar.journal)


async def _connect_again(world: World, window: Window) -> None:
    await world.slack.message("connect google calendar", user=ADA)  # alone with the bot: in the channel it would wait
    await said(world, "connects Google Calendar again")
    [shown] = [each for each in world.slack.messages() if "connects Google Calendar again" in each["text"]]
    [url] = [each["url"] for block in shown["blocks"] for each in block.get("elements", []) if each.get("url")]
    ticket = "/" + url.removeprefix(world.bot.url)
    found = re.search(r'name="csrf" value="([^"]+)"', (await window.get(ticket)).text)
    assert found
    pressed = await window.post(ticket, {"csrf": found[1]})
    await window.get(world.calendar.authorization.approve(pressed.location, _NEW))
