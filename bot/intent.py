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
        """What is to be sent comes below the first line as it is: it need not be read to be stored."""
        return f"{json.dumps({'arguments': self.arguments, 'sent': list(self.sent)})}\n{self.outgoing}"


def load(text: str) -> Intent:
    noted, _, outgoing = text.partition("\n")
    return Intent(**json.loads(noted), outgoing=outgoing) if noted else Intent()
