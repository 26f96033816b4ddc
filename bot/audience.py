"""Who may see what of an entry in the audit: full logs are felt to be invasive, and nobody needs them of others."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.masking import masked
from commands.call import Actor
from storage.entry import Entry

_NO_COMMAND = "(no command)"
_AND = "; "  # between two accounts; see bot.previews.as_whom


def shown_to(reader: Actor, admin: bool, is_command: Callable[[str], bool]) -> Callable[[Entry], Entry]:
    """Makes of each entry what this reader may see: of their own, all.

    Of others', those who run the bot see all but what was answered; everybody else sees no arguments either, no words that
    were no command, and of an account only enough to know it by.
    """

    def shown(entry: Entry) -> Entry:
        if entry.actor == reader.key:
            return entry
        if admin:
            return replace(entry, said="")
        command = entry.command if is_command(entry.command) or entry.kind == "decision" else _NO_COMMAND
        return replace(entry, command=command, arguments="", said="", record="", account=masked_accounts(entry.account))

    return shown


def masked_accounts(account: str) -> str:
    """ "Google Calendar: al…@example.com", of each account that there is."""
    return _AND.join(f"{title}{colon}{masked(name)}" for title, colon, name in map(_parts, account.split(_AND)))


def called(entries: Iterable[Entry], reader: Actor) -> Callable[[str], str]:
    """What somebody is called, given their key: as the entries have it, else by their id alone."""
    names: Mapping[str, str] = {entry.actor: entry.name for entry in entries if entry.name}

    def name(key: str) -> str:
        return "you" if key == reader.key else names.get(key) or key.rpartition(":")[2]

    return name


def readable(arguments: str) -> str:
    """Those that were given, for people. They are JSON, but what was long was cut off."""
    try:
        told = json.loads(arguments)
    except ValueError:
        return arguments
    if not isinstance(told, dict):
        return arguments
    return ", ".join(f"{name}: {value}" for name, value in told.items() if value not in ("", None, []))


def _parts(account: str) -> tuple[str, str, str]:
    return account.partition(": ")
