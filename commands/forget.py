"""Have everything of yours forgotten that I keep."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from commands.command import Given, command
from commands.preview import Preview
from commands.reply import Field, Reply


@dataclass(frozen=True)
class Forgetting(Given):
    """What is kept of the asker. `accounts` gives the titles of the services that they have connected; `forget` ends it all.

    `forget` raises Unavailable where something could not be revoked yet.
    """

    accounts: Callable[[], Awaitable[Sequence[str]]]
    forget: Callable[[], Awaitable[None]]


@command(by_hand=True, irreversible=True, example="forget")
async def forget(forgetting: Forgetting) -> AsyncIterator[Preview | Reply]:
    """Take back all your accounts, and forget what I keep of you."""
    accounts = ", ".join(await forgetting.accounts()) or "none is connected"
    yield Preview(
        "Take back all accounts of the one who asks, sign them out of the bot's pages, and forget what they could still undo, "
        "their choices, and the pictures that were painted for them.",
        (
            Field("Accounts", accounts),
            Field("What stays", f"{_STAYS}, and what they wrote to me until that is deleted by itself"),
        ),
        private=True,
    )
    await forgetting.forget()
    done = "Done: your accounts are taken back, and what you could undo, your choices and your pictures are forgotten."
    yield Reply(f"{done} What stays is {_STAYS}.", private=True)


_STAYS = "the audit, which says who asked for what, and when; for some weeks, what was spent on AI models each day"
