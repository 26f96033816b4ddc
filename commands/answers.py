"""What a model says, as replies."""

from collections.abc import AsyncIterator

from commands.assistant import Answer
from commands.reply import Field, Item, Reply

_ENDINGS = {
    "cut": "This is as long as an answer may be. Ask it to go on.",
    "stopped": "Stopped here.",
    "broken off": "{vendor} broke off here. Ask again for the whole answer.",
}


async def replies(answers: AsyncIterator[Answer], links: tuple[str, ...] = (), heading: str = "") -> AsyncIterator[Reply]:
    """A reply for each answer; `links` are the addresses that stood in what the model was given."""
    async for answer in answers:
        yield reply(answer, links, heading)


def reply(answer: Answer, links: tuple[str, ...] = (), heading: str = "") -> Reply:
    """`heading` is said above it, in place of who answers."""
    text = heading or f"{answer.vendor} answers:"
    if answer.instead_of:
        text = f"{answer.instead_of} can't answer at the moment, so {answer.vendor} does. {heading}".strip()
    ending = _ENDINGS.get(answer.ended, "").format(vendor=answer.vendor)
    return Reply(
        text,
        items=tuple(Item(f"[{number}] {each.title}", url=each.url) for number, each in enumerate(answer.sources, 1)),
        fields=(Field("Note", ending),) if ending else (),
        record=answer.record,
        prose=answer.text,
        links=(*links, *(each.url for each in answer.sources)),
        partial=not answer.ended,
    )
