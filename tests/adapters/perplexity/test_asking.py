"""A question goes out, and its answer comes back in pieces."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from adapters.chat import LARGEST, Delta, Document, End, Model, Piece, Prompt, Source, Tool, ToolCall, Turn, Usage
from adapters.errors import Refused, Unavailable
from adapters.perplexity.client import Perplexity
from adapters.perplexity.sandbox import MODELS
from tests.adapters.perplexity.stage import QUESTION, SONAR, Stage, answered, pieces, told

FOUND = {"id": 1, "title": "One", "url": "https://example.com/1", "snippet": ""}
DONE: dict[str, object] = {"id": "resp_1", "output": [], "usage": None}


async def test_sources_come_first_then_words_then_what_it_cost(perplexity: Perplexity) -> None:
    told = await pieces(perplexity)
    assert told[:3] == [Source(f"Page {number} about it", f"https://example.com/{number}") for number in (1, 2, 3)]
    text = "".join(piece.text for piece in told if isinstance(piece, Delta))
    assert text == "You asked: Why is the sky blue? People write about it [1], and others agree [2][3]."
    end = told[-1]
    assert isinstance(end, End)
    assert end.usage == Usage(7, 16, 16e-6 + 7e-6)
    assert (end.cut, end.id[:5]) == (False, "resp_")


async def test_words_come_as_they_are_written(stage: Stage, perplexity: Perplexity) -> None:
    stage.sandbox.pause = 0.05
    started = asyncio.get_running_loop().time()
    async with aclosing(perplexity.stream(SONAR, QUESTION)) as answer:
        assert isinstance(await anext(answer), Source)
    assert asyncio.get_running_loop().time() - started < 1.0


async def test_the_question_is_sent_as_it_is(stage: Stage, perplexity: Perplexity) -> None:
    turns = (
        Turn("user", "Hello"),
        Turn("assistant", "Hi"),
        Turn("user", "What is this?", (Document("a.png", "image/png", b"png"),)),
    )
    await pieces(perplexity, prompt=Prompt(turns, "Be brief.", most=50))
    assert stage.sent == {
        "model": SONAR,
        "input": [
            {"type": "message", "role": "user", "content": "Hello"},
            {"type": "message", "role": "assistant", "content": "Hi"},
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is this?"},
                    {"type": "input_image", "image_url": "data:image/png;base64,cG5n"},
                ],
            },
        ],
        "instructions": "Be brief.",
        "max_output_tokens": 50,
        "tools": [{"type": "web_search"}],
        "stream": True,
    }


async def test_a_name_without_a_slash_is_a_preset_which_brings_its_own_search(stage: Stage, perplexity: Perplexity) -> None:
    assert isinstance((await pieces(perplexity, "fast"))[0], Source)
    assert stage.sent["preset"] == "fast"
    assert not {"model", "tools"} & stage.sent.keys()


async def test_a_tool_may_be_asked_for(perplexity: Perplexity) -> None:
    tool = Tool("calendar_today", "What is on today", {"type": "object", "properties": {}})
    prompt = Prompt((Turn("user", "Use calendar_today please"),), tools=(tool,))
    assert ToolCall("calendar_today", {}) in await pieces(perplexity, prompt=prompt)


async def test_an_answer_that_took_all_it_might_is_cut(perplexity: Perplexity) -> None:
    end = (await pieces(perplexity, prompt=replace(QUESTION, most=4)))[-1]
    assert isinstance(end, End)
    assert end.cut


async def test_what_is_no_picture_is_refused_by_name(stage: Stage, perplexity: Perplexity) -> None:
    prompt = Prompt((Turn("user", "Read this", (Document("plan.pdf", "application/pdf", b""),)),))
    with pytest.raises(Refused, match=r"“plan\.pdf”"):
        await pieces(perplexity, prompt=prompt)
    assert not stage.sandbox.journal


async def test_pictures_that_are_too_large_are_refused_before_anybody_is_asked(stage: Stage, perplexity: Perplexity) -> None:
    half = Document("a.png", "image/png", b"x" * (LARGEST // 2 + 1))
    with pytest.raises(Refused, match="too large for me to send: together at most 3 MB"):
        await pieces(perplexity, prompt=Prompt((Turn("user", "What?", (half, half)),)))
    assert not stage.sandbox.journal


@pytest.mark.parametrize("model", ["", "nobody/knows", "no-preset", "a/b/c"])
async def test_an_unknown_model_is_refused(perplexity: Perplexity, model: str) -> None:
    with pytest.raises(Refused):
        await pieces(perplexity, model)


async def test_the_models_are_those_that_perplexity_lists(stage: Stage, perplexity: Perplexity) -> None:
    assert [model.id for model in await perplexity.models()] == list(MODELS)
    assert len(stage.sandbox.journal) == 1


def test_a_model_is_described_without_asking(perplexity: Perplexity) -> None:
    assert perplexity.described(SONAR) == Model(SONAR, "sonar", documents=("image/",))


async def test_a_stop_ends_the_answer_at_perplexity_too(stage: Stage, perplexity: Perplexity) -> None:
    stage.sandbox.pause = 0.02
    async with aclosing(perplexity.stream(SONAR, QUESTION)) as answer:
        async for piece in answer:
            if isinstance(piece, Delta):
                break
    async with asyncio.timeout(2):
        while stage.sandbox.journal[-1].status is None and stage.session.connector and stage.session.connector._acquired:
            await asyncio.sleep(0.01)
    assert stage.session.connector
    assert not stage.session.connector._acquired  # the connection is closed, and nobody pays for more


@pytest.mark.parametrize(("events", "stands"), [(1, 0), (5, 3), (12, 8)])
async def test_a_cut_answer_is_for_later_and_what_was_said_stands(
    stage: Stage, perplexity: Perplexity, events: int, stands: int
) -> None:
    stage.sandbox.cut_after = events
    said: list[Piece] = []
    with pytest.raises(Unavailable, match="broke off") as raised:
        await gather(perplexity, said)
    assert raised.value.acted
    assert len(said) == stands


async def gather(perplexity: Perplexity, said: list[Piece]) -> None:
    async for piece in perplexity.stream(SONAR, QUESTION):
        said.append(piece)


async def test_an_answer_that_just_stops_broke_off() -> None:
    event = {"type": "response.output_text.delta", "delta": "The sky"}
    async with answered(200, told(event), "text/event-stream") as perplexity:
        with pytest.raises(Unavailable, match="broke off"):
            await pieces(perplexity)


async def test_a_source_is_told_once_and_none_behind_a_gap() -> None:
    results = [FOUND, {**FOUND, "id": 4}]
    item = {"type": "search_results", "results": results, "queries": []}
    events: list[dict[str, object]] = [
        {"type": "response.reasoning.search_results", "results": results},
        {"type": "response.output_item.done", "item": item, "output_index": 0},
        {"type": "response.completed", "response": DONE},
    ]
    async with answered(200, told(*events), "text/event-stream") as perplexity:
        assert await pieces(perplexity) == [Source("One", "https://example.com/1"), End(Usage(), id="resp_1")]


async def test_an_event_that_nobody_knows_yet_is_passed_over() -> None:
    events = told({"type": "response.thought.done", "mood": "good"}, {"type": "response.completed", "response": DONE})
    async with answered(200, events, "text/event-stream") as perplexity:
        assert await pieces(perplexity) == [End(Usage(), id="resp_1")]
