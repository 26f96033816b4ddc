"""Search the web, and have the answer with its sources."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from adapters.chat import Prompt, Turn
from adapters.perplexity.client import Perplexity
from commands.answers import replies
from commands.assistant import Assistant
from commands.command import command
from commands.links import addresses
from commands.option import PRIVATE
from commands.reply import Reply

_INSTRUCTIONS = "Answer briefly, in Markdown, in the language of the question, from what you find. Cite with [1], [2]."


@command(example="search When is the next leap second?")
async def search(
    _perplexity: Perplexity, assistant: Assistant, question: Annotated[str, "what to look for", PRIVATE]
) -> AsyncIterator[Reply]:
    """Search the web with Perplexity, sources included."""
    prompt = Prompt((Turn("user", question),), _INSTRUCTIONS)
    async with aclosing(replies(assistant.alone(prompt, "perplexity"), addresses(question))) as said:
        async for reply in said:
            yield reply
