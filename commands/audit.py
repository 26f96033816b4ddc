"""See what I did, for whom, and who confirmed it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from commands.command import Given, command
from commands.days import in_words
from commands.option import MENTIONS
from commands.reply import Button, Item, Reply
from commands.usage import Meant
from commands.when import TODAY, Day

Words = Annotated[str, "here, mine, everywhere, a channel or a person, and a day if you like: “yesterday mine”", MENTIONS]


@dataclass(frozen=True)
class Deed:
    """What somebody asked for, and what came of it. What is not for the reader's eyes is empty. `time` is in their zone."""

    time: str  # "14:05"
    who: str
    command: str
    outcome: str
    confirmed_by: str = ""
    account: str = ""
    arguments: str = ""
    record: str = ""  # the service's id of what was written


@dataclass(frozen=True)
class Deeds:
    """The newest first. `more` says that there are others; `page` is the address of all of them, empty where there is none."""

    every: Sequence[Deed]
    more: bool
    who: str  # "you", or somebody's name; empty where they are everybody's
    place: str  # as in "in this conversation"; empty where it does not matter
    page: str


@dataclass(frozen=True)
class Auditing(Given):
    """What is noted of calls and decisions, as the asker may see it from where they are.

    `meant` gives the options that free words stand for: "where", and with it "day" and "who" where they were told. `of` gives
    what was done on a day; what others did elsewhere is for those who run the bot. Both raise UsageError, `of` Refused as well.
    """

    today: date  # the asker's
    meant: Callable[[str], Awaitable[Mapping[str, Any]]]
    of: Callable[[date, str, str, str], Awaitable[Deeds]]  # (day, where, who, command): empty for everybody, every command


@command(example="audit yesterday")
async def audit(
    auditing: Auditing,
    where: Words = "here",
    day: Annotated[Day, "which day"] = TODAY,
    who: Annotated[str, "one person alone: me, a mention or an id", MENTIONS] = "",
    command: Annotated[str, "one command alone, such as “calendar create”"] = "",
) -> Reply:
    """Show what I did here today, for whom, and who confirmed it."""
    meant = await auditing.meant(where)
    if meant != {"where": where}:
        raise Meant(meant)
    deeds = await auditing.of(day, where, who, command)
    page = (Button("Open the page", url=deeds.page),) if deeds.page else ()
    return Reply(_told(deeds, day, auditing.today), items=tuple(map(_item, deeds.every)), buttons=page, private=True)


def _told(deeds: Deeds, day: date, today: date) -> str:
    when = "today" if day == today else f"on {in_words(day, today)}"
    if day > today:
        return f"{in_words(day, today)} is still to come."
    asked, number = f"{deeds.who} asked for" if deeds.who else "I was asked for", len(deeds.every)
    where = " ".join(filter(None, (deeds.place, when)))
    if deeds.more:
        return f"These are the last {number} things that {asked} {where}."
    things = "nothing" if not number else "one thing" if number == 1 else f"{number} things"
    return f"{asked[0].upper()}{asked[1:]} {things} {where}."


def _item(deed: Deed) -> Item:
    told = (
        deed.outcome,
        deed.confirmed_by and f"confirmed by {deed.confirmed_by}",
        deed.account and f"as {deed.account}",
        deed.arguments,
        deed.record and f"id {deed.record}",
    )
    return Item(f"{deed.time} {deed.who}: {deed.command}", " · ".join(filter(None, told)))
