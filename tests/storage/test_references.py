"""Where people are reached is remembered on both databases, and across restarts."""

import asyncio
from dataclasses import replace

from storage.database import Database
from storage.references import Reference, References

CHANNEL = Reference("teams", "tenant-a", "19:c", "19:c", "https://one.test/", "28:bot", "channel", "group", seen=100.0)
CHAT = Reference("teams", "tenant-a", "29:ada", "a:1", "https://one.test/", "28:bot", "personal", "", seen=100.0)


async def test_what_is_kept_is_found_again(database: Database) -> None:
    references = References(database)
    await references.keep(CHANNEL)
    await references.keep(CHAT)

    assert await references.find("teams", "tenant-a", "19:c") == CHANNEL
    assert await references.find("teams", "tenant-a", "29:ada") == CHAT


async def test_it_survives_a_restart(url: str) -> None:
    for turn in range(2):
        database = Database(url)
        await database.open()
        if turn == 0:
            await References(database).keep(CHAT)
        assert await References(database).find("teams", "tenant-a", "29:ada") == CHAT
        await database.close()


async def test_nobody_is_found_by_another_tenants_or_platforms_name(database: Database) -> None:
    references = References(database)
    await references.keep(CHAT)

    assert await references.find("teams", "tenant-b", "29:ada") is None
    assert await references.find("slack", "tenant-a", "29:ada") is None


async def test_what_was_told_later_takes_the_place_of_what_was_told_before(database: Database) -> None:
    references = References(database)
    later = replace(CHANNEL, service_url="https://two.test/", team="other", seen=200.0)
    await references.keep(CHANNEL)
    await references.keep(later)

    assert await references.find("teams", "tenant-a", "19:c") == later


async def test_what_was_told_before_never_takes_the_place_of_what_was_told_later(database: Database) -> None:
    references = References(database)
    later = replace(CHANNEL, service_url="https://two.test/", seen=200.0)
    await references.keep(later)
    await references.keep(CHANNEL)

    assert await references.find("teams", "tenant-a", "19:c") == later


async def test_many_at_once_leave_the_latest(database: Database) -> None:
    references = References(database)
    told = [replace(CHANNEL, service_url=f"https://{number}.test/", seen=float(number)) for number in range(20)]
    await asyncio.gather(*(references.keep(each) for each in reversed(told)))

    assert await references.find("teams", "tenant-a", "19:c") == told[-1]


async def test_a_conversation_that_is_forgotten_is_forgotten_for_all_who_were_reached_there(database: Database) -> None:
    references = References(database)
    for each in (CHANNEL, CHAT, replace(CHAT, whom="a:1")):
        await references.keep(each)
    await references.forget("teams", "tenant-a", "a:1")

    assert await references.find("teams", "tenant-a", "29:ada") is None
    assert await references.find("teams", "tenant-a", "a:1") is None
    assert await references.find("teams", "tenant-a", "19:c") == CHANNEL


async def test_names_of_any_characters_are_found_again(database: Database) -> None:
    references = References(database)
    strange = replace(CHAT, whom="a\x00b'; DROP TABLE reference; -- \ud800", team="é“”🎉")
    await references.keep(strange)

    assert await references.find("teams", "tenant-a", strange.whom) == strange
