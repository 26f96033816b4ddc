"""A call is data: who asks for what, where. It can be stored, retried, confirmed, undone and accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Actor:
    """A person on a platform. `zone` is an IANA name; `name` is for people to read."""

    platform: str  # "slack", "teams" or "terminal"
    tenant: str  # Slack's team (or enterprise), Teams' tenant
    user: str
    name: str = ""
    zone: str = "UTC"

    @property
    def key(self) -> str:
        """The identity, spelled the same everywhere: platform, tenant, user."""
        return f"{self.platform}:{self.tenant}:{self.user}"

    @property
    def called(self) -> str:
        """How people are told of them: their name, where it is known."""
        return self.name or self.user


@dataclass(frozen=True)
class Place:
    """Where something was asked, and so where it is answered. `thread` is empty outside a thread."""

    platform: str
    tenant: str
    conversation: str
    thread: str = ""


@dataclass(frozen=True)
class Call:
    """All it takes to run a command. `id` is the same on every attempt; `arguments` are canonical JSON values.

    A `dry_run` shows what a write would do, and stops there. `confirmed` is the digest of what was shown to whom `confirmed_by`
    is the key of, both empty where nobody had to confirm it. `undoes` is the id of the write that it takes back. `message` is
    the platform's id of the message that asks, where it is one.
    """

    id: str
    command: str  # "calendar today"
    arguments: Mapping[str, Any]
    actor: Actor
    place: Place
    via: str  # "slash", "mention", "message", "button", "form", "search", "terminal"
    asked: datetime  # aware, UTC
    dry_run: bool = False
    confirmed: str = ""
    confirmed_by: str = ""
    undoes: str = ""
    message: str = ""
