"""A reply as what a search finds: https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search.

People see a list of previews, and post the card of the one they pick.
"""

import html
from dataclasses import replace
from typing import Any

from bot.teams.escape import shorten
from bot.teams.render import render
from commands.reply import Item, Reply

Json = dict[str, Any]

_MOST = 25  # results: that many Teams asks for
_TITLE, _TEXT = 200, 500  # characters; the list shows a line or two


def results(reply: Reply) -> Json:
    """The items, to pick from. Buttons that run something are not for whoever sees the card once it is posted."""
    found = [_attachment(item) for item in reply.items[:_MOST]]
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": found}}


def told(text: str) -> Json:
    """Words in the place of results: nothing was found, say, or something must be done first. They are shown as they are."""
    return {"composeExtension": {"type": "message", "text": shorten(text, _TEXT)}}


def _attachment(item: Item) -> Json:
    shown = replace(item, buttons=tuple(button for button in item.buttons if not button.command))
    return {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": render(Reply("", (shown,)))[0].card,
        "preview": {"contentType": "application/vnd.microsoft.card.thumbnail", "content": _preview(item)},
    }


def _preview(item: Item) -> Json:
    """Of such a card Teams reads the text as HTML, and the title as it is:
    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format.
    """
    text = {"text": html.escape(shorten(item.detail, _TEXT), quote=False)} if item.detail else {}
    return {"title": shorten(item.title, _TITLE), **text}
