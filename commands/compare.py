"""Ask two AI models the same, and see what both say."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from adapters.chat import Prompt, Turn
from adapters.errors import NeedsConnection, Refused, Unavailable
from commands import answers
from commands.assistant import Answer, Assistant
from commands.command import command
from commands.links import addresses
from commands.reply import Reply

_INSTRUCTIONS = "Answer in Markdown, in the language of the question, as briefly as it allows."
_Two = Annotated[list[str], Field(min_length=2, max_length=2), "two models, separated by a comma, as “models” lists them"]


@command(example="compare openai,claude What is a monad?")
async def compare(assistant: Assistant, models: _Two, question: Annotated[str, "what both are asked"]) -> AsyncIterator[Reply]:
    """Ask two AI models the same question, side by side."""
    prompt = Prompt((Turn("user", question),), _INSTRUCTIONS)
    said: dict[int, Reply] = {}
    more = asyncio.Event()

    async def follow(number: int, model: str) -> None:
        try:
            async for answer in assistant.answer(prompt, model):
                said[number] = _part(answer)
                more.set()
        except (Refused, NeedsConnection, Unavailable) as error:  # the other one may answer
            said[number] = Reply("", prose=f"### {model}\n\n{error}")
        finally:
            more.set()

    tasks = [asyncio.create_task(follow(number, model)) for number, model in enumerate(models)]
    try:
        while not all(task.done() for task in tasks):
            await more.wait()
            more.clear()
            yield _both(said, addresses(question), partial=True)
        for task in tasks:
            task.result()
        yield _both(said, addresses(question), partial=False)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _part(answer: Answer) -> Reply:
    told = answers.reply(answer)
    notes = "".join(f"\n\n*{field.value}*" for field in told.fields)
    return replace(told, prose=f"### {answer.vendor}: {answer.model}\n\n{answer.text}{notes}")


def _both(said: dict[int, Reply], links: tuple[str, ...], partial: bool) -> Reply:
    parts = [said[number] for number in sorted(said)]
    record = "; ".join(filter(None, (part.record for part in parts)))
    links = (*links, *(link for part in parts for link in part.links))
    prose = "\n\n".join(part.prose for part in parts)
    return Reply("Both were asked:", record=record, prose=prose, links=links, partial=partial)
