"""Whatever Perplexity answers becomes one of the four errors, in words that a person understands."""

from typing import Any

import pytest

from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.perplexity import ADAPTER
from adapters.perplexity.client import Perplexity
from tests.adapters.perplexity.stage import KEY, Stage, answered, pieces, told


def error(kind: str, message: str = "Some reason.", code: Any = None) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, "code": code}}


@pytest.mark.parametrize("key", ["CANARY-wrong", "CANARY-é", "CANARY-\n"])
async def test_a_wrong_key_needs_another(stage: Stage, key: str) -> None:
    with pytest.raises(NeedsConnection, match="does not accept this key") as raised:
        await pieces(stage.open(key))
    assert raised.value.service == "Perplexity"


async def test_the_check_tells_a_wrong_key_though_anybody_may_list_the_models(stage: Stage, perplexity: Perplexity) -> None:
    assert await stage.open("CANARY-wrong").models()
    stage.sandbox.journal.clear()
    await ADAPTER.check(perplexity)
    assert len(stage.sandbox.journal) == 1
    with pytest.raises(NeedsConnection):
        await ADAPTER.check(stage.open("CANARY-wrong"))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, error("invalid_request_error"), "did not accept that: Some reason."),
        (422, error("invalid_request_error"), "did not accept that: Some reason."),
        (400, {}, "did not accept that."),
        (401, error("insufficient_quota"), "no credits left"),
        (429, error("insufficient_quota"), "no credits left"),
        (402, error(""), "no credits left"),
        (403, error("permission_error"), "does not allow this key"),
        (404, error("not_found_error"), "does not know of that"),
        (418, error("teapot"), "did not accept that."),
    ],
)
async def test_a_no_is_told_in_words(status: int, body: object, words: str) -> None:
    async with answered(status, body) as perplexity:
        with pytest.raises(Refused, match=words):
            await pieces(perplexity)


@pytest.mark.parametrize("kind", ["invalid_request_error", "content_filter", "policy_violation"])
async def test_a_no_in_the_middle_of_an_answer_is_one(kind: str) -> None:
    event = {"type": "response.failed", "error": {"message": "No.", "type": kind}}
    async with answered(200, told(event), "text/event-stream") as perplexity:
        with pytest.raises(Refused, match="does not answer that"):
            await pieces(perplexity)


@pytest.mark.parametrize(
    "event", [{"type": "response.failed", "error": {"message": "Oh."}}, {"type": "error", **error("api_error")}]
)
async def test_trouble_in_the_middle_of_an_answer_is_for_later(event: dict[str, Any]) -> None:
    async with answered(200, told(event), "text/event-stream") as perplexity:
        with pytest.raises(Unavailable, match="could not finish") as raised:
            await pieces(perplexity)
    assert raised.value.acted


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_trouble_is_tried_again_and_then_for_later(stage: Stage, perplexity: Perplexity, status: int) -> None:
    stage.fail("status", status=status, times=2)
    assert await pieces(perplexity)
    stage.fail("status", status=status, times=3)
    with pytest.raises(Unavailable):
        await pieces(perplexity)


BODIES = [b"", b"<html>", b"[1]", b"null", b"\xff\xfe", b'{"data": [', b'{"data": null}', b'{"data": [1]}', b"[" * 100_000]
EVENTS = [
    b"hello",
    b"data: \n\n",
    b"data: null\n\n",
    b"data: [1]\n\n",
    b"data: {\n\n",
    b"data: \xff\n\n",
    b'data: {"type": "response.completed"}\n\n',
    b'data: {"type": "response.completed", "response": {"id": 1, "usage": {"cost": 7}}}\n\n',
    b'data: {"type": "response.reasoning.search_results", "results": 7}\n\n',
    b'data: {"type": "response.output_item.done", "item": {"type": "function_call", "name": "a", "arguments": "{"}}\n\n',
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:20])
async def test_a_list_of_models_that_can_t_be_read_is_for_later(body: bytes) -> None:
    async with answered(200, body) as perplexity:
        with pytest.raises(Unavailable, match="can't read"):
            await perplexity.models()


@pytest.mark.parametrize("body", EVENTS, ids=lambda body: body[:60])
async def test_events_that_can_t_be_read_are_for_later(body: bytes) -> None:
    async with answered(200, body, "text/event-stream") as perplexity:
        with pytest.raises(Unavailable):
            await pieces(perplexity)


async def test_no_error_carries_the_key() -> None:
    for status in (400, 401, 403):
        async with answered(status, error("x", f"Bearer {KEY} is wrong")) as perplexity:
            with pytest.raises((NeedsConnection, Refused)) as raised:
                await pieces(perplexity)
        assert "CANARY" not in repr(raised.value)
        assert raised.value.__cause__ is None
