"""Which models there are, and which one is asked where nobody says which."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import Refused
from bot.spending import Limits
from bot.usual import preferences_of
from commands.models import models, use
from commands.preview import Change, Preview
from commands.reply import Reply
from commands.usage import Meant
from tests.bot.conftest import FixedClock
from tests.bot.stage import Stage, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, FixedClock(), Limits(1.0, 5.0, 9.0)) as opened:
        yield opened


async def runs(stage: Stage, **said: str) -> tuple[Preview, Reply]:
    """What is shown before it is done, and what is said after."""
    given = {"assistant": stage.models.assistant(stage.call), "preferences": preferences_of(stage.preferences, stage.call)}
    arguments: Mapping[str, Any] = use.validate(said, stage.clock.now())
    with pytest.raises(Meant) as meant:
        _ = [step async for step in use.run(arguments, given, stage.clock.now())]
    preview, reply = [step async for step in use.run({**arguments, **meant.value.arguments}, given, stage.clock.now())]
    assert isinstance(preview, Preview)
    assert isinstance(reply, Reply)
    return preview, reply


async def usual(stage: Stage) -> str:
    [reply] = [step async for step in models.run({}, {"assistant": stage.models.assistant(stage.call)}, stage.clock.now())]
    assert isinstance(reply, Reply)
    return reply.text.partition(".")[0]


async def test_a_provider_is_called_as_people_call_it(stage: Stage) -> None:
    preview, reply = await runs(stage, model="claude")

    assert preview.text == "Have Claude asked for you where nobody says which."
    assert preview.changes == (Change("Usually asked", "nothing chosen", "Claude"),)
    assert reply == Reply("From now on Claude is asked for you.", undo={"model": "none", "who": "me"})
    assert await usual(stage) == "Where nobody says which, Claude is asked"


async def test_a_model_is_called_by_its_provider_and_its_id(stage: Stage) -> None:
    offered = await stage.models.assistant(stage.call).offered()
    [id, *_] = [model.id for each in offered if each.name == "anthropic" for model in each.models]
    _, reply = await runs(stage, model=f"anthropic:{id}", who="here")

    assert reply.text == f"From now on Claude’s {id} is asked for everybody here."
    assert await usual(stage) == f"Where nobody says which, Claude’s {id} is asked"


async def test_to_choose_nothing_forgets_what_was_chosen(stage: Stage) -> None:
    await runs(stage, model="claude")
    preview, reply = await runs(stage, model="none")

    assert (preview.text, reply.text) == ("Choose no model for you.", "From now on no model is chosen for you.")
    assert preview.changes == (Change("Usually asked", "Claude", "nothing chosen"),)
    assert reply.undo == {"model": "claude", "who": "me"}
    assert await usual(stage) == "Where nobody says which, OpenAI is asked"


async def test_those_that_paint_are_told_and_can_not_be_chosen_to_answer(stage: Stage) -> None:
    [listed] = [step async for step in models.run({}, {"assistant": stage.models.assistant(stage.call)}, stage.clock.now())]
    assert isinstance(listed, Reply)
    [painter] = [item for item in listed.items if "paints" in item.detail]
    assert painter.title == "openai:gpt-image-2"
    assert "$" in painter.detail
    with pytest.raises(Refused, match="no “openai:gpt-image-2” here"):
        _ = await runs(stage, model="openai:gpt-image-2")


async def test_what_nobody_offers_can_not_be_chosen(stage: Stage) -> None:
    with pytest.raises(Refused, match="no “oracle” here"):
        _ = await runs(stage, model="oracle")
