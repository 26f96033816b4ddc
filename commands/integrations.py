"""See and connect the services that the bot can use as you."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from commands.command import Given, command
from commands.reply import Button, Item, Reply
from commands.usage import Choice, UsageError

Service = Annotated[str, "the service, such as “google calendar”"]

USABLE = ("connected", "limited", "lent", "provider problem")
"""The states in which it is worth trying."""


@dataclass(frozen=True)
class Integration:
    """A service, and how the asker stands with it.

    `state` is "connected", "needs reconnect", "limited" (scopes are missing), "provider problem", "not connected",
    "not set up" (nobody has told the bot its credentials) or "lent" (a made-up account). `mine` is False where it is the
    team's account that is used. `missing` are the scopes that were asked for and not granted. `secret` says that connecting
    means to paste a key. `channels` are where the team's may be used. `note` says what is missing where it is not set up.
    `connectable` says that people can connect an account of their own there.
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
    connectable: bool = True


class Integrations(Given):
    """The services as one person may see and change them, from where they ask. Each call may raise Refused or Unavailable."""

    def __init__(
        self,
        page: str,
        every: Callable[[], Awaitable[Sequence[Integration]]],
        link: Callable[[str, bool], Awaitable[str]],
        disconnect: Callable[[str], Awaitable[str]],
        share: Callable[[str, bool], Awaitable[None]],
    ) -> None:
        self.page = page  # the address of the page with all of them, empty where there is none
        self.every = every
        # Given a service's name: the page where this person, and nobody else, connects an account, their own or the team's.
        self.link = link
        self.disconnect = disconnect  # gives the account's name, empty where there was none
        self.share = share  # opens the team's account of a service to this channel, or closes it

    async def named(self, words: str, command: str) -> Integration:
        """The service that the words name, by its name or title or how that begins. Raises UsageError."""
        every = await self.every()
        wanted = _spelled(words)
        found = [each for each in every if wanted in (_spelled(each.name), _spelled(each.title))]
        begun = found or [each for each in every if wanted and _spelled(each.title).startswith(wanted)]
        if len(begun) == 1:
            return begun[0]
        choices = tuple(Choice(each.title, each.name) for each in begun or every)
        said = "Which service do you mean?" if begun else "I don't know that service. Do you mean one of these?"
        raise UsageError(said if every else _NONE, command, "service", choices)


@command(example="integrations")
async def integrations(integrations: Integrations) -> Reply:
    """Show each service, and how you stand with it."""
    every = await integrations.every()
    page = (Button("Open the page", url=integrations.page),) if integrations.page else ()
    used = sum(each.state in USABLE for each in every)
    text = f"You can use {used} of {len(every)} services here." if every else _NONE
    return Reply(text, items=tuple(map(_item, every)), buttons=page, private=True)


def in_words(integration: Integration) -> str:
    """How the person stands with it, in a line."""
    account, state = _account(integration), _SAID.get(integration.state, integration.state)
    return "; ".join([f"{state} as {account}" if account else state, *_remarks(integration)])


def details(integration: Integration) -> str:
    """The same without the state; empty where there is nothing else to say."""
    account = _account(integration)
    return "; ".join([*([account] if account else []), *_remarks(integration)])


def _account(integration: Integration) -> str:
    whose = "" if integration.mine else " (the team's)"
    return f"{integration.account}{whose}" if integration.account else ""


def _remarks(integration: Integration) -> Iterator[str]:
    if integration.missing:
        yield f"not allowed: {', '.join(map(_short, integration.missing))}"
    yield from filter(None, (integration.error, integration.note))


def _item(integration: Integration) -> Item:
    return Item(integration.title, in_words(integration), buttons=tuple(_buttons(integration)))


def _buttons(integration: Integration) -> Iterator[Button]:
    named = {"service": integration.name}
    if integration.connectable and (label := _offered(integration)):
        yield Button(label, "connect", named, style="primary")
    if integration.mine and integration.state in HELD:
        yield Button("Disconnect", "disconnect", named)


def _offered(integration: Integration) -> str:
    """Nobody mends the team's account by connecting their own."""
    others = not integration.mine and integration.state in HELD
    return "Connect your own" if others else _OFFERED.get(integration.state, "")


def _spelled(words: str) -> str:
    return " ".join(words.casefold().replace("_", " ").replace("-", " ").split())


def _short(scope: str) -> str:
    return scope.rpartition("/")[2]


_SAID = {"lent": "a made-up account"}
_NONE = "No service is switched on here."
HELD = ("connected", "limited", "needs reconnect", "provider problem")
_OFFERED = {"not connected": "Connect", "lent": "Connect", "needs reconnect": "Reconnect", "limited": "Reconnect"}
