"""Ids and moments as the stand-in gives them."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

NAMESPACE = UUID("6f1ed002-ab59-5f16-8a3c-1d7ac4a0b0c7")


def id_of(what: str) -> str:
    """The same for the same words, so that tests and demos come out the same."""
    return str(uuid5(NAMESPACE, what))


def canonical(text: str) -> str:
    """An id with its hyphens; empty for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def minute(moment: datetime) -> str:
    """Notion rounds to whole minutes."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}:00.000Z"
