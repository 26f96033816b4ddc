"""A reply on its way out, as it is stored before it is sent: all that sending needs, and nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outgoing:
    """`call` marks the messages, so that they can be found again; `since` is when the question came, in seconds.

    `replaces` is the timestamp of the card that was pressed, where the reply takes its place. One that is `ephemeral` only its
    asker sees, and Slack replaces it by nothing but the response URL. `view` is the id of the form that is shown
    it, and `form` what that is made of. `partial`: it is what there is so far of an answer, which is streamed where it
    has `stream`, that answer as Markdown. `asking` is the timestamp of the message that asked.
    """

    call: str
    team: str
    channel: str
    thread: str
    user: str
    private: bool
    response_url: str
    since: float
    messages: Sequence[Mapping[str, Any]]  # each has `text` and `blocks`
    home: bool = False  # it stands in the person's Home tab, in place of what stood there
    replaces: str = ""
    ephemeral: bool = False
    view: str = ""
    form: str = ""  # JSON
    partial: bool = False
    stream: str = ""
    asking: str = ""

    def dump(self) -> str:
        return _encoded(vars(self))

    def metadata(self, part: int) -> dict[str, Any]:
        """https://docs.slack.dev/messaging/message-metadata/"""
        return {"event_type": EVENT_TYPE, "event_payload": {"call": self.call, "part": part}}


EVENT_TYPE = "interact_reply"
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def load(text: str) -> Outgoing:
    return Outgoing(**json.loads(text))
