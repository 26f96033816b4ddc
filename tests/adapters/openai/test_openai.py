"""What is OpenAI's own beside pictures: where its requests go, and what it is not told."""

import pytest

from adapters.chat import End, Prompt, Turn, Usage
from adapters.errors import Refused
from adapters.openai.client import OpenAI
from adapters.sandbox_chat_script import Failure
from tests.adapters.hosted import ADAPTERS, KEY, MODELS, SKY, Stage, answered, asked, opened
from tests.adapters.switched_on import switched_on


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


async def test_an_account_without_credit_is_not_asked_again(stage: Stage) -> None:
    stage.sandbox.say([Failure(429, "insufficient_quota")])
    with pytest.raises(Refused, match="has no credit left"):
        await stage.ask()
    assert stage.asked("POST") == 1


async def test_a_long_prompt_costs_what_it_costs(stage: Stage) -> None:
    """OpenAI charges more for all of it from some length on."""
    stage.sandbox.context = 1_000_000
    long = (await stage.ask(Prompt((Turn("user", "word " * 400_000),))))[-1]
    assert isinstance(long, End)
    shown = stage.open().described(stage.model).input_price or 0.0
    assert long.usage.dollars is not None
    assert long.usage.dollars > 1.5 * long.usage.input * shown / 1_000_000
    assert long.usage.dollars == stage.open().cost(stage.model, Usage(long.usage.input, long.usage.output))


async def test_the_environment_of_other_programs_is_not_heard(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "CANARY-environment")
    await stage.ask()
    assert "CANARY" not in str(stage.sandbox.journal[-1].headers)


async def test_an_address_may_end_with_the_version(stage: Stage) -> None:
    async with switched_on(ADAPTERS["openai"], f"{stage.service.base_url}v1") as (service, _):
        assert await asked(opened(service, stage.sandbox.grant("ana@acme.test")), MODELS["openai"], SKY)
    assert KEY not in repr(service)
