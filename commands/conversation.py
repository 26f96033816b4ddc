"""What people said where something is asked for, to be kept elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from adapters.errors import Refused
from commands.talk import Said, Talk


async def conversation(talk: Talk, message: str, until: datetime | None, otherwise: str) -> list[Said]:
    """The thread, of which `message` is one if it is named; outside threads that message alone. Never the one that asks.

    With `until`, only what was said by then. Raises Refused, with the text `otherwise` where neither is meant; Unavailable.
    """
    if not (talk.in_thread or message):
        raise Refused(otherwise)
    chosen = await talk.message(message) if message else None
    said = await talk.thread() if talk.in_thread or chosen is None else [chosen]
    if chosen and _is_elsewhere(chosen, said):
        raise Refused("That message is in another thread. Ask me there.")
    asking = await talk.asking()
    return [each for each in said if not (asking and each.id == asking.id) and (until is None or each.at <= until)]


def _is_elsewhere(chosen: Said, said: Sequence[Said]) -> bool:
    """Of a very long thread, what follows on its beginning may be left out."""
    left_out = len(said) > 1 and said[0].at < chosen.at < said[1].at
    return not left_out and chosen.id not in [each.id for each in said]
