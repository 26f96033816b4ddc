"""What people said, as a model is told it: who said what and when, and what hangs on it."""

from collections.abc import Iterable, Sequence

from adapters.chat import Document, Turn
from adapters.errors import Refused
from commands.talk import Said, Talk

_LONGEST = 100_000  # characters of talk that a model is told: the newest count
_HEAVIEST = 5_000_000  # bytes of a document
_LARGEST = 200_000  # bytes of a text that is told as such
_TEXTS = ("text/", "application/json", "application/xml", "application/yaml")


async def before(talk: Talk, asking: Said | None) -> tuple[Turn, ...]:
    """What was said in the thread before the message that asks, as turns; nothing where the bot may not read there."""
    if not talk.in_thread:
        return ()
    try:
        said = await talk.thread()
    except Refused:
        return ()
    earlier = [each for each in said if asking is None or (each.at, each.id) < (asking.at, asking.id)]
    return _turns(_newest(earlier))


def _newest(said: Sequence[Said]) -> Sequence[Said]:
    """As many of the newest as a model is told at once."""
    room, first = _LONGEST, len(said)
    while first and (room := room - len(said[first - 1].text)) >= 0:
        first -= 1
    return said[first:]


def _turns(said: Iterable[Said]) -> tuple[Turn, ...]:
    """Of the bot's own messages, turns of the assistant; one side's messages in a row are one turn. People begin."""
    turns: list[Turn] = []
    for each in said:
        role, text = ("assistant", each.text) if each.own else ("user", f"{each.author}: {each.text}")
        if turns and turns[-1].role == role:
            turns[-1] = Turn(turns[-1].role, f"{turns[-1].text}\n\n{text}")
        elif turns or role == "user":
            turns.append(Turn("assistant" if each.own else "user", text))
    return tuple(turns)


def transcript(said: Sequence[Said]) -> str:
    """A line for each message, the newest last; of too much, the newest."""
    lines = [f"[{each.at:%Y-%m-%d %H:%M}] {each.author}: {each.text}" for each in said]
    told = "\n".join(lines)
    return told if len(told) <= _LONGEST else f"…{told[-_LONGEST:]}"


async def documents(talk: Talk, said: Said | None) -> tuple[tuple[Document, ...], str]:
    """What hangs on a message: pictures and documents, and beside them what is plain text, as text."""
    kept: list[Document] = []
    texts: list[str] = []
    for attached in said.attached if said else ():
        if attached.size > _HEAVIEST:
            raise Refused(f"“{attached.name}” is too large for me to read: at most 5 MB.")
        content = await talk.fetch(attached)
        if attached.mime.startswith(_TEXTS):
            texts.append(f"{attached.name}:\n{content[:_LARGEST].decode(errors='replace')}")
        else:
            kept.append(Document(attached.name, attached.mime, content))
    return tuple(kept), "\n\n".join(texts)
