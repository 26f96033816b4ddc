"""A reply on its way out, as it is stored before it is sent: all that sending needs, and nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outgoing:
    """`call` marks the cards, so that they can be found again; `since` is when the question came, in seconds.

    Ids are Teams' own; `type` is "personal", "groupChat" or "channel", `object` and `team` are the ids in Entra of the person
    and of the team's group, and `replaces` is the message whose card was pressed. What is `private` goes to the person's own
    chat; with `settles`, the card is told to be settled then. What is `partial` is what there is so far of an answer, and
    `stream` what Teams' own streaming shows of it, empty where nothing; if it `informs`, it is not of the answer itself.
    `streamed`: some of it may have been streamed before.
    What is `passing` is shown to the one who pressed, in the answer to that, and nowhere else.
    """

    call: str
    tenant: str
    service_url: str
    conversation: str  # with ";messageid=…" where it is a channel's thread
    type: str
    bot: str
    user: str
    object: str
    team: str
    private: bool
    replaces: str
    since: float
    messages: Sequence[Mapping[str, Any]]  # each has `text` and `card`
    settles: bool = False
    partial: bool = False
    stream: str = ""
    informs: bool = False
    streamed: bool = False
    passing: bool = False

    @property
    def alone(self) -> bool:
        """Whether it goes to the person's own chat, from a conversation where others would see it."""
        return self.private and self.type != "personal"

    def dump(self) -> str:
        return json.dumps(vars(self), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Outgoing:
    return Outgoing(**json.loads(text))
