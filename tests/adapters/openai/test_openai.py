"""What is OpenAI's own: pictures, where its requests go, and what it is not told."""

from collections.abc import AsyncIterator

import pytest

from adapters.chat import Usage
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from adapters.openai.client import OpenAI
from adapters.sandbox_chat_script import Failure
from tests.adapters.hosted import ADAPTERS, KEY, MODELS, SKY, Stage, answered, asked, connected, opened, staged

PAINTER = "gpt-image-2"
CAT = "A cat on a mat"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged("openai") as stage:
        yield stage


@pytest.fixture
def openai(stage: Stage) -> OpenAI:
    client = stage.open()
    assert isinstance(client, OpenAI)
    return client


async def test_it_paints(stage: Stage, openai: OpenAI) -> None:
    image = await openai.imagine(CAT, PAINTER, "1024x1536")
    assert image.content.startswith(b"\x89PNG")
    assert (image.mime, image.usage) == ("image/png", Usage(10, 272))
    assert stage.sent == {"prompt": CAT, "model": PAINTER, "size": "1024x1536", "n": 1}
    assert image.content != (await openai.imagine("A dog", PAINTER)).content
    assert "PNG" not in repr(image)


async def test_models_that_paint_are_listed_apart(openai: OpenAI) -> None:
    assert await openai.image_models() == [PAINTER]
    assert PAINTER not in [model.id for model in await openai.models()]


async def test_a_picture_whose_answer_is_lost_is_not_painted_twice(stage: Stage, openai: OpenAI) -> None:
    stage.fail("drop_after")
    with pytest.raises(Unknown):
        await openai.imagine(CAT, PAINTER)
    assert stage.sandbox.changes("ana@acme.test") == 1


async def test_a_picture_by_a_model_that_does_not_paint_is_refused(openai: OpenAI) -> None:
    with pytest.raises(Refused, match="There is no model “parrot-1” here"):
        await openai.imagine(CAT, "parrot-1")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("moderation_blocked", "its content filter stopped it"),
        ("billing_hard_limit_reached", "has no credit left"),
        ("invalid_size", r"did not accept that \(invalid_size\)"),
    ],
)
async def test_a_picture_that_is_refused_is_told_in_words(code: str, words: str) -> None:
    error = {"message": "CANARY-told", "type": "image_generation_user_error", "param": None, "code": code}
    async with answered("openai", 400, {"error": error}) as client:
        assert isinstance(client, OpenAI)
        with pytest.raises(Refused, match=words):
            await client.imagine(CAT, PAINTER)


@pytest.mark.parametrize("body", [{}, [], {"data": []}, {"data": [{}]}, {"data": [{"b64_json": "§"}]}, {"data": 7}, b"<html>"])
async def test_a_picture_that_can_t_be_read_is_one_of_the_four_errors(body: object) -> None:
    async with answered("openai", 200, body) as client:
        assert isinstance(client, OpenAI)
        with pytest.raises((Refused, Unavailable)):
            await client.imagine(CAT, PAINTER)


async def test_a_wrong_key_paints_nothing(stage: Stage) -> None:
    client = stage.open("CANARY-wrong")
    assert isinstance(client, OpenAI)
    with pytest.raises(NeedsConnection):
        await client.imagine(CAT, PAINTER)


async def test_the_account_is_named_after_the_organization(openai: OpenAI) -> None:
    assert await openai.account() == "ana@acme.test"
    async with answered("openai", 200, {"object": "list", "data": []}) as client:
        assert isinstance(client, OpenAI)
        assert await client.account() == ""


async def test_openai_is_asked_to_keep_nothing(stage: Stage) -> None:
    await stage.ask()
    assert stage.sent["store"] is False


async def test_an_account_without_credit_is_told_so(stage: Stage) -> None:
    stage.sandbox.say(["It is ", Failure(429, "insufficient_quota")])
    with pytest.raises(Refused, match="has no credit left"):
        await stage.ask()


async def test_the_environment_of_other_programs_is_not_heard(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "CANARY-environment")
    await stage.ask()
    assert "CANARY" not in str(stage.sandbox.journal[-1].headers)


async def test_an_address_may_end_with_the_version(stage: Stage) -> None:
    async with connected(ADAPTERS["openai"], f"{stage.service.base_url}v1") as service:
        assert await asked(opened(service, stage.sandbox.grant("ana@acme.test")), MODELS["openai"], SKY)
    assert KEY not in repr(service)
