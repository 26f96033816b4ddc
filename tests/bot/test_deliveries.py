"""What operators see of the inbox."""

import json
from pathlib import Path

import pytest

from bot.deliveries import newest, replay, report
from storage.database import Database
from storage.inbox import Delivery, Inbox, Record

NOW = 1_800_000_000.0
SECRET = "CANARY-what-somebody-wrote"


@pytest.fixture
async def address(tmp_path: Path) -> str:
    """A database with one delivery that is dead, one that is done and one that waits."""
    address = f"sqlite:///{tmp_path / 'inbox.sqlite'}"
    database = Database(address)
    await database.open()
    inbox = Inbox(database, lambda: NOW, "test")
    await inbox.open()
    taken: list[Delivery] = []
    for key in ("dead", "done", "ready"):
        await inbox.put(f"slack:{key}", "slack", f"conversation-{key}", json.dumps({"text": SECRET}))
    inbox.claim(taken.append, 2)
    while len(taken) < 2:
        await inbox.probe()
    await inbox.stop_claiming()
    await inbox.bury(taken[0], "Calendar:\nno answer \x1b[2J")
    await inbox.finish(taken[1])
    await inbox.close()
    await database.close()
    return address


async def test_the_newest_come_first(address: str) -> None:
    assert [record.key for record in await newest(address, "", 50)] == ["slack:ready", "slack:done", "slack:dead"]


@pytest.mark.parametrize("state", ["ready", "done", "dead"])
async def test_one_state_alone_can_be_asked_for(address: str, state: str) -> None:
    assert [record.key for record in await newest(address, state, 50)] == [f"slack:{state}"]


async def test_there_are_no_more_than_were_asked_for(address: str) -> None:
    assert [record.key for record in await newest(address, "", 1)] == ["slack:ready"]


@pytest.mark.parametrize("as_json", [True, False])
async def test_what_people_wrote_is_not_shown(address: str, as_json: bool) -> None:
    assert SECRET not in report(await newest(address, "", 50), as_json)


async def test_the_table_has_a_line_for_each(address: str) -> None:
    lines = report(await newest(address, "", 50), as_json=False).splitlines()
    assert [line.split()[0] for line in lines] == ["RECEIVED", "2027-01-15", "2027-01-15", "2027-01-15"]
    assert lines[3].endswith("Calendar: no answer \ufffd[2J")


async def test_the_json_can_be_read_back(address: str) -> None:
    records = await newest(address, "", 50)
    assert [Record(**each) for each in json.loads(report(records, as_json=True))] == records


def test_where_nothing_arrived_there_is_nothing_to_see() -> None:
    assert report([], as_json=False).split() == ["RECEIVED", "STATE", "TRIES", "KIND", "KEY", "ERROR"]
    assert report([], as_json=True) == "[]"


@pytest.mark.parametrize("key", ["slack:dead", "slack:done"])
async def test_what_is_over_can_be_made_ready_again(address: str, key: str) -> None:
    assert await replay(address, key)
    assert key in {record.key for record in await newest(address, "ready", 50)}


@pytest.mark.parametrize("key", ["slack:ready", "slack:unknown", ""])
async def test_what_is_not_over_is_left_alone(address: str, key: str) -> None:
    assert not await replay(address, key)
