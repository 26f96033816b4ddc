"""What Graph tells of a message, as what was said: https://learn.microsoft.com/graph/api/resources/chatmessage."""

import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.strict_json import Malformed, strict_json
from bot.teams.markdown import escaped, markdown, pictures
from bot.text import is_web_address
from commands.talk import Attached, Said

Json = Mapping[str, Any]

HOSTED = "hosted:"
"""How the `ref` of a picture begins that Graph keeps: then come the thread, if any, the message that has it, and its own id."""

FILED = "filed:"
"""How the `ref` of a file begins: then come who attached it, by their id in Entra, and where it lies."""

_CARD = "application/vnd.microsoft.card.adaptive"
_QUOTED = "messageReference"
_INSIDE = ("body", "items", "columns")
_DEEPEST = 10


def said(messages: Iterable[Json], app_id: str) -> list[Said]:
    """Those that somebody wrote, in the order given; `app_id` is the bot's own."""
    return [_said(message, app_id) for message in messages if is_said(message)]


def is_said(message: Json) -> bool:
    """Whether somebody wrote it and it still stands; Graph also tells who joined, and what was deleted."""
    wrote = message.get("messageType", "message") == "message" and not message.get("deletedDateTime")
    return wrote and created(message) is not None


def created(message: Json) -> datetime | None:
    """When it was said; None where that can't be read."""
    try:
        return datetime.fromisoformat(str(message["createdDateTime"])).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _said(message: Json, app_id: str) -> Said:
    id, url = str(message.get("id") or ""), str(message.get("webUrl") or "")
    who = _mapping(message, "from")
    person, app = _mapping(who, "user"), _mapping(who, "application")
    return Said(
        id=id,
        author=str(person.get("displayName") or app.get("displayName") or "somebody"),
        at=created(message) or datetime.fromtimestamp(0, UTC),
        text=_text(message),
        url=url if is_web_address(url) else "",
        attached=(*_pictures(message), *_files(message)),
        own=app.get("id") == app_id,
    )


def _text(message: Json) -> str:
    body, attachments = _mapping(message, "body"), _attachments(message)
    content, shown = str(body.get("content") or ""), {str(each.get("id")): _shown(each) for each in attachments}
    if body.get("contentType") == "html":
        text = markdown(content, shown)
        shown = {id: each for id, each in shown.items() if id not in content}
    else:
        text = escaped(content)
    subject = f"**{escaped(str(message['subject'])).strip()}**" if message.get("subject") else ""
    return "\n\n".join(filter(None, (subject, text, *shown.values())))


def _shown(attachment: Json) -> str:
    """What of an attachment is read in the message: a card, or the message that it answers."""
    content = _content(attachment)
    if attachment.get("contentType") == _CARD:
        return "\n\n".join(_card(content))
    if attachment.get("contentType") == _QUOTED:
        who = _mapping(_mapping(content, "messageSender"), "user").get("displayName") or "somebody"
        words = escaped(f"{who}: {content.get('messagePreview') or ''}").split("\n")
        return "\n".join(f"> {line}" for line in words)
    return ""


def _card(element: Json, depth: int = 0) -> Iterator[str]:
    """What is written on a card, buttons aside."""
    runs = element.get("inlines")
    told = [each if isinstance(each, str) else str(each.get("text", "")) for each in runs or () if isinstance(each, str | dict)]
    if line := "".join(told) or str(element.get("text") or ""):
        yield escaped(line)
    for name in _INSIDE if depth < _DEEPEST else ():
        for each in element.get(name) or ():
            if isinstance(each, dict):
                yield from _card(each, depth + 1)


def _pictures(message: Json) -> Iterator[Attached]:
    body, at = _mapping(message, "body"), f"{message.get('replyToId') or ''}:{message.get('id')}"
    found = pictures(str(body.get("content") or "")) if body.get("contentType") == "html" else []
    for number, each in enumerate(found, 1):
        yield Attached(f"picture {number}", "image/png", 0, f"{HOSTED}{at}:{each}")  # what is pasted, Teams keeps as that


def _files(message: Json) -> Iterator[Attached]:
    author = str(_mapping(_mapping(message, "from"), "user").get("id") or "")
    for each in _attachments(message):
        url, name = str(each.get("contentUrl") or ""), str(each.get("name") or "file")
        if each.get("contentType") == "reference" and url:
            yield Attached(name, mimetypes.guess_type(name)[0] or "application/octet-stream", 0, f"{FILED}{author}:{url}")


def _attachments(message: Json) -> list[Json]:
    found = message.get("attachments")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _content(attachment: Json) -> Json:
    """Graph tells it as text."""
    try:
        return strict_json(str(attachment.get("content") or "").encode())
    except Malformed:
        return {}


def _mapping(holder: Json, name: str) -> Json:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}
