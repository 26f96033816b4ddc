"""Each service is tried as the person who asks, in the words of the integrations page; what comes of it is noted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from bot.checks import Checks
from bot.clients import Clients
from bot.connections import Connections, Given
from bot.integrations import every_of, try_connected
from bot.listing import Listing, Offer
from commands.call import Place
from commands.status import Check
from tests.bot.conftest import FixedClock
from tests.bot.household import ADA, OWNER, TEAM, World, open_world, tokens_of
from tests.bot.notes import ADAPTER, Slow

HERE = Place("slack", "T1", "C-general")
Parts = Mapping[str, Callable[[], Awaitable[str]]]


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(tmp_path, clock) as world:
        yield world


def checks_of(
    world: World, shared: str = "", own: Parts | None = None, timeout: float = 5.0, connectable: Any = ("notes",)
) -> Checks:
    """`shared` is a key of the settings that serves everybody."""
    keys = {"notes": Secret(shared)} if shared else {}
    clients = Clients({"notes": world.bot.service}, Connections([world.bot.own, Given(keys)]), world.clock)
    listing = Listing(world.bot.vault, [ADAPTER], Offer(connectable, keys, (), {}))
    test = partial(try_connected, world.bot.accounts, world.bot.vault)
    return Checks(clients, partial(every_of, listing), test, own or {}, timeout)


async def found(checks: Checks) -> list[Check]:
    return [check async for check in checks.of(ADA, HERE).checks()]


async def state(world: World, **options: Any) -> tuple[str, str]:
    [check] = await found(checks_of(world, **options))
    return check.state, check.detail


def asked(world: World) -> int:
    return len([entry for entry in world.sandbox.journal if entry.path.endswith("/mine")])


async def test_an_account_that_works_is_told_by_a_name_that_others_may_read(world: World, clock: FixedClock) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.vault.note(connection, "It failed a while ago.")

    assert await state(world) == ("connected", "ad…@acme.test")
    assert asked(world) == 1
    stored = await world.bot.stored(connection)
    assert (stored.error, stored.succeeded) == ("", clock.time())


async def test_a_service_that_fails_is_told_and_noted(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    world.sandbox.script.add(Fault(kind="status", status=503, path="mine", times=9))

    assert await state(world) == ("provider problem", "ad…@acme.test; Notes can't answer at the moment.")
    assert (await world.bot.stored(connection)).error == "Notes can't answer at the moment."


async def test_an_account_that_was_taken_away_at_the_service_has_to_be_connected_again(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.client.revoke(Secret((await world.bot.fresh(connection)).refresh))
    said, _ = await state(world)

    assert said == "needs reconnect"
    assert (await world.bot.stored(connection)).state == "broken"
    assert len(world.bot.diary.told) == 1


async def test_what_is_known_to_be_broken_is_not_tried(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.vault.break_(connection, "Notes no longer accepts it.")

    assert await state(world) == ("needs reconnect", "ad…@acme.test; Notes no longer accepts it.")
    assert asked(world) == 0


async def test_scopes_that_were_not_granted_are_named(world: World) -> None:
    tokens = tokens_of(await world.bot.allow(world.sandbox, scopes=["notes.read"]))
    await world.bot.vault.keep(OWNER, "notes", "oauth", tokens, "ada@acme.test", ["notes.read"], 0.0, 0.0)

    assert await state(world) == ("limited", "ad…@acme.test; not allowed: notes.write")
    assert asked(world) == 1


async def test_what_nobody_connected_is_named_and_not_tried(world: World) -> None:
    assert await state(world) == ("not connected", "")
    assert await state(world, connectable=()) == (
        "not set up",
        "NOTES_CLIENT_ID, NOTES_CLIENT_SECRET or PUBLIC_URL is not set.",
    )
    assert asked(world) == 0


async def test_the_teams_account_is_tried_where_it_is_open_and_only_there(world: World) -> None:
    connection = await world.bot.connect(world.sandbox, TEAM, "team@acme.test")

    assert await state(world) == ("not connected", "")
    await world.bot.vault.open_to(connection, HERE.conversation)
    assert await state(world) == ("connected", "te…@acme.test (the team's)")
    assert asked(world) == 1


async def test_a_key_that_serves_everybody_is_tried_too(world: World) -> None:
    good = world.sandbox.grant("everybody")
    said, took = await state(world, shared=good)

    assert said == "connected"
    assert took.endswith(" ms")
    assert (await state(world, shared="CANARY-wrong")) == ("needs reconnect", "Notes no longer accepts your connection.")


async def test_a_service_that_does_not_answer_holds_nobody_up(world: World) -> None:
    await world.bot.connect(world.sandbox)
    world.sandbox.coming = slow = Slow("/mine")

    assert await state(world, timeout=0.2) == ("provider problem", "ad…@acme.test; There was no answer in time.")
    slow.go.set()


async def test_the_bots_own_parts_are_tried_beside_and_each_is_told_as_soon_as_it_is_known(world: World) -> None:
    late = asyncio.Event()

    async def well() -> str:
        return "@interact in Acme"

    async def refused() -> str:
        raise Refused("The token was revoked.")

    async def away() -> str:
        raise Unavailable("Nobody is there.")

    async def never() -> str:
        await late.wait()
        return ""

    own = {"Slack": well, "Teams": refused, "Elsewhere": away, "Nowhere": never}
    known = await found(checks_of(world, own=own, timeout=0.3))

    assert known[-1] == Check("Nowhere", "Nowhere", "unavailable", "There was no answer in time.")
    assert {(check.title, check.state, check.detail) for check in known[:-1]} == {
        ("Slack", "ok", "@interact in Acme"),
        ("Teams", "refused", "The token was revoked."),
        ("Elsewhere", "unavailable", "Nobody is there."),
        ("Notes", "not connected", ""),
    }
