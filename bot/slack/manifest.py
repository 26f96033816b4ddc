"""Slack's view of the bot, made from the commands: https://docs.slack.dev/reference/app-manifest/."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.text import is_web_address
from commands.catalog import Subject

SCOPES = (
    "app_mentions:read",  # to hear that it is mentioned
    "channels:history",  # to look, after a crash, whether a reply was sent already; the three below: the same elsewhere
    "chat:write",
    "chat:write.public",  # to answer in public channels that it is no member of
    "commands",
    "files:read",  # to read what is attached to a message that it is asked about
    "groups:history",
    "im:history",  # also to hear direct messages
    "im:write",  # to answer in a direct message where it can't answer in place
    "mpim:history",
    "users:read",  # people's names and time zones
)
EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked", "user_change")
OWN_COMMAND = "interact"
INSTALL, REDIRECT = "/slack/install", "slack/oauth_redirect"

_PATH = "/slack/events"
_SIGNED_IN = "signin/slack/callback"
_MOST_SHORTCUTS, _LONGEST_SHORTCUT, _LONGEST_HELP = 10, 24, 150
_MOST_COMMANDS, _LONGEST_COMMAND, _LONGEST_HINT, _LONGEST_ABOUT = 50, 32, 1000, 2000
# Slack's own slash commands, which no app may take: people say "/interact status" instead.
# https://slack.com/help/articles/201259356-Slash-commands-in-Slack
_TAKEN = {
    *("active", "apps", "archive", "away", "call", "canvas", "collapse", "dm", "dnd", "expand", "feed", "help", "huddle"),
    *("invite", "join", "kick", "leave", "list", "me", "msg", "mute", "open", "prefs", "remind", "remove", "rename"),
    *("search", "shortcuts", "shrug", "star", "status", "topic", "unarchive", "who"),
}
_NOT_PLAIN = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}  # YAML takes them for something else
_ABOUT = "Ask in a channel, and it is done as you: what is on, who has time, meetings made and moved."
_AT_LENGTH = (
    "Type a command, press a button, or mention Interact in plain words: it acts on the services that your team uses, with "
    "your own accounts and your own rights, and answers where you asked. What it wrote can be taken back with a button."
)


def manifest(subjects: Sequence[Subject], public_url: str | None) -> dict[str, Any]:
    """The app manifest, to be pasted at https://api.slack.com/apps. Without a `public_url` the app uses Socket Mode.

    Raises ValueError where Slack would refuse it.
    """
    if public_url and not (public_url.startswith("https://") and is_web_address(public_url)):
        raise ValueError("Slack delivers to https:// addresses only")
    base = public_url.rstrip("/") if public_url else ""
    url = f"{base}{_PATH}" if base else ""
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Interact",
            "description": _ABOUT,
            "long_description": _AT_LENGTH,
            "background_color": "#1f2a44",
        },
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "Interact", "always_online": True},
            **_shortcuts(subjects),
            "slash_commands": _commands(subjects, url),
        },
        "oauth_config": {**_redirects(base), "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**_at(url, "request_url"), "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **_at(url, "request_url")},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def to_yaml(value: Mapping[str, Any]) -> str:
    """The manifest as YAML; every string that could be taken for something else is quoted."""
    return "".join(f"{line}\n" for line in _lines(value))


def _commands(subjects: Sequence[Subject], url: str) -> list[dict[str, Any]]:
    own = _command(OWN_COMMAND, "Ask Interact anything it can do", "help | calendar today | …", url)
    typed = (subject for subject in subjects if subject.name not in _TAKEN and not subject.pressed)
    commands = [own, *(_of_subject(subject, url) for subject in typed)]
    if len(commands) > _MOST_COMMANDS:
        raise ValueError(f"Slack takes {_MOST_COMMANDS} slash commands, not {len(commands)}")
    return commands


def _shortcuts(subjects: Sequence[Subject]) -> dict[str, Any]:
    """In the menu of each message: https://docs.slack.dev/interactivity/implementing-shortcuts/#messages."""
    offered = [command for subject in subjects for command in subject.commands if command.shortcut]
    if len(offered) > _MOST_SHORTCUTS or any(len(each.shortcut) > _LONGEST_SHORTCUT for each in offered):
        raise ValueError(f"Slack takes {_MOST_SHORTCUTS} shortcuts, with names of {_LONGEST_SHORTCUT} characters at most")
    told = [
        {"name": each.shortcut, "type": "message", "callback_id": each.name, "description": each.about[:_LONGEST_HELP]}
        for each in offered
    ]
    return {"shortcuts": told} if told else {}


def _of_subject(subject: Subject, url: str) -> dict[str, Any]:
    hints = (command.verb or command.usage.removeprefix(subject.name).strip() for command in subject.commands)
    return _command(subject.name, subject.about, " | ".join(filter(None, hints)), url)


def _command(name: str, about: str, hint: str, url: str) -> dict[str, Any]:
    if not re.fullmatch(r"[a-z0-9_-]+", name) or len(name) >= _LONGEST_COMMAND:
        raise ValueError(f"{name!r} can't be a slash command")
    hints = {"usage_hint": hint[:_LONGEST_HINT]} if hint else {}
    return {
        "command": f"/{name}",
        **_at(url, "url"),
        "description": about[:_LONGEST_ABOUT] or name,
        **hints,
        "should_escape": True,  # people and channels come with their ids
    }


def _redirects(base: str) -> dict[str, list[str]]:
    """Where Slack may send browsers: after an installation, and after signing in on the bot's pages."""
    return {"redirect_urls": [f"{base}/{REDIRECT}", f"{base}/{_SIGNED_IN}"]} if base else {}


def _at(url: str, name: str) -> dict[str, str]:
    return {name: url} if url else {}


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    pairs = value.items() if isinstance(value, Mapping) else ()
    entries = [(f"{_scalar(key)}:", each) for key, each in pairs] or [("-", each) for each in value]
    for mark, each in entries:
        if not (isinstance(each, Mapping | list) and each):
            yield f"{indent}{mark} {_scalar(each)}"
        elif mark == "-":
            first, *rest = _lines(each, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"  # entries of a list begin on the line of their dash
            yield from rest
        else:
            yield f"{indent}{mark}"
            yield from _lines(each, f"{indent}  ")


def _scalar(value: Any) -> str:
    """A JSON scalar is a YAML scalar; plain words need no quotes."""
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z_/][\w./-]*(:[\w./-]+)*( [\w./-]+)*", value, re.ASCII)
    if plain and value.lower() not in _NOT_PLAIN:
        return str(value)
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)
