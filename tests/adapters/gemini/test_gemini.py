"""What is Gemini's own: where its key goes, and what Google calls a bad request."""

from collections.abc import AsyncIterator

import pytest

from adapters.errors import Refused, Unavailable
from adapters.sandbox_chat_script import Failure
from tests.adapters.hosted import MODELS, Stage, answered, asked, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged("gemini") as stage:
        yield stage


async def test_the_key_goes_as_a_header_and_never_in_the_address(stage: Stage) -> None:
    await stage.ask()
    asked = stage.sandbox.journal[-1]
    assert asked.path == f"/v1beta/models/{stage.model}:streamGenerateContent"
    assert dict(asked.query) == {"alt": "sse"}
    assert "x-goog-api-key" in {name.lower() for name in asked.headers}


async def test_a_region_that_is_not_served_is_told_in_words(stage: Stage) -> None:
    stage.sandbox.say([Failure(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")])
    with pytest.raises(Refused, match=r"did not accept that \(FAILED_PRECONDITION\)"):
        await stage.ask()


async def test_an_account_without_billing_is_told_so(stage: Stage) -> None:
    stage.sandbox.say([Failure(400, "FAILED_PRECONDITION", "Please enable billing on your project in Google AI Studio.")])
    with pytest.raises(Refused, match="has no credit left"):
        await stage.ask()


async def test_a_prompt_that_is_blocked_is_refused() -> None:
    blocked = b'data: {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "responseId": "r"}\n\n'
    async with answered("gemini", 200, blocked, "text/event-stream") as client:
        with pytest.raises(Refused, match="its content filter stopped it"):
            await asked(client, MODELS["gemini"])


async def test_a_call_that_google_could_not_read_itself_is_unavailable() -> None:
    malformed = b'data: {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]}\n\n'
    async with answered("gemini", 200, malformed, "text/event-stream") as client:
        with pytest.raises(Unavailable):
            await asked(client, MODELS["gemini"])


async def test_the_environment_of_other_programs_is_not_heard(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.setenv(name, "CANARY-environment")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    await stage.ask()
    assert "CANARY" not in str(stage.sandbox.journal[-1].headers)
