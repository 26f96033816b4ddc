"""How a write left something at Notion: kept to take it back, and compared with what is found then."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from adapters.notion.page import Block, Page


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
