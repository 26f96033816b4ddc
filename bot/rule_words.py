"""Rules as sentences."""

from collections.abc import Awaitable, Callable, Sequence

from bot.ruling import ADMINS, CHANNEL, EVERY, IRREVERSIBLE, READS, WRITES
from commands.call import Actor
from storage.rules import Rule

DEFAULTS = (
    "Everybody may look things up, and change things with accounts that they may use.",
    "With the team’s accounts, only those who run the bot may do irreversible things.",
)
"""What holds where no rule says otherwise."""

Name = Callable[[str], Awaitable[str]]
"""Says what somebody is called, given their key; see `bot.directory.Directory.name`."""

_DEEDS = {
    EVERY: "do anything",
    READS: "look things up",
    WRITES: "change things",
    IRREVERSIBLE: "do irreversible things",
}


async def in_words(rule: Rule, name: Name, here: str = "", reader: Actor | None = None) -> str:
    """For somebody in the conversation `here`; for one `reader` alone, who is then “you”, or else for everybody there."""
    deed = _DEEDS.get(rule.what) or f"use “{rule.what}”"
    who = await _who(rule.who, name, reader)
    if rule.effect == "forbid":
        may_not = "Nobody may" if rule.who == EVERY else f"{who} may not"
        return f"{may_not} {deed} {_where(rule.where, here, 'anywhere')}."
    confirmed = f" once {await _confirmed(rule.by, name, here, reader)}" if rule.effect == "ask" else ""
    return f"{who} may {deed} {_where(rule.where, here, 'everywhere')}{confirmed}."


async def approver_in_words(by: str, here: str, name: Name) -> str:
    """Who has to confirm, for somebody in the conversation `here`: “the people of this channel”, “Ada Lovelace”."""
    if by.startswith(CHANNEL):
        return f"the people of {_channel(by.removeprefix(CHANNEL), here)}"
    return "those who run the bot" if by == ADMINS else await name(by)


def who_can_change(names: Sequence[str], more: int) -> str:
    """`names` are those of people who run the bot; there are so many more of them."""
    return f"It can be changed by {listed(names, more)}." if names else "Nobody runs this bot yet who could change that."


def listed(names: Sequence[str], more: int) -> str:
    shown = [*names, *([f"{more} more"] if more > 0 else [])]
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


async def _who(who: str, name: Name, reader: Actor | None) -> str:
    """To begin a sentence with. A name stays as it is written."""
    if reader and who == reader.key:
        return "You"
    if words := {EVERY: "Everybody", ADMINS: "Those who run the bot"}.get(who):
        return words
    called = await name(who)
    return f"A{called[1:]}" if called.startswith("a person (") else called


async def _confirmed(by: str, name: Name, here: str, reader: Actor | None) -> str:
    if reader and by == reader.key:
        return "you confirm it"
    several = "one of " if by == ADMINS or by.startswith(CHANNEL) else ""
    return f"{several}{await approver_in_words(by, here, name)} confirms it"


def _where(where: str, here: str, every: str) -> str:
    return every if where == EVERY else f"in {_channel(where, here)}"


def _channel(conversation: str, here: str) -> str:
    """On a page, one is nowhere."""
    if conversation == here:
        return "this channel"
    return f"another channel ({conversation})" if here else f"the channel {conversation}"
