"""What somebody did on a page is accounted for, as what they ask in chat is."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.leaked import dumped, scrubbed
from bot.tokens import token
from commands.call import Actor
from storage.audit import Audit, Entry

_LONGEST = 300  # characters of each text that are kept


@dataclass(frozen=True)
class Note:
    """Notes in the audit."""

    audit: Audit
    clock: Clock

    async def __call__(
        self,
        actor: Actor,
        command: str,
        arguments: Mapping[str, str],
        said: str = "",
        record: str = "",
        outcome: str = "done",
        account: str = "",
    ) -> None:
        """Who did it, what a command is or might be called that does the same, with what, and what came of it.

        May raise StorageError.
        """
        entry = Entry(
            id=token(),
            kind="page",
            at=self.clock.time(),
            actor=actor.key,
            name=actor.name,
            via="web",
            conversation="",
            command=command,
            arguments=_kept(dumped(arguments)),
            account=_kept(account),
            confirmed_by="",
            outcome=outcome,
            said=_kept(said),
            record=_kept(record),
        )
        await self.audit.append(entry)


def _kept(text: str) -> str:
    return scrubbed(text)[:_LONGEST]
