"""How far a delivery has come, as it is stored: so that whoever takes it up after a crash goes on from there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from commands.call import Call


@dataclass(frozen=True)
class Intent:
    """`arguments` are what the call's words turned out to mean, and `instead` is what else is different where another command
    is run in its place. `sent` is where something about it stands already, and `outgoing` what was decided to be sent, as
    `Platform.render` made it. With `card` that is the card of this proposal.
    """

    arguments: Mapping[str, Any] | None = None
    sent: Sequence[str] = ()
    outgoing: str = ""
    instead: Mapping[str, str] | None = None
    card: str = ""

    def resumed(self, call: Call) -> Call:
        """The call as it is to be run, after what was found out about it on an earlier attempt."""
        instead: Mapping[str, Any] = self.instead or {}
        return call if self.arguments is None else replace(call, arguments=self.arguments, **instead)

    def settled(self, call: Call) -> "Intent":
        """The same, with what was found out."""
        instead = {name: getattr(call, name) for name in ("command", "id", "undoes", "confirmed", "confirmed_by")}
        return replace(self, arguments=call.arguments, instead=instead)

    def dump(self) -> str:
        """What is to be sent comes below the first line as it is: it need not be read to be stored."""
        noted = {name: value for name, value in vars(self).items() if name != "outgoing"}
        return f"{json.dumps({**noted, 'sent': list(self.sent)})}\n{self.outgoing}"


def load(text: str) -> Intent:
    noted, _, outgoing = text.partition("\n")
    return Intent(**json.loads(noted), outgoing=outgoing) if noted else Intent()
