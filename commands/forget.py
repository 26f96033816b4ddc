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
    accounts = ", ".join(await forgetting.accounts()) or "you have connected none"
    yield Preview(
        "Take back every account that you have connected, sign you out of my pages, and forget what you could still take back.",
        (Field("Accounts", accounts), Field("What stays", "the audit: who asked for what, and when")),
        private=True,
    )
    await forgetting.forget()
    yield Reply("Done: your accounts are taken back, and I have forgotten what I kept of you, but for the audit.", private=True)
