"""A token is refreshed by one at a time, and only what is good and newest stays: C1 to C6 of the faults of OAuth."""

import asyncio
from dataclasses import replace

import pytest

from storage.changes import owned
from storage.vault import Connection, Tokens, Vault
from tests.storage.conftest import Clock
from tests.storage.vaults import ADA, TOKENS, kept, tokens_of

NEW = Tokens("CANARY-new-access", "CANARY-new-refresh")
NEWER = Tokens("CANARY-newer-access", "CANARY-newer-refresh")
LEASE = 30.0


@pytest.fixture
async def connection(vault: Vault) -> Connection:
    return await kept(vault)


async def now(vault: Vault) -> Connection:
    found = await vault.find(ADA, "notion")
    assert found
    return found


async def test_of_all_who_want_to_refresh_at_once_one_does(vault: Vault, other: Vault, connection: Connection) -> None:
    holders = [(each, f"{name}-{number}") for name, each in (("one", vault), ("two", other)) for number in range(8)]
    leased = await asyncio.gather(*(each.lease(connection, holder, LEASE) for each, holder in holders))
    assert sum(leased) == 1
    assert (await now(vault)).lease_owner == holders[leased.index(True)][1]


async def test_that_a_refresh_is_on_its_way_is_written_before_it_goes_out(
    vault: Vault, connection: Connection, clock: Clock
) -> None:
    assert await vault.lease(connection, "one", LEASE)
    assert await now(vault) == replace(connection, lease_owner="one", lease=clock.now + LEASE, refreshing=clock.now)


async def test_what_a_refresh_brought_takes_the_place_of_what_there_was(
    vault: Vault, connection: Connection, clock: Clock
) -> None:
    await vault.lease(connection, "one", LEASE)
    clock.move(5)
    renewed = await vault.renew(connection, NEW, clock.now + 3600, ["read"])

    assert renewed == replace(connection, version=2, expires=clock.now + 3600, scopes=("read",), succeeded=clock.now)
    assert await now(vault) == renewed
    assert await tokens_of(vault, connection) == NEW


async def test_scopes_that_a_refresh_does_not_tell_are_as_before(vault: Vault, connection: Connection) -> None:
    await vault.lease(connection, "one", LEASE)
    await vault.renew(connection, NEW, 0.0)
    assert (await now(vault)).scopes == connection.scopes


async def test_nobody_renews_or_leases_twice_with_the_same_token(vault: Vault, connection: Connection) -> None:
    await vault.lease(connection, "one", LEASE)
    await vault.renew(connection, NEW, 0.0)

    assert not await vault.lease(connection, "two", LEASE)
    assert await vault.renew(connection, NEWER, 0.0) is None
    assert await tokens_of(vault, connection) == NEW


async def test_a_lease_ends_and_then_another_may_refresh_but_the_first_good_token_counts(
    vault: Vault, connection: Connection, clock: Clock
) -> None:
    await vault.lease(connection, "one", LEASE)
    clock.move(LEASE - 1)
    assert not await vault.lease(connection, "two", LEASE)
    clock.move(1)
    assert await vault.lease(connection, "two", LEASE)
    assert await vault.renew(connection, NEW, 0.0)
    assert await vault.renew(connection, NEWER, 0.0) is None
    assert not await vault.break_(connection, "turned down")
    assert await tokens_of(vault, connection) == NEW


async def test_an_answer_that_comes_after_the_lease_is_kept_if_nobody_else_has_begun(
    vault: Vault, connection: Connection, clock: Clock
) -> None:
    await vault.lease(connection, "one", LEASE)
    clock.move(10 * LEASE)
    assert await vault.renew(connection, NEW, 0.0)
    assert await tokens_of(vault, connection) == NEW


async def test_a_refresh_that_failed_leaves_the_tokens_and_says_when_to_try_again(
    vault: Vault, connection: Connection, clock: Clock
) -> None:
    await vault.lease(connection, "one", LEASE)
    await vault.release(connection, "two", clock.now + 1)
    assert (await now(vault)).lease_owner == "one"
    await vault.release(connection, "one", clock.now + 60)

    assert await now(vault) == replace(connection, retry=clock.now + 60)
    assert await tokens_of(vault, connection) == TOKENS
    assert await vault.lease(connection, "two", LEASE)


async def test_who_disconnects_during_a_refresh_stays_disconnected(vault: Vault, connection: Connection) -> None:
    await vault.lease(connection, "one", LEASE)
    await vault.stop(*owned(ADA))

    assert await vault.renew(connection, NEW, 0.0) is None
    await vault.release(connection, "one", 0.0)
    assert not await vault.heal(connection)
    assert await vault.grant(connection.id) is None
    assert await vault.find(ADA, "notion") is None
    assert [grant.tokens for grant in await vault.stopped(10)] == [TOKENS]


async def test_who_connects_anew_during_a_refresh_keeps_what_is_newer(vault: Vault, connection: Connection) -> None:
    await vault.lease(connection, "one", LEASE)
    anew = await kept(vault, tokens=NEWER)

    assert await vault.renew(connection, NEW, 0.0) is None
    await vault.release(connection, "one", 5.0)
    assert await now(vault) == anew
    assert await tokens_of(vault, anew) == NEWER


async def test_who_disconnects_and_connects_anew_during_a_refresh_keeps_what_is_newer(
    vault: Vault, connection: Connection
) -> None:
    await vault.lease(connection, "one", LEASE)
    await vault.stop(*owned(ADA))
    anew = await kept(vault, tokens=NEWER)

    assert await vault.renew(connection, NEW, 0.0) is None
    assert await now(vault) == anew
    assert await tokens_of(vault, anew) == NEWER


async def test_what_breaks_is_broken_once_and_says_why(
    vault: Vault, other: Vault, connection: Connection, clock: Clock
) -> None:
    answers = await asyncio.gather(*(each.break_(connection, "It was revoked.") for each in [vault, other] * 4))

    assert sum(answers) == 1
    assert await now(vault) == replace(connection, state="broken", error="It was revoked.", failed=clock.now)


async def test_an_old_token_that_is_turned_down_breaks_nothing(vault: Vault, connection: Connection) -> None:
    await vault.lease(connection, "one", LEASE)
    renewed = await vault.renew(connection, NEW, 0.0)

    assert not await vault.break_(connection, "revoked")
    await vault.note(connection, "revoked")
    assert await now(vault) == renewed


async def test_a_refresh_that_succeeds_after_all_mends_what_was_broken_meanwhile(vault: Vault, connection: Connection) -> None:
    await vault.lease(connection, "one", LEASE)
    await vault.break_(connection, "revoked")
    await vault.mark_told(connection)
    renewed = await vault.renew(connection, NEW, 0.0)

    assert renewed
    assert (renewed.state, renewed.error, renewed.told) == ("connected", "", False)


async def test_what_was_broken_and_works_again_is_healed_once(vault: Vault, connection: Connection, clock: Clock) -> None:
    assert not await vault.heal(connection)
    await vault.break_(connection, "revoked")
    await vault.mark_told(connection)
    clock.move(60)
    assert await vault.heal(connection)
    assert not await vault.heal(connection)
    assert await now(vault) == replace(connection, succeeded=clock.now, failed=clock.now - 60)


async def test_what_worked_and_what_failed_last_is_noted(vault: Vault, connection: Connection, clock: Clock) -> None:
    clock.move(1)
    await vault.note(connection, "Notion does not answer.")
    assert await now(vault) == replace(connection, error="Notion does not answer.", failed=clock.now)
    clock.move(1)
    await vault.note(connection)
    assert await now(vault) == replace(connection, failed=clock.now - 1, succeeded=clock.now)


async def test_an_owner_is_told_once_that_it_is_broken(vault: Vault, other: Vault, connection: Connection) -> None:
    assert not await vault.mark_told(connection)
    await vault.break_(connection, "revoked")
    assert sum(await asyncio.gather(*(each.mark_told(connection) for each in [vault, other] * 4))) == 1
    assert (await now(vault)).told
