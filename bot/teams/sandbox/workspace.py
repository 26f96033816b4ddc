"""The state of the made-up Teams: what was said, who sees what of it, and where the bot was let in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.teams.sandbox.directory import (
    ADA,
    APP_ID,
    BOT,
    BOT_NAME,
    CONVERSATIONS,
    GENERAL,
    GRACE,
    GROUP,
    GUEST,
    OTHER_TENANT,
    PEOPLE,
    RANDOM,
    STRANGER,
    TEAM,
    TEAM_GROUP,
    TEAM_NAME,
    TENANT,
    Conversation,
    Person,
    thread_of,
    with_thread,
    without_thread,
)
from bot.teams.sandbox.errors import ApiError

__all__ = [
    "ADA",
    "APP_ID",
    "BOT",
    "BOT_NAME",
    "CARD",
    "GENERAL",
    "GRACE",
    "GROUP",
    "GUEST",
    "OTHER_TENANT",
    "RANDOM",
    "STRANGER",
    "TEAM",
    "TEAM_GROUP",
    "TEAM_NAME",
    "TENANT",
    "Conversation",
    "Json",
    "Person",
    "Posted",
    "Workspace",
    "thread_of",
    "with_thread",
]

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"


@dataclass
class Posted:
    """A message as it stands. `thread` is the message that began it, in channels; `author` a person's Entra id, or the bot.

    `html` is what Graph tells where it is more than its text, and `hosted` the pictures that Graph keeps, by their ids.
    """

    id: str
    conversation: str
    author: str
    text: str
    summary: str = ""
    attachments: list[Json] = field(default_factory=list)
    thread: str = ""
    edited: str = ""  # when it was changed, as an id is written
    html: str = ""
    hosted: dict[str, bytes] = field(default_factory=dict)
    streaming: bool = False

    @property
    def card(self) -> Json | None:
        cards = (each["content"] for each in self.attachments if each["contentType"] == CARD)
        return next(cards, None)


class Workspace:
    """People, conversations and messages. `now` gives the present, aware."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.people = {person.object_id: person for person in PEOPLE}
        self.address = ""  # where the sandbox is served, with a slash at its end
        self.removed: set[str] = set()  # homes that the bot was removed from
        self.blocked: set[str] = set()  # people who blocked the bot
        self.tells_group = True  # whether messages name the team's group: in Teams those of some do, those of others don't
        self.files: dict[str, bytes] = {}  # in SharePoint, by their address there
        self.makers: dict[str, str] = {}  # who made them, by their ids in Entra; nobody made what is the team's
        self.typing: list[str] = []  # conversations in which the bot showed that it types, one for each time
        self._views: dict[tuple[str, str], Json] = {}  # by message and person
        self._conversations = {each.id: each for each in CONVERSATIONS}
        self._posts: dict[str, Posted] = {}
        self._last = 0

    def service_url(self, tenant: str = TENANT) -> str:
        """Where the bot reaches the conversations of a tenant."""
        return f"{self.address}emea/{tenant}/"

    def stamp(self) -> str:
        """The present as Teams numbers messages with it, in milliseconds; never twice the same."""
        self._last = max(self._last + 1, int(self.now().timestamp() * 1000))
        return str(self._last)

    def person(self, id: str) -> Person | None:
        """By the id in Entra, by the one for this bot, or by the address with which they sign in."""
        return next((each for each in self.people.values() if id in (each.object_id, each.id, each.email)), None)

    def conversation(self, id: str) -> Conversation:
        """By its id, with or without a thread, or by the person whose chat with the bot it is. Raises ApiError."""
        if person := self.people.get(id):
            return self.personal(person)
        if found := self._conversations.get(without_thread(id)):
            return found
        raise ApiError(404, "ConversationNotFound", "Conversation not found.")

    def personal(self, person: Person) -> Conversation:
        """A person's chat with the bot."""
        return next(
            each for each in self._conversations.values() if each.type == "personal" and each.members == (person.object_id,)
        )

    def chats(self) -> Sequence[Conversation]:
        """All that is no channel."""
        return [each for each in self._conversations.values() if each.type != "channel"]

    def add(self, conversation: Conversation) -> None:
        """One more place where people talk."""
        self._conversations[conversation.id] = conversation

    def conversations_of(self, home: str) -> Sequence[Conversation]:
        """The channels of a team; of anything else, the one conversation."""
        return [each for each in self._conversations.values() if each.home == home]

    def post(self, conversation: Conversation, author: str, text: str, thread: str = "", **more: Any) -> Posted:
        """In a channel, a message without a thread begins one."""
        id = self.stamp()
        thread = (thread or id) if conversation.type == "channel" else ""
        self._posts[id] = Posted(id, conversation.id, author, text, thread=thread, **more)
        return self._posts[id]

    def link(self, posted: Posted) -> str:
        """What people copy to lead others to a message."""
        inside = f"?parentMessageId={posted.thread}" if posted.thread else ""
        where = quote(self.conversation(posted.conversation).graph_id, safe="")
        return f"https://teams.microsoft.com/l/message/{where}/{posted.id}{inside}"

    def remove(self, posted: Posted) -> None:
        del self._posts[posted.id]

    def view(self, posted: Posted, user: str) -> Json | None:
        """The card as this person sees it: what they pressed may have changed it for them alone."""
        return self._views.get((posted.id, user), posted.card)

    def show(self, posted: Posted, user: str, card: Json) -> None:
        self._views[posted.id, user] = card

    def forget_views(self, posted: Posted) -> None:
        """Everybody sees the message as it stands."""
        self._views = {key: card for key, card in self._views.items() if key[0] != posted.id}

    def find(self, conversation: str, id: str) -> Posted | None:
        posted = self._posts.get(id)
        return posted if posted and posted.conversation == conversation else None

    def posts(self, conversation: str = "") -> Sequence[Posted]:
        """Those of a conversation, of one thread of a channel, or of all; oldest first. Raises ApiError."""
        if not conversation:
            return list(self._posts.values())
        where, thread = self.conversation(conversation).id, thread_of(conversation)
        return [each for each in self._posts.values() if each.conversation == where and thread in ("", each.thread)]
