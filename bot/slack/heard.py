"""What Bolt has made of a delivery, in words that do not know Bolt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.platform import Filled, Gone, Press, Words
from bot.unreadable import check_texts

_PERSON = re.compile(r"[UW][A-Za-z0-9_-]*")  # nobody with another id could be answered


@dataclass(frozen=True)
class Heard:
    """What a delivery asks, in Slack's ids. No `channel`: it is the person's chat with the bot alone.

    `route` has, where there is such a thing, `response_url` and `trigger_id`, and of a press `pressed`, the timestamp of the
    message that has the button, with `ephemeral` where only one person sees that; or `view` and `form`, the modal that has it.
    `message` is the timestamp of the message that asks, or from whose menu it was asked. `said` is when somebody wrote it, in
    seconds since the epoch, where it is an event, which Slack may deliver a day late; else 0:
    https://docs.slack.dev/apis/events-api/#delayed-events.
    """

    what: Words | Press | Filled | Gone
    via: str  # "slash", "mention", "message", "button", "form", "shortcut", "event", or "home": what is answered stands there
    team: str
    user: str
    channel: str
    thread: str = ""
    route: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    said: float = 0.0


def checked(heard: Heard) -> Heard:
    """Raises KeyError where that is no text which should be one, or nobody's id."""
    texts = {name: getattr(heard, name) for name in ("team", "user", "channel", "thread", "message")} | dict(heard.route)
    if isinstance(heard.what, Press):
        texts["value"] = heard.what.offer
    check_texts(texts)
    if heard.user and not _PERSON.fullmatch(heard.user):
        raise KeyError("user")
    return heard
