"""Have a text translated by an AI model."""

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

_INSTRUCTIONS = "Translate what you are given into {language}. Answer with the translation alone, formatted as it was."


@command(example="translate German See you tomorrow!")
async def translate(
    assistant: Assistant,
    language: Annotated[str, "into which language"],
    text: Annotated[str, "what to translate", PRIVATE],
    model: Model = "",
) -> AsyncIterator[Reply]:
    """Translate a text."""
    prompt = Prompt((Turn("user", text),), _INSTRUCTIONS.format(language=language))
    async with aclosing(replies(assistant.answer(prompt, model), addresses(text), f"In {language}:")) as said:
        async for reply in said:
            yield reply
