"""Who is in a workspace, and as whom this bot is there: https://developers.notion.com/reference/user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.errors import Refused

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """A member or guest. Notion tells the e-mail address only where this bot may know it."""

    id: str
    name: str
    email: str = ""


@dataclass(frozen=True)
class Bot:
    """What this bot is in one workspace. `owner` is the person who connected it; None where it is the workspace's own."""

    id: str
    workspace: str
    owner: Person | None


def bot_of(told: Json) -> Bot:
    """The answer to who is asking."""
    owner = told["bot"]["owner"]
    person = person_of(owner["user"]) if owner["type"] == "user" else None
    return Bot(told["id"], told["bot"].get("workspace_name") or "Notion", person)


def person_of(told: Json) -> Person:
    """A user as Notion tells them, who may be a bot."""
    return Person(told["id"], told.get("name") or "", (told.get("person") or {}).get("email") or "")


def named(text: str, people: Sequence[Person], me: Person | None) -> Person:
    """The one of that name or address; “me” is who asks. Raises Refused for none and for several."""
    wanted = text.strip().casefold()
    if wanted == "me" and me:
        return me
    found = [each for each in people if wanted in (each.name.casefold(), each.email.casefold(), each.id)]
    found = found or [each for each in people if wanted in each.name.casefold().split()]
    if not found:
        raise Refused(f"There is nobody called “{text.strip()}” in your Notion workspace.")
    if len(found) > 1:
        raise Refused(
            f"There are {len(found)} people called “{text.strip()}” in your Notion workspace. Say their e-mail address."
        )
    return found[0]
