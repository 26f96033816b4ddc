"""`imagine` as people ask for it, with the dispatch and OpenAI's stand-in behind it."""

from collections.abc import AsyncIterator, Callable

import pytest

from adapters import openai
from adapters.faults import Fault
from bot.plan import Plan
from tests.bot.conftest import clock, make_plan
from tests.bot.whole import OWN, Whole, open_whole

__all__ = ["clock", "make_plan"]


@pytest.fixture
async def whole(make_plan: Callable[..., Plan]) -> AsyncIterator[Whole]:
    async with open_whole(make_plan(adapters=[openai.ADAPTER]), "openai") as opened:
        yield opened


async def test_without_a_key_one_is_asked_for(whole: Whole) -> None:
    reply = await whole.says("imagine a lighthouse in the fog")
    assert reply.text.startswith("OpenAI is not connected yet.")
    assert reply.private


async def test_the_words_need_no_quotes_and_options_may_follow(whole: Whole) -> None:
    await whole.connect()
    reply = await whole.says("imagine a lighthouse, in the fog shape=wide")
    assert reply.text == "“a lighthouse, in the fog”, painted by OpenAI."
    assert reply.file is not None
    assert reply.record == "gpt-image-2: 10 + 1568 tokens, $0.047090"


async def test_a_shape_that_there_is_not_is_told_and_nothing_is_painted(whole: Whole) -> None:
    await whole.connect()
    reply = await whole.says("imagine a cat shape=round")
    assert "square" in reply.text
    assert whole.changes == 0


async def test_a_key_that_openai_turns_down_is_to_be_connected_anew(whole: Whole) -> None:
    await whole.connect()
    whole.sandbox.script.add(Fault(kind="status", status=401, times=9))
    reply = await whole.says("imagine a cat")
    assert "OpenAI does not accept this key" in reply.text
    assert whole.sandbox.changes(OWN) == 0
