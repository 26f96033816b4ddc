"""What a model says, as replies."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from commands.assistant import Answer
from commands.reply import Field, Item, Reply

_ENDINGS = {
    "cut": "This is as long as an answer may be. Ask it to go on.",
    "late": "This took too long, so I stopped it here. Ask it to go on.",
    "stopped": "Stopped here.",
    "broken off": "{vendor} broke off here. Ask again for the whole answer.",
    "refused": "It ends here: {why}",
}
_EMPTY = {
    "cut": "{vendor} thought for as long as it may, and did not come to an answer. Ask for less at once, or another model.",
    "whole": "{vendor} gave an empty answer. Ask again in other words, or another model.",
    "stopped": "Stopped, before {vendor} said anything.",
}


async def replies(
    answers: AsyncGenerator[Answer, None], links: tuple[str, ...] = (), heading: str = ""
) -> AsyncGenerator[Reply, None]:
    """A reply for each answer; `links` are the addresses that stood in what the model was given."""
    async with aclosing(answers):
        async for answer in answers:
            yield reply(answer, links, heading)


def reply(answer: Answer, links: tuple[str, ...] = (), heading: str = "") -> Reply:
    """`heading` is said above it, in place of who answers."""
    text = heading or f"{answer.vendor} answers:"
    if answer.instead_of:
        text = f"{answer.instead_of} can't answer at the moment, so {answer.vendor} does. {heading}".strip()
    if empty(answer):
        return Reply(ending(answer), record=answer.record)
    return Reply(
        text,
        items=sources(answer),
        fields=tuple(Field("Note", each) for each in (ending(answer),) if each),
        record=answer.record,
        prose=answer.text,
        links=(*links, *(each.url for each in answer.sources)),
        partial=not answer.ended,
    )


def sources(answer: Answer, whose: str = "") -> tuple[Item, ...]:
    """Its footnotes, by the numbers that it cites."""
    return tuple(Item(f"[{number}] {each.title}", whose, each.url) for number, each in enumerate(answer.sources, 1))


def empty(answer: Answer) -> bool:
    """Whether it has ended without a word."""
    return bool(answer.ended) and not answer.text.strip()


def ending(answer: Answer, vendor: str = "") -> str:
    """Why it is not whole; empty where it is, or may still become it. `vendor` is how its provider is called there."""
    words = (_EMPTY if empty(answer) else _ENDINGS).get(answer.ended, "")
    return words.format(vendor=vendor or answer.vendor, why=answer.why)
