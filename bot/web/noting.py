"""What somebody did on a page is accounted for, as what they ask in chat is."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.entry import kept
from bot.leaked import dumped
from bot.tokens import token
from commands.call import Actor
from storage.audit import Audit, Entry


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
            arguments=kept(dumped(arguments)),
            account=kept(account),
            confirmed_by="",
            outcome=outcome,
            said=kept(said),
            record=kept(record),
        )
        await self.audit.append(entry)
