"""Whose token a call runs with, and what becomes of one that is turned down."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.base import Secret, Service
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.faults import Fault
from bot.connections import Connections, Given, Lent
from commands.call import Actor
from storage.vault import Connection, Owner, Tokens
from tests.bot.conftest import FixedClock
from tests.bot.household import ADA, BOSS, LIFE, OWNER, TEAM, World, open_world
from tests.bot.notes import SCOPES

ROOM = "C-room"


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(tmp_path, clock) as world:
        yield world


@pytest.fixture
def connections(world: World) -> Connections:
    trials = Given({"notes": Secret("trial")}, {"terminal"})
    lent = Lent(world.bot.http, {"notes"}, world.clock)
    return Connections([trials, world.bot.own, Given({"keyed": Secret("deployment")}), lent])


@pytest.fixture
def notes(world: World) -> Service:
    return world.bot.service


async def keep(world: World, owner: Owner, access: str, *channels: str, kind: str = "key") -> Connection:
    connection, _ = await world.bot.vault.keep(owner, "notes", kind, Tokens(access), "", SCOPES, 0.0, 0.0, channels)
    return connection


async def call(world: World, connections: Connections, notes: Service, actor: Actor = ADA) -> tuple[bool, int]:
    """A call as the bot makes it: whether it came through, and at which try."""
    for tries in (1, 2):
        token = (await connections.token(notes, actor, ROOM)).token
        if await world.bot.is_taken(token.reveal()):
            return True, tries
        if not await connections.renew(notes, actor, ROOM, token):
            break
    return False, tries


async def test_a_person_s_own_account_goes_before_their_team_s(world: World, connections: Connections, notes: Service) -> None:
    await keep(world, TEAM, "theirs", "*")
    assert (await connections.token(notes, ADA, ROOM)).token.reveal() == "theirs"
    await keep(world, OWNER, "own")

    assert (await connections.token(notes, ADA, ROOM)).token.reveal() == "own"
    assert (await connections.token(notes, BOSS, ROOM)).token.reveal() == "theirs"


async def test_the_team_s_serves_only_where_it_is_open(world: World, notes: Service) -> None:
    await keep(world, TEAM, "theirs", ROOM)
    own = Connections([world.bot.own])

    assert (await own.token(notes, ADA, ROOM)).token.reveal() == "theirs"
    with pytest.raises(NeedsConnection):
        await own.token(notes, ADA, "C-elsewhere")
    with pytest.raises(NeedsConnection):
        await own.token(notes, replace(ADA, tenant="T2"), ROOM)


@pytest.mark.parametrize(
    "stranger", [replace(ADA, user="U-other"), replace(ADA, tenant="T2"), replace(ADA, platform="teams")], ids=lambda it: it.key
)
async def test_nobody_gets_somebody_else_s(stranger: Actor, world: World, notes: Service) -> None:
    await keep(world, OWNER, "own")

    with pytest.raises(NeedsConnection):
        await Connections([world.bot.own]).token(notes, stranger, ROOM)


async def test_a_trial_token_serves_the_terminal_alone(world: World, connections: Connections, notes: Service) -> None:
    await keep(world, OWNER, "own")

    assert (await connections.token(notes, replace(ADA, platform="terminal"), ROOM)).token.reveal() == "trial"
    assert (await connections.token(notes, ADA, ROOM)).token.reveal() == "own"


async def test_the_deployment_s_key_serves_whoever_has_none_of_their_own(connections: Connections, notes: Service) -> None:
    keyed = replace(notes, adapter=replace(notes.adapter, name="keyed"))

    assert (await connections.token(keyed, ADA, ROOM)).token.reveal() == "deployment"
    assert not await connections.renew(keyed, ADA, ROOM, Secret("deployment"))


async def test_a_made_up_account_is_lent_last_and_anew_when_it_is_turned_down(
    world: World, connections: Connections, notes: Service
) -> None:
    first = (await connections.token(notes, ADA, ROOM)).token
    assert await world.bot.is_taken(first.reveal())
    assert (await connections.token(notes, ADA, ROOM)).token.reveal() == first.reveal()
    world.sandbox.revoke(first.reveal())

    assert await call(world, connections, notes) == (True, 2)
    with pytest.raises(NeedsConnection):
        await connections.token(replace(notes, adapter=replace(notes.adapter, name="other")), ADA, ROOM)


async def test_a_broken_account_is_not_replaced_by_another(world: World, connections: Connections, notes: Service) -> None:
    """Whoever has one of their own does not act as their team by surprise."""
    await keep(world, TEAM, "theirs", "*")
    connection = await keep(world, OWNER, "own")
    await world.bot.vault.break_(connection, "gone")

    with pytest.raises(NeedsConnection, match="connected again"):
        await connections.token(notes, ADA, ROOM)


async def test_an_access_token_that_was_revoked_costs_one_refresh_and_two_calls(
    world: World, connections: Connections, notes: Service
) -> None:
    connection = await world.bot.connect(world.sandbox)
    world.sandbox.revoke((await world.bot.fresh(connection)).access)

    assert await call(world, connections, notes) == (True, 2)
    assert world.sandbox.authorization.counts.refreshes == 1


async def test_an_account_that_was_revoked_at_the_service_is_told_of_after_one_call(
    world: World, connections: Connections, notes: Service
) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.client.revoke(Secret((await world.bot.fresh(connection)).refresh))

    assert await call(world, connections, notes) == (False, 1)
    assert (await world.bot.stored(connection)).state == "broken"
    assert len(world.bot.diary.told) == 1


async def test_a_service_that_turns_down_what_was_just_renewed_is_asked_twice_and_renewed_once(
    world: World, connections: Connections, notes: Service
) -> None:
    connection = await world.bot.connect(world.sandbox)
    world.sandbox.script.add(Fault(kind="status", status=401, path="mine", times=100))

    assert await call(world, connections, notes) == (False, 2)
    assert world.sandbox.authorization.counts.refreshes == 1
    assert (await world.bot.stored(connection)).state == "broken"
    assert len(world.bot.diary.told) == 1


async def test_what_somebody_else_has_renewed_meanwhile_is_tried_without_renewing_again(
    world: World, connections: Connections, notes: Service
) -> None:
    connection = await world.bot.connect(world.sandbox)
    used = (await connections.token(notes, ADA, ROOM)).token
    await world.bot.fresh(connection, force=True)

    assert await connections.renew(notes, ADA, ROOM, used)
    assert world.sandbox.authorization.counts.refreshes == 1


@pytest.mark.parametrize("wrong", [600.0, -600.0, 3600.0, -3600.0])
@pytest.mark.parametrize("age", [LIFE - 400, LIFE + 1])
async def test_a_clock_that_is_wrong_costs_one_refresh_and_nobody_their_account(
    age: float, wrong: float, world: World, notes: Service, clock: FixedClock
) -> None:
    await world.bot.connect(world.sandbox)
    clock.at += timedelta(seconds=age)
    skewed = replace(world, clock=FixedClock(clock.at + timedelta(seconds=wrong)))
    async with skewed.another_process("two") as bot:
        connections = Connections([bot.own])
        done = [await call(world, connections, notes) for _ in range(20)]

    assert all(works for works, _ in done)
    assert world.sandbox.authorization.counts.refreshes <= 1
    assert world.bot.diary.told == {}


async def test_a_login_that_can_t_answer_breaks_nothing(world: World, connections: Connections, notes: Service) -> None:
    connection = await world.bot.connect(world.sandbox)
    used = (await connections.token(notes, ADA, ROOM)).token
    for _ in range(2):
        world.sandbox.script.add(Fault(kind="malformed", path="token"))
        with pytest.raises(Unavailable):
            await connections.renew(notes, ADA, ROOM, used)

    assert (await world.bot.stored(connection)).state == "connected"
    assert world.bot.diary.told == {}


async def test_a_call_that_lacks_a_scope_does_not_break_the_rest(
    world: World, connections: Connections, notes: Service, clock: FixedClock
) -> None:
    tokens = await world.bot.allow(world.sandbox, scopes=["notes.read"])
    assert tokens.refresh
    kept = Tokens(tokens.access.reveal(), tokens.refresh.reveal())
    connection, _ = await world.bot.vault.keep(OWNER, "notes", "oauth", kept, "", ("notes.read",), clock.time() + LIFE, 0.0)
    world.sandbox.script.add(Fault(kind="status", status=401, path="mine", times=100))

    assert await call(world, connections, notes) == (False, 2)
    assert (await world.bot.stored(connection)).state == "connected"


async def test_a_key_that_is_turned_down_is_told_of_at_once(world: World, connections: Connections, notes: Service) -> None:
    connection = await keep(world, OWNER, "CANARY-key")

    assert await call(world, connections, notes) == (False, 1)
    assert (await world.bot.stored(connection)).state == "broken"
    assert "CANARY" not in str(world.bot.diary.told)


async def test_when_the_team_s_breaks_those_are_told_who_run_the_bot(
    world: World, connections: Connections, notes: Service
) -> None:
    await keep(world, TEAM, "theirs", "*")

    assert await call(world, connections, notes) == (False, 1)
    [(actor, reply)] = world.bot.diary.told.values()
    assert (actor, reply.text.partition(" has")[0]) == (BOSS, "Your team’s Notes account")


async def test_where_the_bot_is_no_longer_registered_a_token_serves_until_it_ends(
    world: World, notes: Service, clock: FixedClock
) -> None:
    connection = await world.bot.connect(world.sandbox)
    world.bot.own._clients.clear()  # type: ignore[attr-defined]
    connections = Connections([world.bot.own])
    used = (await connections.token(notes, ADA, ROOM)).token
    assert await world.bot.is_taken(used.reveal())
    clock.at += timedelta(seconds=LIFE + 1)

    with pytest.raises(Refused, match="no longer set up"):
        await connections.renew(notes, ADA, ROOM, used)
    assert (await world.bot.stored(connection)).state == "connected"


async def test_what_can_t_be_unsealed_is_to_be_connected_anew(world: World, notes: Service, tmp_path: Path) -> None:
    import sqlite3

    await keep(world, OWNER, "own")
    with sqlite3.connect(tmp_path / "bot.sqlite") as other:
        other.execute("UPDATE connection SET sealed = substr(sealed, 1, 20)")
    other.close()

    with pytest.raises(NeedsConnection, match="can't be read any more"):
        await Connections([world.bot.own]).token(notes, ADA, ROOM)


async def test_what_was_renewed_by_force_is_not_remembered_for_ever(
    world: World, connections: Connections, notes: Service, clock: FixedClock
) -> None:
    for number in range(3):
        connection = await world.bot.connect(world.sandbox, Owner("slack", "T1", f"U-{number}"))
        token = Secret((await world.bot.fresh(connection)).access)
        assert await connections.renew(notes, Actor("slack", "T1", f"U-{number}"), ROOM, token)
        clock.at += timedelta(seconds=61)

    assert len(world.bot.own._forced) == 1
