"""A picture is kept for its call, seen by its id, and forgotten in time."""

import pytest

from storage.database import Database
from storage.pictures import Kept, Pictures

CAT = Kept("id-1", "image/png", b"\x89PNG\x00\xff", "a model: 10 + 272 tokens")


@pytest.fixture
def pictures(database: Database) -> Pictures:
    return Pictures(database)


async def test_it_is_found_by_its_call_and_by_its_id_and_by_nothing_else(pictures: Pictures) -> None:
    await pictures.keep("call-1", CAT, 1000.0)
    assert await pictures.of("call-1") == await pictures.find("id-1") == CAT
    assert (await pictures.of("id-1"), await pictures.find("call-1")) == (None, None)


async def test_a_call_keeps_the_first_one(pictures: Pictures) -> None:
    await pictures.keep("call-1", CAT, 1000.0)
    await pictures.keep("call-1", Kept("id-2", "image/png", b"another"), 1001.0)
    assert await pictures.of("call-1") == CAT
    assert await pictures.find("id-2") is None


async def test_what_was_painted_long_ago_is_forgotten(pictures: Pictures) -> None:
    await pictures.keep("call-1", CAT, 1000.0)
    await pictures.keep("call-2", Kept("id-2", "image/png", b"another"), 2000.0)
    assert await pictures.prune(1500.0) == 1
    assert await pictures.find("id-1") is None
    assert await pictures.find("id-2")


async def test_several_megabytes_are_kept_as_they_are(pictures: Pictures) -> None:
    content = bytes(range(256)) * 4 * 8192
    await pictures.keep("call-1", Kept("id-1", "image/jpeg", content), 1000.0)
    kept = await pictures.find("id-1")
    assert kept is not None
    assert kept.content == content


def test_what_is_in_it_is_not_logged() -> None:
    assert "PNG" not in repr(CAT)


async def test_what_was_painted_for_somebody_is_forgotten_when_they_want_it(pictures: Pictures) -> None:
    for number, actor in enumerate(("slack:T1:U-ada", "slack:T1:U-ada", "slack:T1:U-ad")):
        await pictures.keep(f"call-{number}", Kept(f"id-{number}", "image/png", b"a", actor=actor), 1000.0)
    await pictures.forget("slack:T1:U-ada")
    assert [bool(await pictures.find(f"id-{number}")) for number in range(3)] == [False, False, True]
