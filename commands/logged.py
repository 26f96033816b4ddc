"""A conversation as a note on a record: who said what, when, with the links that lead back to it."""

import re
from collections.abc import Sequence
from datetime import datetime

from adapters.errors import Refused
from commands.agenda import count, listed
from commands.conversation import conversation
from commands.days import in_words
from commands.talk import Said, Talk

_MARKUP = re.compile(r"[\\*_~`\[\]<>]")
_FENCE = re.compile(r"^\s*```", re.MULTILINE)
_ASKED = "Ask me that in a thread, or say which message you mean with message= and its link."
_NAMED = 3  # people by name; the others are counted


async def overheard(talk: Talk, message: str, until: datetime | None) -> list[Said]:
    """As `conversation`, without the bot's own words. Raises Refused where people have said nothing."""
    said = [each for each in await conversation(talk, message, until, _ASKED) if not each.own]
    if not said:
        raise Refused("There is nothing here that people have said.")
    return said


def messages(said: Sequence[Said]) -> str:
    """As in "2 messages by Ana and Tom"."""
    names = list(dict.fromkeys(each.author for each in said))
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return f"{count(len(said), 'message')} by {listed([*names[:_NAMED], *more])}"


def as_note(said: Sequence[Said], now: datetime) -> str:
    """Markdown: the messages in their order, each below its author and its time in the zone of `now`."""
    return "\n\n".join(_paragraph(each, now) for each in said)


def in_full(moment: datetime, now: datetime) -> str:
    """As in "Friday 27 November, 10:00", in the zone of `now`."""
    here = moment.astimezone(now.tzinfo)
    return f"{in_words(here.date(), now.date())}, {here:%H:%M}"


def _paragraph(said: Said, now: datetime) -> str:
    when = in_full(said.at, now)
    files = f"\n\nAttached: {listed(_bare(each.name) for each in said.attached)}" if said.attached else ""
    return f"**{_bare(said.author)}**, {f'[{when}]({said.url})' if said.url else when}\n\n{_closed(said.text)}{files}"


def _bare(name: str) -> str:
    """A name that is no markup."""
    return _MARKUP.sub("", " ".join(name.split()))


def _closed(text: str) -> str:
    """Code that nobody ended ends with the message, so that the next one is none."""
    return f"{text}\n```" if len(_FENCE.findall(text)) % 2 else text
