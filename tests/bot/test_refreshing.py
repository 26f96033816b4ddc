"""Tokens are renewed once, whatever happens meanwhile."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.base import Secret
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.faults import Fault
from adapters.oauth import DEADLINE, Registration
from bot.refreshing import LEASE, Refresher
from storage.changes import owned
from storage.vault import Connection, Owner, Tokens
from tests.bot.conftest import FixedClock
from tests.bot.household import LIFE, OWNER, World, open_world, tokens_of
from tests.bot.notes import SCOPES, Slow

FAULTS = {
    "500": [Fault(kind="status", status=500, path="token", times=3)],
    "429": [Fault(kind="status", status=429, retry_after="3600", path="token")],
    "503 with a Retry-After": [Fault(kind="status", status=503, retry_after="3600", path="token")],
    "no connection": [Fault(kind="drop_before", path="token", times=3)],
    "JSON cut off": [Fault(kind="malformed", path="token")],
    "16 MiB": [Fault(kind="huge", path="token")],
    "a redirect": [Fault(kind="redirect", location="http://127.0.0.1:1/", path="token")],
}


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(tmp_path, clock) as world:
        world.sandbox.authorization.habits.grace = 3600.0  # of a service that forgives; strict ones are asked to be so
        yield world


@pytest.fixture
async def connection(world: World) -> Connection:
    return await world.bot.connect(world.sandbox)


def move(clock: FixedClock, seconds: float) -> None:
    clock.at += timedelta(seconds=seconds)


def refreshes(world: World) -> int:
    return world.sandbox.authorization.counts.refreshes


def asked(world: World) -> int:
    """How many requests for a token there were, that of connecting left out."""
    return sum(entry.path == "/token" for entry in world.sandbox.journal) - 1


async def until_asked(slow: Slow) -> None:
    async with asyncio.timeout(20):
        await slow.arrived.wait()


async def test_a_token_that_lives_long_enough_is_used_as_it_is(world: World, connection: Connection, clock: FixedClock) -> None:
    move(clock, LIFE - 301)

    assert await world.bot.is_taken((await world.bot.fresh(connection)).access)
    assert refreshes(world) == 0


@pytest.mark.parametrize(
    ("left", "drawn", "renewed"), [(299, 1.0, 1), (299, 0.5, 0), (179, 0.5, 1), (61, 0.0, 0), (60, 0.0, 1)]
)
async def test_the_moment_ahead_of_its_end_is_drawn_between_one_minute_and_five(
    left: float, drawn: float, renewed: int, world: World, connection: Connection, clock: FixedClock
) -> None:
    grant = await world.bot.vault.grant(connection.id)
    assert grant
    move(clock, LIFE - left)
    await Refresher(world.bot.vault, world.bot.breaking, clock, "one", lambda: drawn).fresh(grant, world.bot.client)

    assert refreshes(world) == renewed


async def test_what_has_expired_is_renewed_and_the_rotated_refresh_token_is_stored(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    world.sandbox.authorization.habits.grace = 0.0
    for _ in range(3):
        move(clock, LIFE + 1)
        assert await world.bot.is_taken((await world.bot.fresh(connection)).access)

    stored = await world.bot.stored(connection)
    assert (refreshes(world), stored.version, stored.expires) == (3, connection.version + 3, clock.time() + LIFE)
    assert world.sandbox.authorization.counts.families_revoked == 0


async def test_many_who_need_it_at_once_cost_one_request(world: World, connection: Connection, clock: FixedClock) -> None:
    move(clock, LIFE + 1)
    tokens = await asyncio.gather(*(world.bot.fresh(connection) for _ in range(8)))

    assert (asked(world), len({each.access for each in tokens})) == (1, 1)


async def test_another_process_waits_for_the_one_that_is_at_it(world: World, connection: Connection, clock: FixedClock) -> None:
    move(clock, LIFE + 1)
    world.sandbox.coming = slow = Slow()
    async with world.another_process("two") as two:
        first = asyncio.create_task(world.bot.fresh(connection))
        await until_asked(slow)
        second = asyncio.create_task(two.fresh(connection))
        await asyncio.sleep(0.1)
        slow.go.set()

        assert (await first).access == (await second).access
        assert asked(world) == 1


async def test_while_the_token_still_works_nobody_waits_for_another(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    move(clock, LIFE - 30)
    world.sandbox.coming = slow = Slow()
    async with world.another_process("two") as two:
        first = asyncio.create_task(world.bot.fresh(connection))
        await until_asked(slow)
        here = await world.bot.fresh(connection)
        grant = await two.vault.grant(connection.id)
        assert grant
        impatient = Refresher(two.vault, two.breaking, clock, "two", lambda: 1.0, _never)
        there = await impatient.fresh(grant, two.client)
        slow.go.set()

        assert here == there != await first
        assert asked(world) == 1


async def test_where_very_many_need_it_they_wait_for_their_turn_unless_their_token_still_works(
    world: World, clock: FixedClock
) -> None:
    """Whoever held a lease while waiting might lose it, and the token that comes too late."""
    people = [Owner("slack", "T1", f"U-{number}") for number in range(40)]
    connections = [await world.bot.connect(world.sandbox, person) for person in people]
    move(clock, 60)
    working = await world.bot.connect(world.sandbox)
    move(clock, LIFE - 59)
    world.sandbox.coming = slow = Slow()
    waiting = [asyncio.create_task(world.bot.fresh(connection)) for connection in connections]
    async with asyncio.timeout(20):
        while slow.waiting < 32:
            await asyncio.sleep(0.01)
    assert await world.bot.is_taken((await world.bot.fresh(working)).access)
    leased = [each for each in await world.bot.vault.of_tenant("slack", "T1") if each.lease]
    slow.go.set()

    assert (len(leased), len({each.access for each in await asyncio.gather(*waiting)})) == (32, 40)
    assert refreshes(world) == 40


async def test_who_was_cancelled_has_not_lost_the_token(world: World, connection: Connection, clock: FixedClock) -> None:
    world.sandbox.authorization.habits.grace = 0.0
    move(clock, LIFE + 1)
    world.sandbox.going = slow = Slow()
    asker = asyncio.create_task(world.bot.fresh(connection))
    await until_asked(slow)
    asker.cancel()
    await asyncio.gather(asker, return_exceptions=True)
    slow.go.set()
    await world.bot.refresher.close()

    assert await world.bot.is_taken((await world.bot.fresh(connection)).access)
    assert asked(world) == 1


async def test_when_the_one_at_it_has_died_its_lease_runs_out_and_another_takes_over(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    move(clock, LIFE + 1)
    assert await world.bot.vault.lease(connection, "dead", LEASE)
    waiting = asyncio.create_task(world.bot.fresh(connection))
    await asyncio.sleep(0.05)
    assert asked(world) == 0
    move(clock, LEASE)

    assert await world.bot.is_taken((await waiting).access)


async def test_a_refresh_that_somebody_died_over_is_repeated_at_once_though_the_token_still_works(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    await world.bot.vault.lease(connection, "dead", LEASE)
    await world.bot.fresh(connection)
    assert asked(world) == 0
    move(clock, LEASE + 1)
    await world.bot.fresh(connection)

    assert asked(world) == 1


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
async def test_what_may_pass_costs_no_token(
    faults: list[Fault], world: World, connection: Connection, clock: FixedClock
) -> None:
    before = await world.bot.fresh(connection)
    world.sandbox.script.add(*faults)
    move(clock, LIFE - 30)
    assert await world.bot.fresh(connection) == before
    move(clock, 31)

    async with world.another_process("two") as two:  # whose breaker knows of nothing
        assert await two.is_taken((await two.fresh(connection)).access)
    assert world.bot.diary.told == {}


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Sorry</html>",
        b'{"error": "server_error"}',
        b'{"access_token": "CANARY-mac", "token_type": "mac", "expires_in": 3600}',
        b'{"access_token": "CANARY-dead", "token_type": "bearer", "expires_in": 0}',
        b'{"access_token": "CANARY-dead", "token_type": "bearer", "expires_in": -1}',
        b'{"access_token": "CANARY-dead\\n", "token_type": "bearer"}',
        b'{"token_type": "bearer", "expires_in": 3600}',
        b"[]",
    ],
)
async def test_garbage_never_overwrites_what_is_good(
    answer: bytes, world: World, connection: Connection, clock: FixedClock
) -> None:
    before = await world.bot.fresh(connection)
    world.sandbox.instead["/token"] = answer
    move(clock, LIFE + 1)
    with pytest.raises(Unavailable) as raised:
        await world.bot.fresh(connection)
    after = await world.bot.vault.grant(connection.id)

    assert after
    assert (after.tokens, after.connection.state) == (before, "connected")
    assert "CANARY" not in f"{raised.value} {after.connection.error}"


@pytest.mark.parametrize(
    ("life", "expires"), [(b"", 0.0), (b', "expires_in": "3600"', 3600.0), (b', "expires_in": 1e18', 315360000.0)]
)
async def test_an_odd_lifetime_is_no_reason_to_lose_the_token(
    life: bytes, expires: float, world: World, connection: Connection, clock: FixedClock
) -> None:
    world.sandbox.instead["/token"] = b'{"access_token": "odd", "token_type": "Bearer"' + life + b"}"
    move(clock, LIFE + 1)

    assert (await world.bot.fresh(connection)).access == "odd"
    assert (await world.bot.stored(connection)).expires == (expires and clock.time() + expires)


async def test_after_a_failure_a_token_that_works_is_made_do_with_for_half_a_minute(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    world.sandbox.script.add(Fault(kind="malformed", path="token"))
    move(clock, LIFE - 59)
    for _ in range(5):
        await world.bot.fresh(connection)
        move(clock, 5)
    assert asked(world) == 1
    move(clock, 6)
    await world.bot.fresh(connection)

    assert asked(world) == 2


async def test_a_failure_is_told_in_words_and_forgotten_after_a_success(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    world.sandbox.script.add(Fault(kind="malformed", path="token"))
    move(clock, LIFE + 1)
    with pytest.raises(Unavailable):
        await world.bot.fresh(connection)
    assert (await world.bot.stored(connection)).error == "Notes gave an answer that I can't read."
    await world.bot.fresh(connection)

    assert (await world.bot.stored(connection)).error == ""


async def test_where_there_is_no_new_refresh_token_the_old_one_is_kept(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    world.sandbox.authorization.habits.rotates = False
    before = await world.bot.fresh(connection)
    move(clock, LIFE + 1)
    after = await world.bot.fresh(connection)

    assert (after.refresh, after.access != before.access) == (before.refresh, True)


async def test_the_scopes_that_are_told_are_stored(world: World, clock: FixedClock) -> None:
    tokens = tokens_of(await world.bot.allow(world.sandbox, scopes=["notes.read"]))
    connection, _ = await world.bot.vault.keep(OWNER, "notes", "oauth", tokens, "ada", SCOPES, clock.time() - 1, 0.0)
    await world.bot.fresh(connection)

    assert (await world.bot.stored(connection)).scopes == ("notes.read",)


async def test_a_grant_that_is_gone_breaks_the_connection_and_its_owner_is_told_once(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    await world.bot.client.revoke(Secret((await world.bot.fresh(connection)).refresh))
    move(clock, LIFE + 1)
    async with world.another_process("two") as two:
        raised = await asyncio.gather(*(bot.fresh(connection) for bot in (world.bot, two) * 4), return_exceptions=True)
    [(actor, reply)] = world.bot.diary.told.values()
    stored = await world.bot.stored(connection)

    assert {type(each) for each in raised} == {NeedsConnection}
    assert (actor.key, [(each.label, each.command, each.arguments) for each in reply.buttons]) == (
        OWNER.key,
        [("Reconnect", "connect", {"service": "notes"})],
    )
    assert reply.text == (
        "Your Notes account (ad…@acme.test) has to be connected again. Notes no longer accepts your connection."
    )
    assert (stored.state, stored.told, asked(world)) == ("broken", True, 1)


async def test_who_lost_the_race_uses_what_the_winner_has_stored(world: World, clock: FixedClock) -> None:
    """The service has forgotten the token: but another has come meanwhile."""
    connection = await world.bot.connect(world.sandbox)
    grant = await world.bot.vault.grant(connection.id)
    assert grant
    move(clock, LIFE + 1)
    world.sandbox.coming = slow = Slow()
    loser = asyncio.create_task(world.bot.refresher.fresh(grant, world.bot.client))
    await until_asked(slow)
    move(clock, LEASE)  # as after a step of the clock: the lease is over, though its holder is alive
    world.sandbox.coming = _at_once
    async with world.another_process("two") as two:
        winner = await two.fresh(connection)
    world.sandbox.authorization.habits.grace = 0.0
    world.sandbox.instead["/token"] = b'{"error": "invalid_grant"}'
    slow.go.set()

    assert await loser == winner
    assert (world.bot.diary.told, (await world.bot.stored(connection)).state) == ({}, "connected")


async def test_a_good_token_that_comes_after_the_lease_has_gone_to_another_is_kept(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    """The process was stopped for that long; the other one is turned down, for the refresh token was used."""
    world.sandbox.authorization.habits.grace = 0.0
    move(clock, LIFE + 1)
    world.sandbox.going = slow = Slow()
    first = asyncio.create_task(world.bot.fresh(connection))
    await until_asked(slow)
    move(clock, LEASE + 1)
    world.sandbox.going, world.sandbox.coming = _at_once, (late := Slow())
    async with world.another_process("two") as two:
        second = asyncio.create_task(two.fresh(connection))
        await until_asked(late)
        slow.go.set()
        tokens = await first
        world.sandbox.instead["/token"] = b'{"error": "invalid_grant"}'
        late.go.set()

        assert await second == tokens
    grant = await world.bot.vault.grant(connection.id)
    assert grant
    assert (grant.tokens, grant.connection.state, world.bot.diary.told) == (tokens, "connected", {})


async def test_whoever_disconnects_during_a_refresh_stays_disconnected_and_the_new_token_is_revoked(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    move(clock, LIFE + 1)
    world.sandbox.going = slow = Slow()
    asker = asyncio.create_task(world.bot.fresh(connection))
    await until_asked(slow)
    await world.bot.vault.stop(*owned(OWNER))
    slow.go.set()
    with pytest.raises(NeedsConnection):
        await asker

    assert await world.bot.vault.of(OWNER) == []
    assert world.sandbox.authorization.counts.revocations == 1
    assert world.bot.diary.told == {}


async def test_whoever_connects_anew_during_a_refresh_keeps_what_they_have_connected(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    move(clock, LIFE + 1)
    world.sandbox.going = slow = Slow("/token")
    asker = asyncio.create_task(world.bot.fresh(connection))
    await until_asked(slow)
    world.sandbox.going = _at_once
    renewed = await world.bot.connect(world.sandbox, account="other@acme.test")
    tokens = await world.bot.fresh(renewed)
    slow.go.set()

    assert await asker == tokens
    stored = await world.bot.stored(connection)
    assert (stored.account, stored.version) == ("other@acme.test", renewed.version)
    assert await world.bot.is_taken(tokens.access)


async def test_a_wrong_registration_is_no_reason_to_connect_anew(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    move(clock, LIFE + 1)
    wrong = Registration("notes-client", Secret("CANARY-wrong"), "NOTES")
    async with world.another_process("two", wrong) as two:
        with pytest.raises(Refused, match="NOTES_CLIENT_SECRET"):
            await two.fresh(connection)
    stored = await world.bot.stored(connection)

    assert (stored.state, world.bot.diary.told) == ("connected", {})
    assert "CANARY" not in stored.error


async def test_where_nothing_can_be_renewed_the_end_is_told(world: World, clock: FixedClock) -> None:
    lasting = Tokens("lasts"), "ada", SCOPES
    connection, _ = await world.bot.vault.keep(OWNER, "notes", "oauth", *lasting, clock.time() + LIFE, 0.0)
    assert (await world.bot.fresh(connection)).access == "lasts"
    move(clock, LIFE + 1)
    with pytest.raises(NeedsConnection):
        await world.bot.fresh(connection)

    assert len(world.bot.diary.told) == 1


async def test_what_never_expires_is_renewed_only_where_it_has_to_be(world: World, clock: FixedClock) -> None:
    tokens = tokens_of(await world.bot.allow(world.sandbox))
    connection, _ = await world.bot.vault.keep(OWNER, "notes", "oauth", tokens, "ada", SCOPES, 0.0, 0.0)
    move(clock, 10 * LIFE)
    assert await world.bot.fresh(connection) == tokens

    assert await world.bot.fresh(connection, force=True) != tokens


def test_a_lease_outlives_the_request_for_a_token_and_the_wait_for_the_database() -> None:
    assert LEASE >= DEADLINE + 10


async def test_a_database_that_is_busy_when_the_token_comes_is_waited_for(
    world: World, connection: Connection, clock: FixedClock
) -> None:
    world.sandbox.authorization.habits.grace = 0.0
    move(clock, LIFE + 1)
    world.sandbox.going = slow = Slow()
    asker = asyncio.create_task(world.bot.fresh(connection))
    await until_asked(slow)
    other = sqlite3.connect(world.database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    slow.go.set()
    await asyncio.sleep(0.3)
    other.execute("ROLLBACK")
    other.close()

    assert await world.bot.is_taken((await asker).access)


async def _at_once(path: str) -> None:
    return


async def _never(seconds: float) -> None:
    raise AssertionError("somebody waits")
