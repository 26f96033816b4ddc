"""The three adapters against a stand-in that somebody else wrote: see `tests.aimock`."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from adapters.chat import Delta, End, Piece, Prompt, Tool, ToolCall, Turn
from adapters.errors import NeedsConnection, Unavailable
from adapters.hosted_chat import HostedChat
from tests.adapters.hosted import ADAPTERS, KEY, MODELS, asked, opened, text
from tests.adapters.switched_on import switched_on
from tests.aimock import Aimock, aimock

__all__ = ["aimock"]

WEATHER = Tool("get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
SKY = "The sky is blue because of how air scatters light."
pytestmark = pytest.mark.emulate


def fixture(said: str, response: Any, **more: Any) -> dict[str, Any]:
    return {"match": {"userMessage": said}, "response": response, **more}


def failure(status: int, kind: str) -> dict[str, Any]:
    return {"error": {"message": "Not now.", "type": kind}, "status": status}


FIXTURES = [
    fixture("sky", {"content": SKY}),
    fixture("weather", {"toolCalls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]}),
    fixture("too fast", failure(429, "rate_limit_error")),
    fixture("too busy", failure(529, "overloaded_error")),
    fixture("broken", {"content": SKY}, latency=20, chunkSize=5, truncateAfterChunks=8),
    fixture("dropped", {"content": SKY}, latency=40, chunkSize=5, disconnectAfterMs=350),
]


@pytest.fixture(scope="module")
def address(aimock: Aimock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aimock.running(tmp_path_factory.mktemp("aimock"), FIXTURES, KEY) as address:
        yield address


@pytest.fixture(params=ADAPTERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def client(name: str, address: str) -> AsyncIterator[HostedChat]:
    async with switched_on(ADAPTERS[name], f"{address}/") as (service, _):
        yield opened(service, KEY)


def said(words: str, *tools: Tool) -> Prompt:
    return Prompt((Turn("user", f"Tell me: {words}"),), "Be brief.", tools)


async def test_an_answer_is_streamed(client: HostedChat, name: str) -> None:
    *words, end = await asked(client, MODELS[name], said("sky"))
    assert text(words) == SKY
    assert len([piece for piece in words if isinstance(piece, Delta)]) > 3
    assert isinstance(end, End)
    assert (end.cut, bool(end.id)) == (False, name != "gemini")  # as which aimock gives answers no id


@pytest.mark.filterwarnings("ignore:FUNCTION_CALL is not a valid FinishReason")  # it is aimock's own
async def test_a_tool_is_asked_for(client: HostedChat, name: str) -> None:
    pieces = await asked(client, MODELS[name], said("weather", WEATHER))
    assert [piece for piece in pieces if isinstance(piece, ToolCall)] == [ToolCall("get_weather", {"city": "Oslo"})]


@pytest.mark.parametrize("trouble", ["too fast", "too busy"])
async def test_trouble_may_pass(client: HostedChat, name: str, trouble: str) -> None:
    with pytest.raises(Unavailable, match="can't answer at the moment"):
        await asked(client, MODELS[name], said(trouble))


@pytest.mark.parametrize("trouble", ["broken", "dropped"])
async def test_an_answer_that_breaks_off_is_unavailable(client: HostedChat, name: str, trouble: str) -> None:
    pieces: list[Piece] = []

    async def hear() -> None:
        async for piece in client.stream(MODELS[name], said(trouble)):
            pieces.append(piece)

    with pytest.raises(Unavailable, match="broke off") as raised:
        await hear()
    assert all(isinstance(piece, Delta) for piece in pieces), "a connection that is cut may take with it what was not read yet"
    assert raised.value.acted


async def test_a_wrong_key_needs_another(name: str, address: str) -> None:
    async with switched_on(ADAPTERS[name], f"{address}/") as (service, _):
        with pytest.raises(NeedsConnection):
            await asked(opened(service, "CANARY-wrong"), MODELS[name], said("sky"))
