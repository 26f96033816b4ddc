"""Rules as sentences."""

from collections.abc import Sequence

from bot.ruling import ADMINS, EVERY, IRREVERSIBLE, READS, WRITES
from commands.call import Actor
from storage.rules import Rule

CHANNEL = "in:"
"""What the channel whose people confirm begins with."""

DEFAULTS = (
    "Everybody may look things up, and change things with accounts that they may use.",
    "With the team's accounts, only those who run the bot may do what can't be taken back.",
)
"""What holds where no rule says otherwise."""

_DEEDS = {
    EVERY: "do anything",
    READS: "look things up",
    WRITES: "change things",
    IRREVERSIBLE: "do what can't be taken back",
}
_NAMES = 3  # at most, of those who can change a rule


def in_words(rule: Rule, reader: Actor | None = None, here: str = "") -> str:
    """For this reader, who is in the conversation `here`."""
    who, where = _who(rule.who, reader), _where(rule.where, here, "anywhere" if rule.effect == "forbid" else "everywhere")
    deed = _DEEDS.get(rule.what) or f"use “{rule.what}”"
    if rule.effect == "forbid":
        subject = "Nobody may" if rule.who == EVERY else f"{_capital(who)} may not"
        return f"{subject} {deed} {where}."
    confirmed = f" once {_approver(rule.by, reader, here)} confirms it" if rule.effect == "ask" else ""
    return f"{_capital(who)} may {deed} {where}{confirmed}."


def who_can_change(names: Sequence[str]) -> str:
    """`names` are those of the people who run the bot."""
    if not names:
        return "Nobody runs this bot yet who could change that."
    more = len(names) - _NAMES
    shown = [*names[:_NAMES], *([f"{more} more"] if more > 0 else [])]
    listed = " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
    return f"{listed[0].upper()}{listed[1:]} can change that."


def _who(who: str, reader: Actor | None) -> str:
    if reader and who == reader.key:
        return "you"
    return {EVERY: "everybody", ADMINS: "those who run the bot"}.get(who) or who.rpartition(":")[2]


def _where(where: str, here: str, every: str = "") -> str:
    return every if where == EVERY else "in this conversation" if where == here else f"in {where}"


def _approver(by: str, reader: Actor | None, here: str) -> str:
    if by.startswith(CHANNEL):
        return f"somebody {_where(by.removeprefix(CHANNEL), here)}"
    return "one of those who run the bot" if by == ADMINS else _who(by, reader)


def _capital(text: str) -> str:
    """A person's id stays as it is."""
    return text.capitalize() if text in ("you", "everybody", "those who run the bot") else text
