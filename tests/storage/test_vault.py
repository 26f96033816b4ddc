"""Connected accounts: whose they are, who may use them, and that they end at once."""

import asyncio
import os
from dataclasses import replace

import pytest
from sqlalchemy import Connection as Transaction
from sqlalchemy import event, insert, select

from storage import changes
from storage.database import Database
from storage.tables import connection as table
from storage.vault import EVERYWHERE, NO_TOKENS, Grant, Owner, Tokens, Vault
from tests.storage.conftest import Clock
from tests.storage.vaults import ADA, GRACE, TEAM, TOKENS, kept, tokens_of

MANY = int(os.environ.get("CONNECTIONS", "500"))
NEW = Tokens("CANARY-new-access", "CANARY-new-refresh")


async def test_what_is_kept_is_found_again(vault: Vault, clock: Clock) -> None:
    connection = await kept(vault, expires=clock.now + 3600)

    assert await vault.find(ADA, "notion") == connection
    assert await vault.grant(connection.id) == Grant(connection, TOKENS)
    assert await vault.of(ADA) == [connection]
    assert (connection.owner, connection.state, connection.version) == (ADA, "connected", 1)
    assert (connection.account, connection.scopes, connection.kind) == ("ada@example.test", ("read", "write"), "oauth")
    assert (connection.connected, connection.succeeded, connection.expires) == (clock.now, clock.now, clock.now + 3600)
    assert (connection.error, connection.failed, connection.told) == ("", 0, False)


async def test_another_process_finds_it_too(vault: Vault, other: Vault) -> None:
    connection = await kept(vault)
    assert await other.grant(connection.id) == Grant(connection, TOKENS)


async def test_connecting_anew_takes_the_place_of_the_former_whose_tokens_come_back(vault: Vault, clock: Clock) -> None:
    former = await kept(vault)
    await vault.break_(former, "revoked")
    await vault.mark_told(former)
    await vault.lease(former, "one", 30)
    await vault.release(former, "one", clock.now + 1000)
    await vault.lease(former, "one", 30)
    clock.move(60)
    connection, replaced = await vault.keep(ADA, "notion", "key", NEW, "ada@home.test", ["read"], 5.0, 6.0)

    assert replaced == TOKENS
    anew = {"version": 2, "kind": "key", "account": "ada@home.test", "scopes": ("read",), "expires": 5.0}
    assert connection == replace(former, **anew, connected=clock.now, succeeded=clock.now)  # type: ignore[arg-type]
    assert await vault.of(ADA) == [connection]
    assert await tokens_of(vault, connection) == NEW


async def test_what_was_never_connected_replaces_nothing(vault: Vault) -> None:
    _, replaced = await vault.keep(ADA, "notion", "oauth", TOKENS, "", [], 0.0, 0.0)
    assert replaced is None


async def test_of_many_who_connect_the_same_at_once_one_connection_is_left_and_each_former_token_comes_back_once(
    vault: Vault, other: Vault
) -> None:
    tokens = [Tokens(f"CANARY-{number}") for number in range(12)]
    vaults = [vault, other] * 6
    answers = await asyncio.gather(
        *(each.keep(ADA, "notion", "oauth", token, "", [], 0.0, 0.0) for each, token in zip(vaults, tokens, strict=True))
    )
    [connection] = await vault.of(ADA)
    left = await tokens_of(vault, connection)

    assert connection.version == len(tokens)
    assert {answer.id for answer, _ in answers} == {connection.id}
    replaced = [former for _, former in answers if former]
    assert sorted(token.access for token in [*replaced, left] if token) == sorted(token.access for token in tokens)


@pytest.mark.parametrize(
    "tokens", [Tokens(""), Tokens("", "refresh"), Tokens("a\nb"), Tokens("a\x00"), Tokens("é"), Tokens("a", "b\r\nc")], ids=repr
)
async def test_what_can_be_no_token_is_refused_and_the_former_stays(vault: Vault, tokens: Tokens) -> None:
    connection = await kept(vault)
    assert await vault.lease(connection, "one", 30)
    with pytest.raises(ValueError, match="no tokens"):
        await vault.keep(ADA, "notion", "oauth", tokens, "", [], 0.0, 0.0)
    with pytest.raises(ValueError, match="no tokens"):
        await vault.renew(connection, tokens, 0.0)
    assert await tokens_of(vault, connection) == TOKENS


async def test_no_token_is_shown_where_its_holder_is_shown(vault: Vault) -> None:
    connection = await kept(vault)
    assert "CANARY" not in f"{await vault.grant(connection.id)!r} {connection!r} {TOKENS}"


async def test_a_persons_own_comes_before_the_teams(vault: Vault) -> None:
    mine = await kept(vault)
    teams = await kept(vault, TEAM, channels=(EVERYWHERE,))

    assert await vault.usable(ADA, "notion", "C1") == Grant(mine, TOKENS)
    assert await vault.usable(GRACE, "notion", "C1") == Grant(teams, TOKENS)


async def test_a_persons_own_that_is_broken_is_not_replaced_by_the_teams(vault: Vault) -> None:
    mine = await kept(vault)
    await kept(vault, TEAM, channels=(EVERYWHERE,))
    await vault.break_(mine, "revoked")

    grant = await vault.usable(ADA, "notion", "C1")
    assert grant
    assert (grant.connection.id, grant.connection.state) == (mine.id, "broken")


async def test_a_teams_is_used_in_its_own_channels_only(vault: Vault) -> None:
    teams = await kept(vault, TEAM, channels=("C1",))

    assert await vault.usable(ADA, "notion", "C1") == Grant(teams, TOKENS)
    for conversation in ("C2", "C", "c1", "", EVERYWHERE):
        assert await vault.usable(ADA, "notion", conversation) is None


async def test_a_teams_that_is_open_to_no_channel_is_used_by_nobody(vault: Vault) -> None:
    await kept(vault, TEAM)
    assert await vault.usable(ADA, "notion", "C1") is None
    assert await vault.usable(TEAM, "notion", "C1") is None


@pytest.mark.parametrize(
    "owner",
    [
        GRACE,
        Owner("slack", "T2", "U-ada"),
        Owner("teams", "T1", "U-ada"),
        Owner("slack", "T1", "U-ada "),
        Owner("slack", "T1", "%"),
    ],
    ids=lambda owner: owner.key,
)
async def test_nobody_gets_what_is_another_persons_or_another_tenants(vault: Vault, owner: Owner) -> None:
    await kept(vault)
    await kept(vault, Owner("slack", "T3", ""), channels=(EVERYWHERE,))

    assert await vault.usable(owner, "notion", "C1") is None
    assert await vault.find(owner, "notion") is None
    assert await vault.of(owner) == []
    assert await vault.stop(*changes.owned(owner)) == []


async def test_of_a_service_that_is_not_connected_there_is_nothing(vault: Vault) -> None:
    await kept(vault)
    assert await vault.usable(ADA, "hubspot", "C1") is None
    assert await vault.find(ADA, "hubspot") is None
    assert await vault.grant("nothing") is None


async def test_those_of_a_tenant_are_its_own_and_its_peoples(vault: Vault) -> None:
    expected = [await kept(vault, TEAM), await kept(vault, ADA), await kept(vault, GRACE)]
    await kept(vault, Owner("slack", "T2", "U-ada"))

    assert await vault.of_tenant("slack", "T1") == expected


async def test_a_team_opens_and_closes_its_connection_to_channels(vault: Vault) -> None:
    teams = await kept(vault, TEAM)
    for channel in ("C2", "C1", "C1"):
        assert await vault.open_to(teams, channel)
    closed = await vault.close_to(teams, "C2")

    assert closed == await vault.find(TEAM, "notion")
    assert closed
    assert closed.channels == ("C1",)
    assert await vault.usable(ADA, "notion", "C2") is None
    assert await vault.usable(ADA, "notion", "C1")


async def test_many_who_open_channels_at_once_open_them_all(vault: Vault, other: Vault) -> None:
    teams = await kept(vault, TEAM)
    names = tuple(f"C{number:02}" for number in range(16))
    await asyncio.gather(*(each.open_to(teams, name) for each, name in zip([vault, other] * 8, names, strict=True)))

    found = await vault.find(TEAM, "notion")
    assert found
    assert found.channels == names


async def test_channels_stay_open_when_the_team_connects_anew(vault: Vault) -> None:
    await kept(vault, TEAM, channels=("C1",))
    assert (await kept(vault, TEAM)).channels == ("C1",)
    assert (await kept(vault, TEAM, channels=("C2",))).channels == ("C2",)


async def test_a_persons_own_is_opened_to_nobody(vault: Vault) -> None:
    mine = await kept(vault)
    assert await vault.open_to(mine, "C1") is None
    assert await vault.usable(GRACE, "notion", "C1") is None


async def test_what_is_stopped_can_not_be_used_nor_changed_any_more(vault: Vault) -> None:
    connection = await kept(vault, TEAM, channels=("C1",))
    assert [each.id for each in await vault.stop(*changes.owned(TEAM), changes.to("notion"))] == [connection.id]

    assert await vault.find(TEAM, "notion") is None
    assert await vault.of(TEAM) == await vault.of_tenant("slack", "T1") == await vault.stop(*changes.owned(TEAM)) == []
    assert await vault.grant(connection.id) is await vault.usable(ADA, "notion", "C1") is None
    assert await vault.open_to(connection, "C2") is await vault.close_to(connection, "C1") is None
    assert not await vault.lease(connection, "one", 30)
    assert not await vault.break_(connection, "gone")
    await vault.note(connection, "gone")
    [grant] = await vault.stopped(10)
    assert grant == Grant(replace(connection, state="stopped"), TOKENS)


async def test_one_service_is_stopped_or_all_of_an_owner_or_all_of_a_tenant(vault: Vault) -> None:
    for owner in (ADA, GRACE, TEAM, Owner("slack", "T2", "U-ada")):
        for service in ("notion", "hubspot"):
            await kept(vault, owner, service)

    assert [(each.owner, each.service) for each in await vault.stop(*changes.owned(ADA), changes.to("notion"))] == [
        (ADA, "notion")
    ]
    assert [(each.owner, each.service) for each in await vault.stop(*changes.owned(ADA))] == [(ADA, "hubspot")]
    assert {each.owner for each in await vault.stop(*changes.of_tenant("slack", "T1"))} == {GRACE, TEAM}
    assert len(await vault.of_tenant("slack", "T2")) == 2


async def test_after_it_was_stopped_it_can_be_connected_anew_beside_the_one_that_is_to_be_revoked(vault: Vault) -> None:
    former = await kept(vault)
    await vault.stop(*changes.owned(ADA))
    connection, replaced = await vault.keep(ADA, "notion", "oauth", NEW, "", [], 0.0, 0.0)

    assert replaced is None
    assert connection.id != former.id
    assert await tokens_of(vault, connection) == NEW
    assert [grant.connection.id for grant in await vault.stopped(10)] == [former.id]
    await vault.stop(*changes.owned(ADA))
    assert len(await vault.stopped(10)) == 2


async def test_what_is_stopped_is_listed_page_by_page_and_removed_once_it_is_revoked(vault: Vault, database: Database) -> None:
    for number in range(5):
        await kept(vault, replace(ADA, person=f"U{number}"))
    await database.run(stop_everything)
    first = await vault.stopped(3)
    rest = await vault.stopped(3, after=first[-1].connection.id)
    assert [len(first), len(rest)] == [3, 2]
    for grant in [*first, *rest]:
        assert grant.tokens == TOKENS
        await vault.remove(grant.connection)
    assert await vault.stopped(3) == []
    assert await vault.counts() == {}


async def test_only_what_was_stopped_is_removed(vault: Vault) -> None:
    connection = await kept(vault)
    await vault.remove(connection)
    assert await tokens_of(vault, connection) == TOKENS


async def test_what_is_stopped_and_can_not_be_opened_is_listed_without_its_tokens(vault: Vault, database: Database) -> None:
    broken, sound = await kept(vault), await kept(vault, GRACE)
    await database.run(lambda it: it.execute(table.update().where(table.c.id == broken.id).values(sealed=b"\x01")))
    await database.run(stop_everything)

    assert {grant.connection.id: grant.tokens for grant in await vault.stopped(10)} == {
        broken.id: NO_TOKENS,
        sound.id: TOKENS,
    }


async def test_of_what_is_stopped_only_what_is_asked_for_is_opened(vault: Vault) -> None:
    for owner in (ADA, GRACE):
        await kept(vault, owner)
        await vault.stop(*changes.owned(owner))

    assert [grant.connection.owner for grant in await vault.stopped(10, whose=changes.owned(GRACE))] == [GRACE]


async def test_only_what_was_connected_by_then_is_stopped(vault: Vault, clock: Clock) -> None:
    left = clock.now
    await kept(vault)
    clock.move(1)
    back = await kept(vault, GRACE)
    await vault.stop(*changes.of_tenant("slack", "T1"), changes.connected_by(left))

    assert await vault.of_tenant("slack", "T1") == [back]


async def test_in_a_panic_all_are_stopped_by_one_statement(vault: Vault, database: Database) -> None:
    await _copy(database, await kept(vault), MANY)

    assert await database.run(stop_everything) == MANY
    assert await vault.counts() == {("notion", "stopped"): MANY}
    assert await database.run(stop_everything) == 0


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_an_account_is_looked_up_by_the_index(vault: Vault, database: Database) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    await vault.usable(ADA, "notion", "C1")
    statement, parameters = asked[-1]
    explain = f"EXPLAIN QUERY PLAN {statement}"
    plan = await database.read(lambda it: it.exec_driver_sql(explain, parameters).all())
    assert "USING INDEX connection_owner" in str(plan)


async def _copy(database: Database, original: object, number: int) -> None:
    """So many rows in all, of as many people."""

    def work(transaction: Transaction) -> None:
        row = dict(transaction.execute(select(table)).one()._mapping)
        rows = [{**row, "id": f"copy-{each}", "person": f"U{each}"} for each in range(number - 1)]
        transaction.execute(insert(table), rows)

    await database.run(work)


def stop_everything(transaction: Transaction) -> int:
    return transaction.execute(changes.STOP_ALL).rowcount
