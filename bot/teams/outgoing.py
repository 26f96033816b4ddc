"""A reply on its way out, as it is stored before it is sent: all that sending needs, and nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outgoing:
    """`call` marks the cards, so that they can be found again; `since` is when the question came, in seconds.

    Ids are Teams' own; `type` is "personal", "groupChat" or "channel", `team` the group's id in Entra, and `replaces` the
    message whose card was pressed. `private` replies go to the person's own chat.
    """

    call: str
    tenant: str
    service_url: str
    conversation: str  # with ";messageid=…" where it is a channel's thread
    type: str
    bot: str
    user: str
    team: str
    private: bool
    replaces: str
    since: float
    messages: Sequence[Mapping[str, Any]]  # each has `text` and `card`

    def dump(self) -> str:
        return json.dumps(vars(self), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Outgoing:
    return Outgoing(**json.loads(text))
