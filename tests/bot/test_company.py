"""Who waits for a call is not left alone with it, and is told once."""

import asyncio

import pytest

from bot.company import Company

SOON = {"noticed": 0.01, "lasts": 0.01}


class Told:
    """Counts what a person is shown."""

    def __init__(self) -> None:
        self.signs = 0
        self.shown = 0
        self.finished = 0

    async def sign(self) -> None:
        self.signs += 1

    async def show(self) -> None:
        self.shown += 1
        await asyncio.sleep(0.05)
        self.finished += 1


@pytest.fixture
def told() -> Told:
    return Told()


async def test_a_quick_call_is_nothing_to_wonder_about(told: Told) -> None:
    async with Company(told.sign, told.show, 0.02, **SOON):
        pass
    await asyncio.sleep(0.05)

    assert (told.signs, told.shown) == (0, 0)


async def test_a_slow_call_is_signed_again_and_again_and_announced_once(told: Told) -> None:
    async with Company(told.sign, told.show, 0.02, **SOON):
        async with asyncio.timeout(10):
            while told.signs < 2 or not told.finished:
                await asyncio.sleep(0.01)

    assert told.shown == told.finished == 1


async def test_an_announcement_under_way_is_waited_for(told: Told) -> None:
    """Otherwise nobody would know where it stands."""
    async with Company(told.sign, told.show, 0.01, **SOON):
        while not told.shown:
            await asyncio.sleep(0.001)

    assert told.finished == 1


async def test_a_call_that_breaks_ends_it_too(told: Told) -> None:
    with pytest.raises(ValueError, match="broken"):
        async with Company(told.sign, told.show, 10.0, **SOON):
            raise ValueError("broken")
    await asyncio.sleep(0.05)

    assert (told.signs, told.shown) == (0, 0)


async def test_where_nothing_can_be_shown_only_the_sign_is_given(told: Told) -> None:
    async with asyncio.timeout(10), Company(told.sign, told.show, float("inf"), **SOON):
        while told.signs < 2:
            await asyncio.sleep(0.01)

    assert told.shown == 0
