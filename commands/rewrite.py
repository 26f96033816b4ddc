"""Have a text rewritten by an AI model."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from adapters.chat import Prompt, Turn
from commands.answers import replies
from commands.ask import Model
from commands.assistant import Assistant
from commands.command import command
from commands.links import addresses
from commands.option import PRIVATE
from commands.reply import Reply

_INSTRUCTIONS = "Rewrite what you are given: make it {how}. Keep its language and its facts. Answer with the new text alone."


@command(example="rewrite friendlier Send me the numbers by noon.")
async def rewrite(
    assistant: Assistant,
    how: Annotated[str, "how it is to be: shorter, friendlier, “more formal”", PRIVATE],
    text: Annotated[str, "what to rewrite", PRIVATE],
    model: Model = "",
) -> AsyncIterator[Reply]:
    """Rewrite a text: shorter, friendlier, more formal."""
    prompt = Prompt((Turn("user", text),), _INSTRUCTIONS.format(how=how))
    async with aclosing(replies(assistant.answer(prompt, model), addresses(text), f"Made {how}:")) as said:
        async for reply in said:
            yield reply
