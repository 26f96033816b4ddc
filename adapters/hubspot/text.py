"""Texts of notes and tasks, which HubSpot keeps as HTML."""

import re
from html import unescape

from markdown_it import MarkdownIt

from adapters.errors import Refused

_LONGEST = 65_536  # characters of HTML: https://developers.hubspot.com/docs/api-reference/crm-notes-v3/guide
_BREAKS = re.compile(r"<(?:br\s*/?|/p|/li|/div|/h\d)>", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")


def as_html(text: str) -> str:
    """Markdown as HTML: what is HTML in it already is shown as it stands. Raises Refused where it is too long."""
    html: str = _markdown().render(text).strip()
    if len(html) > _LONGEST:
        raise Refused(f"That is too long for HubSpot: it takes {_LONGEST:,} letters, and this has {len(html):,}.")
    return html


def as_text(html: str) -> str:
    """What people read of it."""
    lines = (" ".join(line.split()) for line in unescape(_TAGS.sub("", _BREAKS.sub("\n", html))).splitlines())
    return "\n".join(line for line in lines if line)


def _markdown() -> MarkdownIt:
    """Links to web pages and e-mail addresses only, pictures none: markdown-it refuses the dangerous ones by itself."""
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")
