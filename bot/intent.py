"""How far a delivery has come, as it is stored: so that whoever takes it up after a crash goes on from there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Intent:
    """`arguments` are what the call's words turned out to mean, `sent` is where something about it stands already, and
    `outgoing` what was decided to be sent, as `Platform.render` made it.
    """

    arguments: Mapping[str, Any] | None = None
    sent: Sequence[str] = ()
    outgoing: str = ""

    def dump(self) -> str:
        return json.dumps({name: value for name, value in vars(self).items() if value}, ensure_ascii=False)


def load(text: str) -> Intent:
    return Intent(**json.loads(text)) if text else Intent()
