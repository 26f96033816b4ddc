"""The state of the made-up workspace: who is there, where they talk, and what was said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

Json = dict[str, Any]

TEAM, APP, BOT, BOT_ID, BOT_NAME = "T0SANDBOX", "A0SANDBOX", "U0INTERACT", "B0INTERACT", "interact"
ADA, GRACE, GUEST = "U0ADA", "U0GRACE", "U0GUEST"
OTHER_TEAM, LINUS, OTHER_GENERAL = "T0ELSEWHERE", "U0LINUS", "C0ELSEWHERE"
GENERAL, RANDOM, PRIVATE, ARCHIVED = "C0GENERAL", "C0RANDOM", "G0PRIVATE", "C0ARCHIVED"


class ApiError(Exception):
    """An answer with `"ok": false`: Slack's own word for what is wrong, and what is told with it."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass(frozen=True)
class Person:
    """Somebody in the workspace. `zone` is an IANA name."""

    id: str
    name: str
    real_name: str
    zone: str
    guest: bool = False
    deleted: bool = False


@dataclass
class Channel:
    """Where people talk. `kind` is "channel" (public), "group" (private), or "im": with the bot, and named by the person."""

    id: str
    name: str
    kind: str
    members: frozenset[str]
    archived: bool = False


@dataclass
class Posted:
    """A message as it stands. `only_for` is the one person who sees it, empty where everybody does.

    `streaming` is "" where it never was a stream, "in_progress", "completed", or "stopped" by a person.
    """

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    metadata: Json | None = None
    only_for: str = ""
    edited: str = ""
    files: list[Json] = field(default_factory=list)
    streaming: str = ""
    subtype: str = ""


_BOT = Person(BOT, BOT_NAME, "Interact", "UTC")
_PEOPLE = (
    Person(ADA, "ada", "Ada Lovelace", "Europe/London"),
    Person(GRACE, "grace", "Grace Hopper", "America/New_York"),
    Person(GUEST, "guest", "Gus Guest", "Asia/Tokyo", guest=True),
    _BOT,
)
_EVERYBODY = frozenset({ADA, GRACE, GUEST, BOT})
_CHANNELS = (
    Channel(GENERAL, "general", "channel", _EVERYBODY),
    Channel(RANDOM, "random", "channel", _EVERYBODY - {BOT}),
    Channel(PRIVATE, "private", "group", frozenset({ADA, GRACE})),
    Channel(ARCHIVED, "archived", "channel", _EVERYBODY, archived=True),
)
_OTHER_PEOPLE = (Person(LINUS, "linus", "Linus Elsewhere", "Europe/Helsinki"), _BOT)
_OTHER_CHANNELS = (Channel(OTHER_GENERAL, "general", "channel", frozenset({LINUS, BOT})),)


class Workspace:
    """People, channels and messages. `now` gives the present, aware."""

    def __init__(
        self,
        now: Callable[[], datetime],
        team: str = TEAM,
        name: str = "Sandbox",
        people: Sequence[Person] = _PEOPLE,
        channels: Sequence[Channel] = _CHANNELS,
    ) -> None:
        self.now = now
        self.team = team
        self.name = name
        self.people = {person.id: person for person in people}
        self.channels = {channel.id: replace(channel) for channel in channels}
        self.address = ""  # where the sandbox is served, with a slash at its end
        self._posts: dict[str, dict[str, Posted]] = {}  # by channel and time
        self._replies: dict[tuple[str, str], list[Posted]] = {}  # by channel and time of the message that began the thread
        self.contents: dict[str, bytes] = {}  # of files, by their ids
        self._last = 0
        # Slack never gives an id twice; a sandbox that is started again must not either, for the bot remembers
        self._numbers = count(int(now().timestamp()) * 1000)

    def fresh(self, prefix: str) -> str:
        """An id that was not given before."""
        return f"{prefix}{next(self._numbers):06d}"

    def ts(self) -> str:
        """The present as Slack stamps messages with it, never twice the same."""
        self._last = max(self._last + 1, int(self.now().timestamp() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def channel(self, id: str) -> Channel:
        """By its id or name, or by the person whose direct messages it holds. Raises ApiError."""
        if id in self.people:
            return self.direct(id)
        named = (channel for channel in self.channels.values() if id in (channel.id, f"#{channel.name}"))
        if found := next(named, None):
            return found
        raise ApiError("channel_not_found")

    def direct(self, user: str) -> Channel:
        """A person's direct messages with the bot. Raises ApiError."""
        if user not in self.people or user == BOT:
            raise ApiError("user_not_found")
        id = f"D{user[1:]}"
        return self.channels.setdefault(id, Channel(id, user, "im", frozenset({user, BOT})))

    def post(self, channel: str, user: str, text: str, **more: Any) -> Posted:
        posted = Posted(self.ts(), channel, user, text, **more)
        self._posts.setdefault(channel, {})[posted.ts] = posted
        if posted.thread_ts and not posted.only_for:
            self._replies.setdefault((channel, posted.thread_ts), []).append(posted)
        return posted

    def attach(self, posted: Posted, name: str, mime: str, content: bytes) -> None:
        """Hangs a file on a message: https://docs.slack.dev/reference/objects/file-object."""
        id = self.fresh("F")
        self.contents[id] = content
        told = {"id": id, "name": name, "title": name, "mimetype": mime, "size": len(content)}
        posted.files.append({**told, "url_private": f"{self.address}files/{id}/{name}"})

    def remove(self, posted: Posted) -> None:
        del self._posts[posted.channel][posted.ts]
        if posted in (replies := self._replies.get((posted.channel, posted.thread_ts), [])):
            replies.remove(posted)

    def posts(self, channel: str = "", viewer: str = "") -> Sequence[Posted]:
        """Those of a channel, or of all; oldest first. With a `viewer`, what that person sees."""
        every = (
            self._posts.get(channel, {})
            if channel
            else {ts: each for posts in self._posts.values() for ts, each in posts.items()}
        )
        return [every[ts] for ts in sorted(every) if not viewer or every[ts].only_for in ("", viewer)]

    def find(self, channel: str, ts: str) -> Posted | None:
        return self._posts.get(channel, {}).get(ts)

    def replies(self, posted: Posted) -> Sequence[Posted]:
        return self._replies.get((posted.channel, posted.ts), [])


def elsewhere(now: Callable[[], datetime]) -> Workspace:
    """Another company's workspace, in which Linus is. (In Slack the bot would have another id there.)"""
    return Workspace(now, OTHER_TEAM, "Elsewhere", _OTHER_PEOPLE, _OTHER_CHANNELS)
