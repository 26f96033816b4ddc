"""What botbuilder has made of an activity, in words that do not know botbuilder."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.platform import Filled, Joined, Press, Words


@dataclass(frozen=True)
class Left:
    """The bot was taken out of a conversation: nobody is reached there any more."""


@dataclass(frozen=True)
class Heard:
    """What an activity asks, in Teams' ids.

    `user` is the person's id in Entra, else in Teams. `zone` is an IANA name, or empty where Teams tells no valid one.
    `channel` is the conversation without its thread. `route`, all texts, empty where unknown, has `service_url`;
    `conversation`, with the thread; `type`: "personal", "groupChat" or "channel"; `bot` and `user`, their ids in Teams; `team`,
    the id in Entra of the team's group, or its own; and `replaces`, the message whose card was pressed and is to be replaced.
    `message` is the id of the message that asks, or from whose menu it was asked.
    """

    what: Words | Press | Filled | Joined | Left
    via: str  # "message", "mention", "button", "form", "shortcut", "search", "installed" or "removed"
    tenant: str
    user: str
    name: str
    zone: str
    channel: str
    thread: str
    route: Mapping[str, str]
    message: str = ""
