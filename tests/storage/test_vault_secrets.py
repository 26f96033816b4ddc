"""Tokens in the database open in their own place only, and nobody who reads the database reads them.

`ROWS=60` to paste more of them.
"""

import asyncio
import logging
import os
import random
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection as Transaction
from sqlalchemy import delete, inspect, select, text, update

from storage.changes import owned
from storage.data_key import IS_CURRENT
from storage.data_keys import DataKeys
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.sealed_values import count
from storage.sealing import Sealer, SealError
from storage.tables import connection as table
from storage.tables import data_key
from storage.vault import Connection, Owner, Tokens, Vault
from tests.storage.conftest import Clock
from tests.storage.keys import open_keys, source_in
from tests.storage.vaults import ADA, GRACE, TEAM, TOKENS, kept, tokens_of

ROWS = int(os.environ.get("ROWS", "15"))
NEW = Tokens("CANARY-new-access", "CANARY-new-refresh")


@pytest.fixture
def rotation(database: Database, clock: Clock, tmp_path: Path) -> KeyRotation:
    return KeyRotation(database, source_in(tmp_path), clock)


async def sealed_of(database: Database, id: str) -> bytes:
    sealed: bytes = await database.read(lambda it: it.execute(select(table.c.sealed).where(table.c.id == id)).scalar_one())
    return sealed


async def put(database: Database, row: str, **values: object) -> None:
    await database.run(lambda it: it.execute(update(table).where(table.c.id == row).values(**values)))


async def test_a_secret_pasted_into_another_row_does_not_open_whichever_two_rows(vault: Vault, database: Database) -> None:
    owners = [
        Owner(platform, tenant, f"U{number}") for platform in ("slack", "teams") for tenant in "AB" for number in range(5)
    ]
    rows = [await kept(vault, owner, service) for owner in owners for service in ("notion", "hubspot", "openai")]
    rows = random.Random(ROWS).sample(rows, ROWS)  # some share a person, some a tenant, some a service
    sealed = [await sealed_of(database, row.id) for row in rows]
    for distance in range(1, ROWS):  # each row holds what is that much further on
        moved = {row.id: sealed[(place + distance) % ROWS] for place, row in enumerate(rows)}
        await database.run(partial(_paste, sealed=moved))
        refusals = await asyncio.gather(*(vault.grant(row.id) for row in rows), return_exceptions=True)
        assert [type(refusal) for refusal in refusals] == [SealError] * ROWS


def _paste(transaction: Transaction, sealed: Mapping[str, bytes]) -> None:
    for id, value in sealed.items():
        transaction.execute(update(table).where(table.c.id == id).values(sealed=value))


@pytest.mark.parametrize(
    "values",
    [{"person": "U-mallory"}, {"person": ""}, {"tenant": "T2"}, {"platform": "teams"}, {"service": "hubspot"}, {"id": "other"}],
    ids=repr,
)
async def test_a_row_that_is_made_another_persons_does_not_open(
    vault: Vault, database: Database, values: dict[str, str]
) -> None:
    mine = await kept(vault)
    await kept(vault, GRACE)
    await put(database, mine.id, **values, channels='["*"]')
    owner = replace(ADA, **{name: value for name, value in values.items() if name not in ("service", "id")})

    with pytest.raises(SealError):
        await vault.usable(owner, values.get("service", "notion"), "C1")


async def test_what_does_not_open_is_logged_by_its_id_and_nothing_else(
    vault: Vault, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    mine, hers = await kept(vault), await kept(vault, GRACE)
    await put(database, mine.id, sealed=await sealed_of(database, hers.id))
    with caplog.at_level(logging.DEBUG), pytest.raises(SealError) as refusal:
        await vault.usable(ADA, "notion", "C1")

    [message] = [record.getMessage() for record in caplog.records if record.name.startswith("storage")]
    assert mine.id in message
    for said in (message, str(refusal.value)):
        besides = said.replace(mine.id, "")  # whose random letters may spell a short secret
        assert [secret for secret in ("CANARY", ADA.person, ADA.tenant, "ada@") if secret in besides] == []


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x00" * 60, b"\x01" * 60, b'{"access": "a"}'], ids=repr)
async def test_what_does_not_open_is_mended_by_connecting_anew(vault: Vault, database: Database, sealed: bytes) -> None:
    mine = await kept(vault)
    await put(database, mine.id, sealed=sealed)
    with pytest.raises(SealError):
        await vault.grant(mine.id)
    connection, replaced = await vault.keep(ADA, "notion", "oauth", NEW, "", [], 0.0, 0.0)

    assert replaced is None
    assert await tokens_of(vault, connection) == NEW


async def test_each_bit_of_a_sealed_token_counts(vault: Vault, database: Database) -> None:
    mine = await kept(vault)
    sealed = await sealed_of(database, mine.id)
    for place in range(len(sealed)):
        await put(database, mine.id, sealed=sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
        with pytest.raises(SealError):
            await vault.grant(mine.id)


async def test_when_the_key_of_a_tenant_is_gone_only_its_own_is_lost_and_it_can_connect_anew(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    keys: DataKeys = await open_keys(database, source_in(tmp_path), clock)
    vault = Vault(database, Sealer(keys), clock, iter(map(str, range(100))).__next__)
    mine, theirs = await kept(vault), await kept(vault, Owner("slack", "T2", "U-ada"))
    await keys.shred("slack:T1")

    with pytest.raises(SealError):
        await vault.grant(mine.id)
    assert await tokens_of(vault, theirs) == TOKENS
    assert await tokens_of(vault, await kept(vault, tokens=NEW)) == NEW


async def test_no_token_is_readable_in_the_files_of_the_database_or_in_all_that_its_tables_say(
    vault: Vault, database: Database, url: str
) -> None:
    for owner in (ADA, GRACE, TEAM):
        connection = await kept(vault, owner, expires=5.0)
        await vault.lease(connection, "one", 30)
        renewed = await vault.renew(connection, NEW, 5.0)
        assert renewed
        await vault.break_(renewed, "revoked")
    await vault.stop(*owned(GRACE))

    said = await database.read(_everything)
    for path in Path(url.removeprefix("sqlite:///")).parent.glob("bot.db*") if url.startswith("sqlite") else ():
        said += path.read_bytes()
    assert ADA.person.encode() in said  # it has been looked for in the right place
    assert b"CANARY" not in said
    assert b"CANARY".hex().encode() not in said


def _everything(transaction: Transaction) -> bytes:
    tables = inspect(transaction).get_table_names()
    rows = [row for name in tables for row in transaction.execute(text(f'SELECT * FROM "{name}"'))]  # noqa: S608
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


async def test_what_a_retired_key_has_sealed_is_sealed_anew_some_at_a_time(
    vault: Vault, database: Database, rotation: KeyRotation, clock: Clock
) -> None:
    rows = [await kept(vault, Owner("slack", f"T{number % 3}", f"U{number}")) for number in range(25)]
    await vault.stop(*owned(rows[0].owner))
    before = await database.read(count)
    assert await vault.reseal(100) == 0
    clock.move(1)
    assert await rotation.renew() == 3
    assert await vault.reseal(10) == 10
    assert await vault.reseal(100) == 15
    assert await vault.reseal(100) == 0

    after = await database.read(count)
    assert before.keys().isdisjoint(after)
    assert sum(after.values()) == 25
    clock.move(3600)  # nobody has the former keys in memory any more
    await database.run(lambda it: it.execute(delete(data_key).where(~IS_CURRENT)))
    assert [await tokens_of(vault, row) for row in rows[1:]] == [TOKENS] * 24
    assert [grant.tokens for grant in await vault.stopped(10)] == [TOKENS]
    assert [each.version for each in await vault.of_tenant("slack", "T1")] == [1] * 8


async def test_what_can_not_be_opened_keeps_nothing_else_from_being_sealed_anew(
    vault: Vault, database: Database, rotation: KeyRotation, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.resealing._PAGE", 4)
    rows = sorted([await kept(vault, Owner("slack", "T1", f"U{number}")) for number in range(20)], key=lambda row: row.id)
    for row in rows[:9]:
        sealed = await sealed_of(database, row.id)
        await put(database, row.id, sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    clock.move(1)
    await rotation.renew()

    assert [await vault.reseal(6), await vault.reseal(6), await vault.reseal(6)] == [6, 5, 0]
    assert [await tokens_of(vault, row) for row in rows[9:]] == [TOKENS] * 11


async def test_while_all_is_sealed_anew_it_is_used_and_changed_as_ever(
    vault: Vault, other: Vault, rotation: KeyRotation, clock: Clock
) -> None:
    rows = [await kept(vault, Owner("slack", "T1", f"U{number:02}")) for number in range(30)]
    clock.move(1)
    await rotation.renew()

    async def renew(row: Connection) -> None:
        assert await other.lease(row, "two", 30)
        assert await other.renew(row, NEW, 0.0)
        assert await tokens_of(other, row) == NEW

    await asyncio.gather(vault.reseal(100), other.reseal(100), *(renew(row) for row in rows[::2]))
    while await vault.reseal(100):
        pass
    assert [await tokens_of(vault, row) for row in rows] == [NEW, TOKENS] * 15
