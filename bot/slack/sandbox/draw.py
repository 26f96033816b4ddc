"""Messages as HTML, drawn simply. Whatever was said is escaped; only links to the web lead anywhere."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from bot.slack.sandbox.workspace import BOT, Json, Person, Posted
from bot.text import is_web_address

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


_NONE: Mapping[str, str] = {}


def draw_messages(
    posts: Iterable[Posted], people: Mapping[str, Person], hidden: str, shortcuts: Mapping[str, str] = _NONE
) -> str:
    """A channel as one person sees it, replies below what they reply to. `hidden` is HTML for every form.

    `shortcuts` are the commands in each message's menu, by their names.
    """
    every = list(posts)
    drawn = {posted.ts: [_message(posted, people, hidden, shortcuts)] for posted in every if not posted.thread_ts}
    for posted in every:
        if posted.thread_ts:
            drawn.setdefault(posted.thread_ts, []).append(_message(posted, people, hidden, shortcuts))
    return "".join(f'<li class="thread"><ol>{"".join(thread)}</ol></li>' for thread in drawn.values())


def _message(posted: Posted, people: Mapping[str, Person], hidden: str, shortcuts: Mapping[str, str]) -> str:
    person = people.get(posted.user)
    name = person.real_name if person else "Slackbot"
    only = "<p class=note>Only visible to you</p>" if posted.only_for else ""
    app = "<span class=app>APP</span>" if posted.user == BOT else ""
    told = f'<input type=hidden name=ts value="{escape(posted.ts)}">{hidden}'
    blocks, text = "".join(draw_block(block, told) for block in posted.blocks), f"<p>{_plain(posted.text, people)}</p>"
    body = f"{blocks}{text}" if posted.streaming and not posted.edited else blocks or text
    body += "".join(f"<p class=note>{escape(file['name'])}</p>" for file in posted.files)
    writing = "<span class=note>writing…</span>" if posted.streaming == "in_progress" else ""
    menu = "" if posted.only_for else _menu(shortcuts, told)
    edited = "<span class=note>(edited)</span>" if posted.edited else ""
    kind = "bot" if posted.user == BOT else "person"
    return (
        f'<li class="message {kind}" id="m{escape(posted.ts)}"><span class=face aria-hidden=true>{escape(name[0])}</span>'
        f"<div><p class=who><b>{escape(name)}</b>{app}{edited}{writing}</p>{only}{body}{menu}</div></li>"
    )


def _menu(shortcuts: Mapping[str, str], told: str) -> str:
    """What Slack has below the three dots of a message."""
    entries = "".join(
        f'<button name=command value="{escape(command)}">{escape(name)}</button>' for command, name in shortcuts.items()
    )
    menu = f"<form method=post action=shortcut class=buttons>{told}{entries}</form>"
    return f'<details class=menu><summary aria-label="More actions">⋮</summary>{menu}</details>' if entries else ""


def draw_block(block: Json, hidden: str) -> str:
    """`hidden` is HTML for the forms that its buttons are."""
    match block["type"]:
        case "rich_text":
            return "".join(map(_rich, block["elements"]))
        case "actions":
            return f"<div class=buttons>{''.join(_button(each, hidden) for each in block['elements'])}</div>"
        case "image":
            return f'<img src="{escape(block["image_url"])}" alt="{_entities(block["alt_text"])}" loading=lazy>'
        case "divider":
            return "<hr>"
        case "header":
            return f"<h3>{_entities(block['text']['text'])}</h3>"
        case "context":
            return f"<p class=note>{' '.join(_entities(each.get('text', '')) for each in block['elements'])}</p>"
        case "section":
            return _section(block, hidden)
    return f"<p>{escape(str(block.get('text', '')))}</p>"


def _section(block: Json, hidden: str) -> str:
    texts = [block["text"]] if "text" in block else []
    paragraphs = "".join(f"<p>{_entities(text['text'])}</p>" for text in [*texts, *block.get("fields", ())])
    accessory = block.get("accessory", {})
    return paragraphs + (_button(accessory, hidden) if accessory.get("type") == "button" else "")


def _rich(element: Json) -> str:
    inner = element["elements"]
    match element["type"]:
        case "rich_text_list":
            return f"<ul>{''.join(f'<li>{_rich(each)}</li>' for each in inner)}</ul>"
        case "rich_text_preformatted":
            return f"<pre>{''.join(map(_run, inner))}</pre>"
        case "rich_text_quote":
            return f"<blockquote>{''.join(map(_run, inner))}</blockquote>"
    return f"<p>{''.join(map(_run, inner))}</p>"


def _run(element: Json) -> str:
    text = escape(str(element.get("text") or element.get("url") or element.get("name") or element.get("user_id") or ""))
    if element["type"] == "link" and is_web_address(element["url"]):
        text = f'<a href="{escape(element["url"])}" target=_blank rel="noopener noreferrer">{text}</a>'
    styles = element.get("style", {})
    for tag, style in (("code", "code"), ("s", "strike"), ("i", "italic"), ("b", "bold")):
        text = f"<{tag}>{text}</{tag}>" if styles.get(style) else text
    return text


def _button(element: Json, hidden: str) -> str:
    if element["type"] != "button":
        return ""
    label, style = _entities(element["text"]["text"]), escape(element.get("style", ""))
    if "url" in element:
        return f'<a class="button {style}" href="{escape(element["url"])}" target=_blank rel="noopener noreferrer">{label}</a>'
    action = escape(element.get("action_id", ""))
    press = f'<button class="{style}" name=button value="{action}">{label}</button>'
    return f"<form method=post action=press>{hidden}{press}</form>"


def _plain(text: str, people: Mapping[str, Any]) -> str:
    """A text with its mentions by name."""
    return _entities(_MENTION.sub(lambda match: f"@{people[match[1]].name if match[1] in people else match[1]}", text))


def _entities(text: str) -> str:
    """Slack's escapes are HTML's: what is escaped already is not escaped twice."""
    return escape(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
