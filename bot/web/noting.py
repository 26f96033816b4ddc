"""What somebody did on a page is accounted for, as what they ask in chat is."""

from collections.abc import Awaitable, Callable, Mapping

from bot.clock import Clock
from bot.leaked import dumped, scrubbed
from bot.tokens import token
from commands.call import Actor
from storage.audit import Audit, Entry

Note = Callable[[Actor, str, Mapping[str, str], str, str], Awaitable[None]]
"""Given who did it, the command that does the same in chat, its arguments, what came of it, and the id of what was written."""

_LONGEST = 300  # characters of each text that are kept


def noting(audit: Audit, clock: Clock) -> Note:
    """To note may raise StorageError."""

    async def note(actor: Actor, command: str, arguments: Mapping[str, str], said: str, record: str) -> None:
        entry = Entry(
            id=token(),
            kind="page",
            at=clock.time(),
            actor=actor.key,
            name=actor.name,
            via="page",
            conversation="",
            command=command,
            arguments=_kept(dumped(arguments)),
            account="",
            confirmed_by="",
            outcome="done",
            said=_kept(said),
            record=_kept(record),
        )
        await audit.append(entry)

    return note


def _kept(text: str) -> str:
    return scrubbed(text)[:_LONGEST]
