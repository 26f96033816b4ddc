"""What people said, as a model is told it: who said what and when; and what people are to know of what it is not told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from adapters.chat import Turn
from adapters.errors import Refused
from commands.reply import Field, Reply
from commands.talk import Said, Talk

_LONGEST = 100_000  # characters of talk that a model is told: the newest count
_UNREAD = "I could not read what was said here before, so I answered without it."


@dataclass(frozen=True)
class Before:
    """What was said before, as turns. `shown` is the newest message with a file that the bot has answered."""

    turns: tuple[Turn, ...] = ()
    shown: Said | None = None
    notes: tuple[str, ...] = ()


async def before(talk: Talk, asking: Said | None) -> Before:
    """What was said in the thread before the message that asks; nothing, and a note, where the bot may not read there."""
    if not talk.in_thread:
        return Before()
    try:
        said = await talk.thread()
    except Refused as error:
        return Before(notes=(f"{_UNREAD} {error}",))
    earlier = [each for each in said if asking is None or (each.at, each.id) < (asking.at, asking.id)]
    told = _newest(earlier)
    return Before(_turns(told), _shown(told), _left_out(told, earlier))


def transcript(said: Sequence[Said]) -> tuple[str, tuple[str, ...]]:
    """A line for each message, the newest last; of too much, the newest. And what to note of what is not in it."""
    told = _newest(said) or said[-1:]
    lines = (f"[{each.at:%Y-%m-%d %H:%M}] {each.author}: {each.text}{_hanging(each)}" for each in told)
    omitted = tuple(each.omitted for each in said if each.omitted)
    return "\n".join(lines)[-_LONGEST:], (*omitted, *_left_out(told, said))


def noted(reply: Reply, notes: Iterable[str]) -> Reply:
    """The same, with what people are to know of what the model was not told, once it says something."""
    fields = tuple(Field("Note", each) for each in notes)
    return replace(reply, fields=(*fields, *reply.fields)) if reply.prose else reply


def _newest(said: Sequence[Said]) -> Sequence[Said]:
    """As many of the newest as a model is told at once."""
    room, first = _LONGEST, len(said)
    while first and (room := room - len(said[first - 1].text)) >= 0:
        first -= 1
    return said[first:]


def _left_out(told: Sequence[Said], said: Sequence[Said]) -> tuple[str, ...]:
    if len(told) == len(said):
        return ()
    return (f"That is more than I can read at once: of {len(said)} messages, I read the newest {len(told)}.",)


def _shown(said: Sequence[Said]) -> Said | None:
    answered = [each for each, after in pairwise(said) if each.attached and after.own and not each.own]
    return answered[-1] if answered else None


def _turns(said: Iterable[Said]) -> tuple[Turn, ...]:
    """Of the bot's own messages, turns of the assistant; one side's messages in a row are one turn. People begin."""
    turns: list[Turn] = []
    for each in said:
        role, text = ("assistant", each.text) if each.own else ("user", f"{each.author}: {each.text}{_hanging(each)}")
        if turns and turns[-1].role == role:
            turns[-1] = Turn(turns[-1].role, f"{turns[-1].text}\n\n{text}")
        elif turns or role == "user":
            turns.append(Turn("assistant" if each.own else "user", text))
    return tuple(turns)


def _hanging(said: Said) -> str:
    """The files on a message, by their names: people speak of them."""
    return f"\n[attached: {', '.join(each.name for each in said.attached)}]" if said.attached else ""
