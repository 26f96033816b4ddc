"""Teams' view of the bot, made from the commands: https://learn.microsoft.com/microsoft-365/extensibility/schema/."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.teams.icon import BACKGROUND
from bot.teams.shortcuts import id_of
from bot.text import is_web_address
from commands.catalog import Subject
from commands.command import Command

VERSION = "1.29"  # the newest that the page above lists as generally available; Teams goes on taking older ones
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"
SCOPES = ("personal", "team", "groupChat")
COLOR_ICON, OUTLINE_ICON = "color.png", "outline.png"

# To read the threads, chats and messages that it is asked about, with the pictures in them; and to look, after a crash, whether
# an answer was sent already: without it, the bot may say something twice. Who adds the bot to a
# team or a group chat consents to it. Teams then delivers all messages there, and the door drops those without a mention:
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-messages-with-rsc
READS = ("ChannelMessage.Read.Group", "ChatMessage.Read.Chat")

_MENU, _COMMANDS = (
    10,
    10,
)  # at most, searches and actions together: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/create-a-bot-commands-menu
_COMMAND, _TITLE, _LINE, _URL = 128, 32, 128, 2048  # characters
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_RELEASE = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_NOWHERE = "https://www.example.com"  # Teams wants addresses; this one is meant for examples, and Microsoft's own name it too
_ABOUT = "Ask in a chat, and it is done as you: meetings found, made and moved."
_AT_LENGTH = (
    "Write to Interact, press a button, or mention it in plain words: it acts on the services that your team uses, with your "
    "own accounts and your own rights, and answers where you asked. What it wrote can be taken back with a button."
)


def manifest(
    subjects: Sequence[Subject], app_id: str, public_url: str | None, version: str, look: bool = True
) -> dict[str, Any]:
    """The app manifest, for the package to be uploaded in Teams; `version` is the app's own.

    `app_id` is the bot's Microsoft App ID, which identifies the app as well: one bot is one app. `public_url` is where the
    bot is reached; without it, the app's links lead to example.com. `look` asks for the right to read messages, see READS.
    Raises ValueError where Teams would refuse it.
    """
    if not _GUID.fullmatch(app_id):
        raise ValueError(f"{app_id!r} is no Microsoft App ID: it looks like 12345678-90ab-cdef-1234-567890abcdef")
    if not _RELEASE.fullmatch(version):
        raise ValueError(f"{version!r} is no version that Teams takes: it looks like 1.0.2")
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": version,
        "id": app_id,
        "developer": _developer(public_url or _NOWHERE),
        "name": {"short": "Interact", "full": "Interact, the bot that acts as you"},
        "description": {"short": _ABOUT, "full": _AT_LENGTH},
        "icons": {"color": COLOR_ICON, "outline": OUTLINE_ICON},
        "accentColor": BACKGROUND,
        "bots": [_bot(subjects, app_id)],
        **_extension(subjects, app_id),
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [_host(public_url)] if public_url else [],
        **(_reads(app_id) if look else {}),
    }


def _reads(app_id: str) -> dict[str, Any]:
    """`resource` means nothing here, and yet consent fails without one.

    https://learn.microsoft.com/microsoftteams/platform/graph-api/rsc/test-resource-specific-consent
    """
    rights = [{"name": name, "type": "Application"} for name in READS]
    return {
        "webApplicationInfo": {"id": app_id, "resource": "https://RscBasedStoreApp"},
        "authorization": {"permissions": {"resourceSpecific": rights}},
    }


def _developer(url: str) -> dict[str, str]:
    """Whoever gives the app to other organizations puts pages of their own here."""
    _host(url)
    origin = f"https://{urlsplit(url).netloc}"
    return {"name": "Interact", "websiteUrl": origin, "privacyUrl": origin, "termsOfUseUrl": origin}


def _host(url: str) -> str:
    host = (urlsplit(url).hostname or "") if is_web_address(url) and len(url) <= _URL else ""
    if not (url.startswith("https://") and _HOST.fullmatch(host)):
        raise ValueError(f"{url!r} is no public https:// address, such as https://bot.example.com")
    return host


def _bot(subjects: Sequence[Subject], app_id: str) -> dict[str, Any]:
    """The menu shows no more than fits; help knows the rest."""
    shown = [_entry(each.name, each.about) for each in subjects if each.name != "help" and not each.pressed]
    menu = [*shown[: _MENU - 1], _entry("help", "Everything you can ask for, and how.")]
    lists = [{"scopes": [scope], "commands": menu} for scope in SCOPES]
    return {"botId": app_id, "scopes": list(SCOPES), "supportsFiles": False, "commandLists": lists}


def _entry(name: str, about: str) -> dict[str, str]:
    return {"title": _fitting(name, _COMMAND), "description": _cut(about or name)}


def _extension(subjects: Sequence[Subject], app_id: str) -> dict[str, Any]:
    """The message extension: every command that lists things, where people write; shortcuts, in the menu of each message.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/what-are-messaging-extensions
    """
    every = [command for subject in subjects for command in subject.commands]
    searches = [_search(command) for command in every if command.lists]
    commands = searches + [_action(command) for command in every if command.shortcut]
    if len(commands) > _COMMANDS:
        names = ", ".join(command["title"] for command in commands)
        raise ValueError(f"Teams takes {_COMMANDS} searches and message actions, but there are {len(commands)}: {names}")
    return {"composeExtensions": [{"botId": app_id, "commands": commands}]} if commands else {}


def _action(command: Command) -> dict[str, Any]:
    """Its form comes from the bot, for the message is known already."""
    return {
        "id": id_of(command),
        "type": "action",
        "title": _fitting(command.shortcut, _TITLE),
        "description": _cut(command.about or command.name),
        "context": ["message"],
        "fetchTask": True,
    }


def _search(command: Command) -> dict[str, Any]:
    """Its first option is what people type. That stays plain text even for a day: "friday" is one too."""
    option = command.options[0]
    typed = {
        "name": option.name,
        "title": _fitting(option.name, _TITLE),
        "description": _cut(option.about or option.name),
        "inputType": "text",
    }
    return {
        "id": command.name.replace(" ", "."),
        "type": "query",
        "title": _fitting(command.name, _TITLE),
        "description": _cut(command.about),
        "context": ["compose", "commandBox"],
        "initialRun": not option.required,  # something to see before anything is typed
        "parameters": [typed],
    }


def _fitting(name: str, most: int) -> str:
    """Names are not cut: they are typed, and sent back."""
    if not 0 < len(name) <= most:
        raise ValueError(f"{name!r} can't be shown in Teams: names there have 1 to {most} characters")
    return name


def _cut(text: str) -> str:
    return text if len(text) <= _LINE else f"{text[: _LINE - 1]}…"
