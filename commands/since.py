"""How a write left something at Notion: kept to take it back, and compared with what is found then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Annotated, Any, Final

from adapters.notion.page import Block, Page
from commands.option import HIDDEN
from commands.preview import Change, Preview, differences

State = Annotated[dict[str, str], HIDDEN]
NOTHING: Final[dict[str, str]] = {}


def state(page: Page) -> dict[str, str]:
    """What matters to people, as texts. What stands on it is not read: Notion tells when it was edited, in whole minutes."""
    if page.in_trash:
        return {"in the trash": "yes"}
    columns = {each.name: each.text for each in page.properties if each.exact and each.type != "title"}
    return {**columns, "title": page.title, "last edited": f"{page.edited.astimezone(UTC):%Y-%m-%d %H:%M} UTC"}


def standing(blocks: Sequence[Block]) -> dict[str, str]:
    """The same of pieces of a page."""
    return {f"part {number}": block.text for number, block in enumerate(blocks, 1) if not block.in_trash}


def taking_back(page: Page) -> dict[str, Any]:
    """The arguments of the command that takes it back that a page was made, archived or restored."""
    return {"page": page.id, "left": state(page)}


def compared(preview: Preview, left: Mapping[str, str], found: Mapping[str, str]) -> Preview:
    """The preview of taking something back. Where somebody has changed it since, it shows what, and asks."""
    if not left or left == found:
        return preview
    changed = differences(dict(left), dict(found))
    since = tuple(Change(f"Changed since: {each.name}", each.before, each.after) for each in changed)
    text = f"{preview.text} But it was changed since."
    return replace(preview, text=text, changes=(*since, *preview.changes), asks=True, yes="Undo anyway")
