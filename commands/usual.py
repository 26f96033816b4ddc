"""Where a channel's pages usually go: a page or database that is its default."""

from adapters.notion.client import Notion
from adapters.notion.database import Database
from adapters.notion.page import Page
from commands.pages import pick_place
from commands.preferences import Preferences
from commands.usage import Meant, UsageError

NONE = "none"
_NAME = "notion place"


async def place(notion: Notion, preferences: Preferences, words: str, command: str, option: str) -> Page | Database:
    """The one of those words, or else the channel's default. Raises UsageError where there is neither.

    Raises Meant with its id, as that `option`: by the next attempt, the words might fit another, or the default be another.
    """
    wanted = words or await preferences.here.get(_NAME)
    if not wanted:
        raise UsageError(
            f"{option}: no page or database is the default of this channel. Name one, as in {option}=“Meeting notes”,"
            " or choose one for the channel with “notion default Meeting notes”.",
            command,
            option,
            missing=True,
        )
    found = await pick_place(notion, wanted, command, option, "" if words else "the default of this channel")
    if found.id != words:
        raise Meant({option: found.id})
    return found


async def default(notion: Notion, preferences: Preferences) -> tuple[str, str]:
    """The id of the channel's default, `NONE` where there is none, and its title."""
    id = await preferences.here.get(_NAME)
    if not id:
        return NONE, ""
    found = await notion.places(id)
    return id, found[0].title if found else "a page that you can’t see"


async def choose(notion: Notion, words: str) -> tuple[str, str]:
    """The id and title of what is to be the default; “none” is none. Raises Refused, and UsageError with choices."""
    if words.casefold() == NONE:
        return NONE, ""
    found = await pick_place(notion, words, "notion default", "place")
    return found.id, found.title


async def keep(preferences: Preferences, id: str) -> None:
    """Makes it the default of the channel, or `NONE`."""
    await preferences.here.put(_NAME, "" if id == NONE else id)
