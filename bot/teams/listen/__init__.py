"""botbuilder, behind the inbox: it knows Teams' activities, and says what each of them asks.

https://learn.microsoft.com/azure/bot-service/bot-builder-basics-teams?pivots=python. The front door has verified, parsed and
stored the activity before; so botbuilder gets it parsed, takes the door's word for who sent it, and has nothing to send with.
It has no types, and no file outside of this folder imports it: see README.md.
"""

import logging
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import DeserializationError
from botbuilder import schema  # type: ignore[import-untyped]
from botbuilder.core import CloudAdapterBase, TurnContext  # type: ignore[import-untyped]
from botbuilder.schema import Activity  # type: ignore[import-untyped]
from msrest.serialization import Deserializer, rest_key_extractor

from bot.platform import Press
from bot.teams.heard import Heard
from bot.teams.listen.handler import Handler
from bot.teams.listen.turn import HEARD
from bot.teams.listen.verified import Verified
from bot.unreadable import ODD, check_texts, part_of

_LOG = logging.getLogger(__name__)
_UNREADABLE = (DeserializationError, *ODD)
_UNHEARD = {"attachments", "timestamp", "localTimestamp"}  # costly to read, and nothing here asks for them
# `Activity.deserialize` would look through all of botbuilder's classes each time.
_DESERIALIZE: Any = Deserializer({name: each for name, each in vars(schema).items() if isinstance(each, type)})
_DESERIALIZE.key_extractors = [rest_key_extractor]  # Teams spells names as they are documented


class Listener:
    """Turns an activity into what it asks."""

    def __init__(self) -> None:
        self._adapter = CloudAdapterBase(Verified())
        self._handler = Handler()

    async def hear(self, activity: Mapping[str, Any]) -> Heard | None:
        """What the activity asks, or None where it asks nothing of us, or nothing that can be read: the log says so then."""
        try:
            heard = await self._read(activity)
            return _checked(heard) if heard else None
        except _UNREADABLE as error:  # nothing but reading has happened yet; its text may quote what people wrote
            _LOG.warning("an activity is left alone, for it can't be read: %s, %s", _kind(activity), _part(error, activity))
            return None

    async def _read(self, activity: Mapping[str, Any]) -> Heard | None:
        heard: Heard | None = None

        async def turn(context: TurnContext) -> None:
            nonlocal heard
            await self._handler.on_turn(context)
            heard = context.turn_state.get(HEARD)

        await self._adapter.process_activity("", _read(activity), turn)
        return heard


def _read(activity: Mapping[str, Any]) -> Activity:
    return _DESERIALIZE("Activity", {name: value for name, value in activity.items() if name not in _UNHEARD})


def _checked(heard: Heard) -> Heard:
    """Raises KeyError where that is no text which should be one: botbuilder lets it pass."""
    names = ("tenant", "user", "name", "zone", "channel", "thread", "message")
    texts = {name: getattr(heard, name) for name in names} | dict(heard.route)
    if isinstance(heard.what, Press):
        texts["offer"] = heard.what.offer
    check_texts(texts)
    return heard


def _kind(activity: Mapping[str, Any]) -> str:
    """The door lets in none but those that it knows."""
    return str(activity["name"] if activity.get("type") == "invoke" else activity.get("type"))


def _part(error: Exception, activity: Mapping[str, Any]) -> str:
    """Which part of an activity is missing or odd, without anything that stands in it."""
    odd = [] if isinstance(error, KeyError) else [name for name, value in activity.items() if not _is_readable(name, value)]
    return " and ".join(f"its “{name}”" for name in odd) or part_of(error)


def _is_readable(name: str, value: object) -> bool:
    try:
        _read({name: value})
    except _UNREADABLE:
        return False
    return True
