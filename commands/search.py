"""Search the web, and have the answer with its sources."""

from collections.abc import AsyncIterator
from typing import Annotated

from adapters.chat import Prompt, Turn
from adapters.perplexity.client import Perplexity
from commands.answers import replies
from commands.assistant import Assistant
from commands.command import command
from commands.links import addresses
from commands.reply import Reply

_INSTRUCTIONS = "Answer briefly, in Markdown, in the language of the question, from what you find. Cite with [1], [2]."


@command(example="search When is the next leap second?")
async def search(
    _perplexity: Perplexity, assistant: Assistant, question: Annotated[str, "what to look for"]
) -> AsyncIterator[Reply]:
    """Search the web with Perplexity, sources included."""
    prompt = Prompt((Turn("user", question),), _INSTRUCTIONS)
    async for reply in replies(assistant.answer(prompt, "perplexity"), addresses(question)):
        yield reply
