"""What is said where a call did not run as it should. Of a write that may have happened, its asker says what became of it."""

from adapters.errors import Unavailable
from bot import words
from bot.dispatch import Dispatch
from bot.mark import mark_of
from commands.call import Call
from commands.reply import Reply
from storage.delivery import Delivery

_AWAY = Unavailable("This waited too long while I was away.")


async def gave_up(dispatch: Dispatch, ran: Call | None, error: Unavailable) -> Reply:
    """`ran` is None where it never came to a call. These three raise StorageError."""
    doubted = await dispatch.doubted(ran) if ran else ""
    return words.unknown(error, ran.command, doubted) if ran and doubted else words.gave_up(error)


async def broke(dispatch: Dispatch, ran: Call | None, delivery: Delivery) -> Reply:
    """The same, where nobody foresaw it."""
    return words.broke(mark_of(delivery), ran.command, await dispatch.doubted(ran)) if ran else words.broke(mark_of(delivery))


async def what_became_of(dispatch: Dispatch, ran: Call) -> Reply:
    """Of what is too old nothing is written any more; but nobody is told that it did not run where it may have."""
    if doubted := await dispatch.doubted(ran):
        return words.unknown(_AWAY, ran.command, doubted)
    return await dispatch.done(ran) or words.stale()
