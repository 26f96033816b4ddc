"""Pictures from a stand-in that somebody else wrote: see `tests.aimock`."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.openai.client import OpenAI
from adapters.openai.image import Image
from adapters.openai.sandbox_picture import jpeg
from tests.adapters.hosted import ADAPTERS, KEY, opened
from tests.adapters.switched_on import switched_on
from tests.aimock import Aimock, aimock

__all__ = ["aimock"]

PAINTER = "gpt-image-2"
CAT = jpeg("cat", 64, 64)
FILTERED = {"message": "No.", "type": "image_generation_user_error", "code": "moderation_blocked"}
FIXTURES = [
    {"match": {"userMessage": "cat", "endpoint": "image"}, "response": {"image": {"b64Json": b64encode(CAT).decode()}}},
    {"match": {"userMessage": "link", "endpoint": "image"}, "response": {"image": {"url": "https://elsewhere.test/cat.png"}}},
    {"match": {"userMessage": "blood", "endpoint": "image"}, "response": {"error": FILTERED, "status": 400}},
    {"match": {"userMessage": "crowd", "endpoint": "image"}, "response": {"error": {"message": "Wait."}, "status": 429}},
]
pytestmark = pytest.mark.emulate


@pytest.fixture(scope="module")
def address(aimock: Aimock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aimock.running(tmp_path_factory.mktemp("aimock"), FIXTURES, KEY) as address:
        yield address


@pytest.fixture
async def client(address: str) -> AsyncIterator[OpenAI]:
    async with switched_on(ADAPTERS["openai"], f"{address}/") as (service, _):
        client = opened(service, KEY)
        assert isinstance(client, OpenAI)
        yield client


async def test_a_picture_is_painted(client: OpenAI) -> None:
    assert await client.imagine("a cat", PAINTER) == Image(CAT, "image/jpeg")


async def test_where_there_is_only_an_address_there_is_no_picture(client: OpenAI) -> None:
    with pytest.raises(Refused, match="gave no picture"):
        await client.imagine("a link", PAINTER)


async def test_what_is_filtered_is_told(client: OpenAI) -> None:
    with pytest.raises(Refused, match="its content filter stopped it"):
        await client.imagine("blood", PAINTER)


async def test_too_many_may_pass(client: OpenAI) -> None:
    with pytest.raises(Unavailable, match="can't answer at the moment"):
        await client.imagine("a crowd", PAINTER)


async def test_a_wrong_key_needs_another(address: str) -> None:
    async with switched_on(ADAPTERS["openai"], f"{address}/") as (service, _):
        client = opened(service, "CANARY-wrong")
        assert isinstance(client, OpenAI)
        with pytest.raises(NeedsConnection):
            await client.imagine("a cat", PAINTER)
