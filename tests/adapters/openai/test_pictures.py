"""OpenAI's pictures: what is asked, what comes, and what goes wrong."""

from base64 import b64decode, b64encode

import pytest

from adapters.chat import Usage
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from adapters.http import pooled_session
from adapters.openai.client import OpenAI
from adapters.openai.image import Image, Shape
from tests.adapters.hosted import Stage, answered

PAINTER = "gpt-image-2"
CAT = "A cat on a mat"


async def test_it_paints(stage: Stage, openai: OpenAI) -> None:
    image = await openai.imagine(CAT, PAINTER, "tall")
    assert image.content.startswith(b"\xff\xd8\xff")
    assert (image.mime, image.usage) == ("image/jpeg", Usage(10, 1584))
    assert stage.sent == {
        "prompt": CAT,
        "model": PAINTER,
        "size": "1024x1536",
        "quality": "medium",
        "output_format": "jpeg",
        "output_compression": 85,
        "n": 1,
    }
    assert image.content != (await openai.imagine("A dog", PAINTER, "tall")).content
    assert "xff" not in repr(image)


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


@pytest.mark.parametrize("shape", ["square", "wide", "tall"])
async def test_every_shape_is_one_that_openai_paints(stage: Stage, openai: OpenAI, shape: Shape) -> None:
    assert (await openai.imagine(CAT, PAINTER, shape)).usage.output > 1000
    assert stage.sent["size"] in ("1024x1024", "1536x1024", "1024x1536")


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"RIFF....WEBPVP8 ...", "image/webp"),
    ],
)
async def test_what_kind_of_picture_it_is_its_first_bytes_tell(content: bytes, mime: str) -> None:
    body = {"created": 1, "output_format": "svg", "data": [{"b64_json": b64encode(content).decode()}]}
    async with answered("openai", 200, body) as client:
        assert isinstance(client, OpenAI)
        assert await client.imagine(CAT, PAINTER) == Image(content, mime)


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"GIF89a", b"RIFF....WAVE", b"<html>", b""])
async def test_what_is_no_picture_that_all_show_is_none(content: bytes) -> None:
    body = {"created": 1, "output_format": "png", "data": [{"b64_json": b64encode(content).decode()}]}
    async with answered("openai", 200, body) as client:
        assert isinstance(client, OpenAI)
        with pytest.raises(Refused, match="gave no picture that I can show"):
            await client.imagine(CAT, PAINTER)


async def test_what_a_picture_costs_is_known_without_asking(stage: Stage, openai: OpenAI) -> None:
    known = openai.painter(PAINTER)
    assert (known.input_price, known.output_price) == (5.0, 30.0)
    assert openai.painter("gpt-image-1.5").output_price == 32.0  # of pictures; of words it is 10
    assert openai.painter("no-such-model").output_price is None
    assert list(stage.sandbox.journal) == []


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


@pytest.mark.parametrize(
    "wrong", [{"size": "16x16"}, {"output_format": "svg"}, {"n": 2}, {"model": "gpt-6-luna"}, {"prompt": ""}]
)
async def test_the_stand_in_paints_only_as_openai_does(stage: Stage, wrong: dict[str, object]) -> None:
    key = stage.sandbox.grant("ana@acme.test")
    asked = {"model": PAINTER, "prompt": CAT, **wrong}
    async with pooled_session() as session:
        url = f"{stage.service.base_url}v1/images/generations"
        async with session.post(url, json=asked, headers={"Authorization": f"Bearer {key}"}) as answer:
            assert answer.status in (400, 404)
            assert (await answer.json())["error"]["message"]
    assert stage.sandbox.changes("ana@acme.test") == 0


async def test_the_stand_in_paints_png_where_nobody_says_what(stage: Stage) -> None:
    key = stage.sandbox.grant("ana@acme.test")
    async with pooled_session() as session:
        url = f"{stage.service.base_url}v1/images/generations"
        asked = {"model": PAINTER, "prompt": CAT}
        async with session.post(url, json=asked, headers={"Authorization": f"Bearer {key}"}) as answer:
            painted = await answer.json()
    assert painted["output_format"] == "png"
    assert b64decode(painted["data"][0]["b64_json"]).startswith(b"\x89PNG")
