"""Ask two AI models the same, and see what both say."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field as Limited

from adapters.chat import Prompt, Turn
from adapters.errors import NeedsConnection, Refused, Unavailable
from commands.answers import ending, sources
from commands.assistant import Answer, Assistant
from commands.command import command
from commands.fences import closed
from commands.integrations import Integrations
from commands.links import addresses
from commands.option import PRIVATE
from commands.reply import Button, Field, Reply

_INSTRUCTIONS = "Answer in Markdown, in the language of the question, as briefly as it allows."
_TEXT = "Both were asked:"
_Two = Annotated[list[str], Limited(min_length=2, max_length=2), "two models, separated by a comma, as “models” lists them"]
_Failure = NeedsConnection | Refused | Unavailable


@dataclass
class _Side:
    """What one of them has said so far, or why it says nothing."""

    model: str  # as it was asked for
    changed: asyncio.Event
    answer: Answer | None = None
    failure: _Failure | None = None

    async def follow(self, assistant: Assistant, prompt: Prompt) -> None:
        """Whatever goes wrong here, the other one may answer."""
        try:
            async with aclosing(assistant.alone(prompt, self.model)) as answers:
                async for self.answer in answers:
                    self.changed.set()
        except (NeedsConnection, Refused, Unavailable) as error:
            self.failure = error
        finally:
            self.changed.set()

    @property
    def ended(self) -> bool:
        return self.failure is not None or bool(self.answer and self.answer.ended)

    @property
    def prose(self) -> str:
        """Nothing in it goes on in what comes below it."""
        if self.failure:
            return f"### {self.model}\n\n{closed(str(self.failure))}"
        if self.answer is None:
            return ""
        said = closed(self.answer.text) if self.answer.ended else self.answer.text
        heading = f"{self.answer.vendor} {self.answer.model}".strip()
        return f"### {heading}\n\n{said}"


@command(example="compare openai,claude What is a monad?")
async def compare(
    assistant: Assistant, integrations: Integrations, models: _Two, question: Annotated[str, "what both are asked", PRIVATE]
) -> AsyncIterator[Reply]:
    """Ask two AI models the same question, side by side."""
    if await assistant.same(*models):
        raise Refused("These are the same model twice. Name two, as in “compare openai,claude What is a monad?”.")
    prompt, changed = Prompt((Turn("user", question),), _INSTRUCTIONS), asyncio.Event()
    sides = [_Side(model.strip(), changed) for model in models]
    tasks = [asyncio.create_task(side.follow(assistant, prompt)) for side in sides]
    try:
        while not all(task.done() for task in tasks):
            await changed.wait()
            changed.clear()
            yield _so_far(sides, addresses(question))
        for task in tasks:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if (failure := sides[0].failure) and sides[1].failure:
        raise failure
    yield _whole(sides, addresses(question), await _buttons(sides, integrations))


def _so_far(sides: Sequence[_Side], links: tuple[str, ...]) -> Reply:
    """The second begins when the first has ended: what is streamed can only grow at its end."""
    shown = sides if sides[0].ended else sides[:1]
    return Reply(_TEXT, prose=_prose(shown), links=_links(shown, links), partial=True)


def _whole(sides: Sequence[_Side], links: tuple[str, ...], buttons: tuple[Button, ...]) -> Reply:
    said = [side.answer for side in sides if side.answer and not side.failure]
    return Reply(
        _TEXT,
        items=tuple(item for answer in said for item in sources(answer, answer.vendor)),
        fields=tuple(Field(answer.vendor, ending(answer, "It")) for answer in said if ending(answer)),
        buttons=buttons,
        record="; ".join(answer.record for answer in said if answer.record),
        prose=_prose(sides),
        links=_links(sides, links),
    )


async def _buttons(sides: Sequence[_Side], integrations: Integrations) -> tuple[Button, ...]:
    """To connect what is missing, and can be connected."""
    missing = [side.failure.service for side in sides if isinstance(side.failure, NeedsConnection)]
    every = await integrations.every() if missing else ()
    wanted = [each for each in every if each.title in missing and each.connectable]
    return tuple(Button(f"Connect {each.title}", "connect", {"service": each.name}) for each in wanted)


def _prose(sides: Sequence[_Side]) -> str:
    return "\n\n".join(filter(None, (side.prose for side in sides)))


def _links(sides: Sequence[_Side], given: tuple[str, ...]) -> tuple[str, ...]:
    return (*given, *(source.url for side in sides if side.answer for source in side.answer.sources))
