"""Who may see what of an entry in the audit: full logs are felt to be invasive, and nobody needs them of others."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.masking import masked
from commands.call import Actor
from storage.entry import Entry

_NO_COMMAND = "(no command)"
_ADDRESS = re.compile(r"[^\s@:;,<>()\[\]\"']+@[^\s@:;,<>()\[\]\"']+")


def shown_to(reader: Actor, admin: bool, is_command: Callable[[str], bool]) -> Callable[[Entry], Entry]:
    """Makes of each entry what this reader may see: of their own, all.

    Of others', those who run the bot see all but what was answered; everybody else sees no arguments either, no words that
    were no command, and of an account the service and enough of an address to know it by.
    """

    def shown(entry: Entry) -> Entry:
        if entry.actor == reader.key:
            return entry
        if admin:
            return replace(entry, said="")
        command = entry.command if is_command(entry.command) or entry.kind == "decision" else _NO_COMMAND
        return replace(entry, command=command, arguments="", said="", record="", account=abbreviated(entry.account))

    return shown


def abbreviated(account: str) -> str:
    """ "Google Calendar: al…@example.com". Of what somebody may have named an account, nothing but addresses is told."""
    title, colon, names = account.partition(": ")
    addresses = ", ".join(map(masked, _ADDRESS.findall(names)))
    return f"{title}: {addresses}" if addresses else title if colon else ""


def called(entries: Iterable[Entry], reader: Actor) -> Callable[[str], str]:
    """What somebody is called, given their key: as the entries have it, else by their id alone."""
    names: Mapping[str, str] = {entry.actor: entry.name for entry in entries if entry.name}

    def name(key: str) -> str:
        return "you" if key == reader.key else names.get(key) or key.rpartition(":")[2]

    return name
