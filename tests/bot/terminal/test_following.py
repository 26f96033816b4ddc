"""At the terminal a question may follow on another: whoever answers knows what was said before."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters import openai
from adapters.sandbox_chat import ChatSandbox
from bot.desk import open_desk
from bot.plan import Plan
from bot.sandboxes import serving
from bot.terminal.conversation import Conversation
from tests.bot.terminal.conftest import ANN, Recorder


async def test_a_further_question_is_asked_with_what_was_said_before(
    make_plan: Callable[..., Plan], tmp_path: Path, recorder: Recorder
) -> None:
    plan = make_plan(adapters=(openai.ADAPTER,), sandbox="openai")
    sandbox = openai.ADAPTER.sandbox(lambda: plan.clock.now().astimezone(ZoneInfo("UTC")))
    assert isinstance(sandbox, ChatSandbox)
    sandbox.say("A second that is added.", "On 31 December 2016.")
    async with serving({"openai": sandbox}, 0) as address, open_desk(plan, address, f"sqlite:///{tmp_path}/x.sqlite") as desk:
        conversation = Conversation(desk, ANN, recorder, plan.clock)
        await conversation.say("ask What is a leap second?")
        await conversation.say("ask When was the last one?")

    first, second = (question.said for question in sandbox.questions)
    assert first == ("What is a leap second?",)
    assert "What is a leap second?" in second[0]
    assert "A second that is added." in second[1]
    assert second[-1] == "When was the last one?"
    assert recorder.drawn[-1].prose == "On 31 December 2016."
