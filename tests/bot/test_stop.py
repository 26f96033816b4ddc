"""An answer is stopped by the button that whoever asked it sees, and by nothing that anybody types."""

from collections.abc import AsyncIterator, Callable

import pytest

from adapters import ADAPTERS
from bot.plan import Plan
from commands.reply import Button, Reply
from tests.bot.whole import Whole, open_whole


@pytest.fixture
async def whole(make_plan: Callable[..., Plan]) -> AsyncIterator[Whole]:
    async with open_whole(make_plan(adapters=ADAPTERS), "openai") as opened:
        yield opened


@pytest.mark.parametrize("words", ["stop victim", "stop call=victim", "stop"])
async def test_nobody_stops_an_answer_by_typing(whole: Whole, words: str) -> None:
    await whole.stores.stops.begin("victim", 0.0)
    said = await whole.says(words)
    assert "It stops" not in said.text
    assert not await whole.stores.stops.stopped("victim")


async def test_who_types_it_is_told_what_to_press(whole: Whole) -> None:
    assert (await whole.says("stop")).text.startswith("Press “Stop” under the answer")


async def test_the_button_stops_it_while_it_is_given(whole: Whole) -> None:
    begun = await whole.stores.stops.begin("victim", 0.0)
    shown = Reply("", buttons=(Button("Stop", "stop", {"call": "victim"}),))
    assert (await whole.presses(shown, "Stop")).text == "It stops."
    await whole.stores.stops.end("victim", begun)
    assert (await whole.presses(shown, "Stop")).text == "That answer had ended already."
