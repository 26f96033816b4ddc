"""A preview in words: what would be done, where, as whom, before and after."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.connections import Account
from bot.masking import masked
from commands.call import Call
from commands.command import Command
from commands.option import Option
from commands.preview import Change, Preview
from commands.reply import Button, Field, Reply

_NOTHING = "nothing"


@dataclass(frozen=True)
class Seen:
    """What is shown of a call before it is run. `accounts` are those that it would use, by the title of their service."""

    call: Call
    preview: Preview
    accounts: Mapping[str, Account]

    def digest(self, confirmer: str) -> str:
        """What a confirmation is bound to: who asks, where, as whom, what exactly, what was shown, and who confirms it."""
        told = [
            confirmer,
            self.call.actor.key,
            vars(self.call.place),
            sorted((title, account.id) for title, account in self.accounts.items()),
            self.call.command,
            dict(self.call.arguments),
            [self.preview.text, [vars(each) for each in self.preview.fields], [vars(each) for each in self.preview.changes]],
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def declared(command: Command, call: Call) -> Preview:
    """What the declaration alone can say of it, without asking anybody anything."""
    return Preview(command.about, tuple(_given(command.options, call.arguments)))


def dry(seen: Seen, reason: str) -> Reply:
    """What would be done, and the button that does it. `reason` is why somebody else would have to confirm it, if so."""
    run = Button("Do it", seen.call.command, seen.call.arguments, style="primary")
    lines = (seen.preview.text, "This is a preview: nothing was done.", reason)
    return Reply("\n".join(filter(None, lines)), fields=fields(seen), buttons=(run,), private=True)


def fields(seen: Seen, others: bool = False) -> tuple[Field, ...]:
    """What is only worth knowing for the asker is not shown to `others`."""
    hints = () if others else seen.preview.hints
    return (*seen.preview.fields, *hints, *map(_changed, seen.preview.changes), *_as_whom(seen.accounts))


def as_whom(accounts: Mapping[str, Account]) -> str:
    """As it is noted in the audit."""
    return "; ".join(f"{title}: {account.name or account.id}" for title, account in accounts.items())


def _given(options: Sequence[Option], arguments: Mapping[str, Any]) -> Iterator[Field]:
    for option in options:
        value = arguments.get(option.name)
        if value not in (None, "", [], option.default):
            yield Field(option.name.replace("_", " ").capitalize(), _written(value))


def _changed(change: Change) -> Field:
    return Field(change.name, f"{change.before or _NOTHING} → {change.after or _NOTHING}")


def _as_whom(accounts: Mapping[str, Account]) -> Iterator[Field]:
    for title, account in accounts.items():
        yield Field(
            "As", f"{masked(account.name) or 'a connected account'} at {title}{', your team’s' if account.team else ''}"
        )


def _written(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
