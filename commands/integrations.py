"""See and connect the services that the bot can use as you."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from commands.command import Given, command
from commands.reply import Button, Field, Item, Reply


@dataclass(frozen=True)
class Integration:
    """A service, and how the asker stands with it.

    `state` is "connected", "needs reconnect", "limited" (scopes are missing), "provider problem", "not connected",
    "not set up" (nobody has told the bot its credentials) or "lent" (a made-up account). `mine` is False where it is the
    team's account that is used. `missing` are the scopes that were asked for and not granted. `secret` says that connecting
    means to paste a key. `channels` are where the team's may be used. `note` says what is missing where it is not set up.
    """

    name: str
    title: str
    about: str
    category: str
    state: str
    account: str = ""
    scopes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    synced: datetime | None = None
    error: str = ""
    mine: bool = True
    commands: tuple[str, ...] = ()
    secret: bool = False
    channels: tuple[str, ...] = ()
    note: str = ""


class Integrations(Given):
    """The services as one person may see and change them, from where they ask. Each call may raise Refused or Unavailable."""

    def __init__(
        self,
        every: Callable[[], Awaitable[Sequence[Integration]]],
        link: Callable[[str], Awaitable[str]],
        disconnect: Callable[[str], Awaitable[str]],
        share: Callable[[str, bool], Awaitable[None]],
    ) -> None:
        self.every = every
        self.link = link  # given a service's name: the address of the page where this person, and nobody else, connects it
        self.disconnect = disconnect  # gives the account's name, empty where there was none
        self.share = share  # opens the team's account to this channel, or closes it


Service = Annotated[str, "the service, as “google calendar”"]
