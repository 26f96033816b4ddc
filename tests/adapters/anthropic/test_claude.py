"""What is Claude's own: its version, and how it sends its key."""

from collections.abc import AsyncIterator

import pytest

from adapters.errors import Refused
from adapters.sandbox_chat_script import Failure
from tests.adapters.hosted import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged("anthropic") as stage:
        yield stage


async def test_the_newest_version_is_spoken_and_the_key_is_a_bearer_token(stage: Stage) -> None:
    await stage.ask()
    headers = {name.lower(): value for name, value in stage.sandbox.journal[-1].headers.items()}
    assert headers["anthropic-version"] == "2026-10-21"
    assert "authorization" in headers
    assert "x-api-key" not in headers


async def test_an_account_without_credit_is_told_so(stage: Stage) -> None:
    stage.sandbox.say([Failure(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.")])
    with pytest.raises(Refused, match="has no credit left"):
        await stage.ask()


async def test_the_environment_of_other_programs_is_not_heard(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "CANARY-environment")
    await stage.ask()
    assert "CANARY" not in str(stage.sandbox.journal[-1].headers)


async def test_the_stand_in_is_as_strict_as_anthropic(stage: Stage) -> None:
    from aiohttp import ClientSession

    url = f"{stage.service.base_url}v1/messages"
    key = {"Authorization": f"Bearer {stage.sandbox.grant('ana@acme.test')}"}
    body = {"model": stage.model, "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    new = {**key, "anthropic-version": "2026-10-21"}
    wrong = [(key, body), (new, {**body, "temperature": 0.5}), (new, {**body, "messages": []}), (new, [])]
    async with ClientSession() as session:
        for headers, sent in wrong:
            async with session.post(url, json=sent, headers=headers) as answer:
                assert answer.status == 400
                assert (await answer.json())["error"]["type"] == "invalid_request_error"
