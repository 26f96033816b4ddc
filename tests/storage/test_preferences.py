"""What is chosen is kept for its owner, until something else is."""

import pytest

from storage.database import Database
from storage.preferences import Preferences

ANA = "slack:T1:U1"


@pytest.fixture
def preferences(database: Database) -> Preferences:
    return Preferences(database)


async def test_what_was_chosen_last_holds(preferences: Preferences) -> None:
    assert await preferences.get(ANA, "model") == ""
    for value in ("one", "tw\x00o \ud800"):
        await preferences.put(ANA, "model", value)
    assert await preferences.get(ANA, "model") == "tw\x00o \ud800"


async def test_an_empty_choice_is_none(preferences: Preferences) -> None:
    await preferences.put(ANA, "model", "one")
    await preferences.put(ANA, "model", "")
    assert await preferences.get(ANA, "model") == ""


async def test_each_has_their_own_and_is_forgotten_alone(preferences: Preferences) -> None:
    for owner in (ANA, "slack:T1:U2"):
        await preferences.put(owner, "model", owner)
    assert await preferences.of(ANA) == {"model": ANA}
    await preferences.forget(ANA)
    assert await preferences.get(ANA, "model") == ""
    assert await preferences.get("slack:T1:U2", "model") == "slack:T1:U2"
