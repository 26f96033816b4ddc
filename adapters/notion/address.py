"""What a page or database is named by: its id, or its address, which ends with it."""

import re
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

_HOSTS = ("notion.so", "notion.site", "notion.com")
_BARE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LAST = re.compile(r"(?:^|[-/])([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?$", re.IGNORECASE)


def id_in(text: str) -> str:
    """The id that `text` is, or that its address holds; empty where it is neither, and so a title."""
    text = text.strip().strip("<>")
    if _BARE.fullmatch(text):
        return str(UUID(text))
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not any(host == each or host.endswith(f".{each}") for each in _HOSTS):
        return ""
    opened = parse_qs(parts.query).get("p", [""])[0]  # a page that is shown over its database
    found = _LAST.search(opened) or _LAST.search(parts.path)
    return str(UUID(found[1])) if found else ""
