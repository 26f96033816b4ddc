"""What the worker expects of a platform: to understand a delivery, to render a reply, to send it once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from commands.call import Actor, Call, Place
from commands.command import Command
from commands.reply import Reply
from commands.talk import Attached, Said
from storage.delivery import Delivery


@dataclass(frozen=True)
class Words:
    """Somebody typed something."""

    text: str


@dataclass(frozen=True)
class Press:
    """Somebody pressed a button: only its opaque id is trusted."""

    offer: str


@dataclass(frozen=True)
class Filled:
    """Somebody filled in a command's form; with `dry_run`, to see what it would do."""

    command: str
    arguments: Mapping[str, Any]
    dry_run: bool = False


@dataclass(frozen=True)
class Stranger:
    """Somebody from outside spoke: a guest, or a person of another organisation. Their words are not even looked at."""


@dataclass(frozen=True)
class Joined:
    """The bot was let into a conversation: people there are told what they can ask."""


@dataclass(frozen=True)
class Gone:
    """Somebody, or with an empty `user` a whole tenant, has left, or taken back what the bot was allowed."""

    tenant: str
    user: str = ""


@dataclass(frozen=True)
class Notice:
    """The bot speaks first, to one person."""

    reply: Reply


@dataclass(frozen=True)
class Going:
    """A call that may go ahead: somebody else than its asker has confirmed it."""

    call: Call


@dataclass(frozen=True)
class Asked:
    """What a delivery turned out to be. `route` is the platform's own: what it needs to answer there.

    `message` is the id of the message that asks, where it is one. Who runs a command from a message's menu has `Filled` it
    with that message's id as its option `message`, by `via` "shortcut"; `place.thread` is then that message's thread. `said` is
    when it was asked, where the platform tells that, for it may deliver a day later; in seconds since the epoch, else 0.
    """

    actor: Actor
    place: Place
    via: str
    what: Words | Press | Filled | Stranger | Joined | Gone | Notice | Going
    route: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    said: float = 0.0

    @property
    def whispers(self) -> bool:
        """Whether every answer is for the asker alone: what a form would do is nobody else's business yet."""
        return isinstance(self.what, Filled) and self.what.dry_run


class StoppedError(Exception):
    """Somebody has stopped an answer that was being given piece by piece."""


class Reading(Protocol):
    """What was said in conversations."""

    def in_thread(self, place: Place) -> bool:
        """Whether there is a thread to be read here: a chat whose messages hang on nothing is one as a whole."""

    async def thread(self, place: Place) -> list[Said]:
        """The thread of this place, oldest first, with the message that it hangs on; at most the newest 500 messages.

        Of a chat as a whole, some of its newest messages. This, `history` and `message` raise Refused where the
        place is in no thread, or the bot may not read there; Unavailable.
        """

    async def history(self, place: Place, since: datetime) -> list[Said]:
        """What was said in the conversation since then, oldest first, also in its threads; at most the newest 500 messages.

        Slack tells only of threads that were begun since, and of the twenty in which somebody spoke last.
        """

    async def message(self, place: Place, id: str) -> Said:
        """One message of this conversation, by its id or its link. Raises Refused for one that is elsewhere, too."""

    async def fetch(self, place: Place, attached: Attached) -> bytes:
        """What is in an attachment: at most 8 MB. Raises Refused, Unavailable."""


class Platform(Reading, Protocol):
    """One place where people are: Slack, Teams."""

    def patience(self, asked: Asked) -> float:
        """Seconds after which a person is shown, by a message that the answer will replace, that it takes longer."""

    async def read(self, delivery: Delivery) -> Asked | None:
        """Who asked what, or None where there is nothing to answer."""

    async def reach(self, actor: Actor) -> Asked:
        """Where this person is spoken to alone, unasked. Raises Unavailable, or Refused where they can't be reached."""

    async def room(self, place: Place, actor: Actor | None = None) -> Asked:
        """How a conversation is spoken to unasked: to nobody in particular, so that nothing private can be said there.

        With an `actor`, as an answer to what they asked there earlier: what is private reaches them, though perhaps in a chat
        of their own. Raises Unavailable, StorageError, or Refused where the bot is not there.
        """

    async def known(self, actor: Actor) -> Actor | None:
        """The same person with the name and zone that the platform tells; None for guests and people of elsewhere.

        Raises Unavailable.
        """

    def render(self, asked: Asked, reply: Reply, call: str, ids: Sequence[str]) -> str:
        """The reply as it will be sent, as JSON. `ids` are those of its buttons, in the order of `Reply.pressed`.

        One that settles takes the place of the card whose button was pressed. Where it is private and others see that card,
        they are shown that it is settled, and no more.
        """

    async def send(self, outgoing: str, sent: Sequence[str], look: bool) -> Sequence[str]:
        """Sends what `render` made and gives back where it stands now.

        `sent` is where an earlier version stands: it is replaced. `look` says that an earlier attempt may have sent more of
        it than that: the platform is searched first. Of what can't be found again, the place is empty. Raises Unavailable.

        A `partial` reply with `prose` is streamed where the platform can do that: more of it follows, then the whole, which
        takes its place, also where another process sends that after a crash. Raises StoppedError for a partial one alone.
        """

    async def sign(self, asked: Asked) -> None:
        """Shows for some seconds that the bot is at work. Raises Unavailable, Refused."""

    async def open_form(self, asked: Asked, command: Command, arguments: Mapping[str, Any]) -> bool:
        """Shows the command's form to the person; False where that is no longer possible."""
