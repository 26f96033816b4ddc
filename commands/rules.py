"""Who may run what, where, and what has to be confirmed by whom."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from commands.command import Command, Given, command
from commands.option import MENTIONS
from commands.preview import Change, Preview
from commands.reply import Button, Item, Reply

What = Annotated[str, "everything, reads, writes, irreversible (can't be undone), “calendar”, or just “calendar create”"]
Who = Annotated[str, "everyone, admins, or one person: a mention or an id", MENTIONS]
Where = Annotated[str, "here, everywhere, or a channel: a mention or an id", MENTIONS]
By = Annotated[str, "admins, a person, in:here for anybody in this channel, or another channel", MENTIONS]
Id = Annotated[str, "the rule's id, as “rules” shows it"]


@dataclass(frozen=True)
class Rule:
    """`effect` is "forbid", "allow" or "ask"; what follows it is as it is stored. `words` say the rule as a sentence.

    Without an `id` it is what holds by default. `holds` is False of one that was removed, or is yet to be made; `applies`
    is False where it is about other people or another place than where the asker is.
    """

    words: str
    id: str = ""
    effect: str = ""
    what: str = ""
    who: str = ""
    where: str = ""
    by: str = ""
    holds: bool = True
    applies: bool = True


@dataclass(frozen=True)
class Ruling(Given):
    """The rules, as one person sees and changes them from where they are.

    `every` gives those that hold for the asker here, the most specific first, then the defaults, then what else they may see:
    their own elsewhere, and everybody's where they run the bot. `refusal` says why they may not run a command here, empty where
    they may. `draft` and what changes rules raise Refused for those who do not run the bot. `draft` says what a rule would be,
    given its effect and words for what, who, where and by. It raises UsageError, and Refused where whoever is to confirm could
    not be asked. `find` raises Refused where there is none of that id. `again` says whether an earlier attempt of this very
    call may have got through.
    """

    page: str  # the address of the page with all of them, empty where there is none
    every: Callable[[], Awaitable[Sequence[Rule]]]
    draft: Callable[[str, str, str, str, str], Awaitable[Rule]]
    find: Callable[[str], Awaitable[Rule]]
    add: Callable[[Rule], Awaitable[None]]
    remove: Callable[[Rule], Awaitable[None]]
    restore: Callable[[Rule], Awaitable[None]]
    may_change: Callable[[], Awaitable[bool]]
    refusal: Callable[[Command], Awaitable[str]]
    again: Callable[[], Awaitable[bool]]


@command
async def rules(ruling: Ruling) -> Reply:
    """Show who may do what here, and what you may."""
    every, changes = await ruling.every(), await ruling.may_change()
    page = (Button("Open the page", url=ruling.page),) if ruling.page else ()
    made = sum(bool(rule.id) for rule in every if rule.applies)
    held = f"{made} rule{'' if made == 1 else 's'} and the defaults hold" if made else "only the defaults hold"
    text = f"For you, here, {held}. The most specific rule wins; of two alike, the stricter."
    return Reply(text, items=tuple(_item(rule, changes) for rule in every), buttons=page, private=True)


@command(by_hand=True, undo="rules remove", example="rules forbid calendar create who=everyone where=here")
async def forbid(
    ruling: Ruling, what: What, who: Who = "everyone", where: Where = "everywhere"
) -> AsyncIterator[Preview | Reply]:
    """Forbid something, to everybody or somebody, here or everywhere."""
    rule = await ruling.draft("forbid", what, who, where, "")
    async with aclosing(_made_to_hold(ruling, rule, ruling.add, undo={"id": rule.id})) as steps:
        async for step in steps:
            yield step


@command(by_hand=True, undo="rules remove", example="rules allow irreversible who=admins")
async def allow(
    ruling: Ruling, what: What, who: Who = "everyone", where: Where = "everywhere"
) -> AsyncIterator[Preview | Reply]:
    """Allow something that a broader rule, or the default, forbids."""
    rule = await ruling.draft("allow", what, who, where, "")
    async with aclosing(_made_to_hold(ruling, rule, ruling.add, undo={"id": rule.id})) as steps:
        async for step in steps:
            yield step


@command(by_hand=True, undo="rules remove", example="rules ask writes by=admins where=here")
async def ask(
    ruling: Ruling, what: What, by: By, who: Who = "everyone", where: Where = "everywhere"
) -> AsyncIterator[Preview | Reply]:
    """Have somebody confirm what others want to write."""
    rule = await ruling.draft("ask", what, who, where, by)
    async with aclosing(_made_to_hold(ruling, rule, ruling.add, undo={"id": rule.id})) as steps:
        async for step in steps:
            yield step


@command(by_hand=True, undo="rules restore", example="rules remove k7m2qx4a")
async def remove(ruling: Ruling, id: Id) -> AsyncIterator[Preview | Reply]:
    """Remove a rule."""
    rule = await ruling.find(id)
    if not rule.holds and not await ruling.again():
        yield Reply(f"Rule {rule.id} does not hold any more: nothing to remove.", private=True)
        return
    yield Preview(f"Remove rule {rule.id}.", changes=(Change(f"Rule {rule.id}", rule.words, ""),), private=True)
    await ruling.remove(rule)
    said = f"Rule {rule.id} does not hold any more: {rule.words}"
    yield Reply(said, undo={"id": rule.id}, record=rule.id, private=True)


@command(by_hand=True, undo="rules remove", example="rules restore k7m2qx4a")
async def restore(ruling: Ruling, id: Id) -> AsyncIterator[Preview | Reply]:
    """Let a rule hold again that was removed."""
    rule = await ruling.find(id)
    async with aclosing(_made_to_hold(ruling, rule, ruling.restore, undo={"id": rule.id})) as steps:
        async for step in steps:
            yield step


async def _made_to_hold(
    ruling: Ruling, rule: Rule, keep: Callable[[Rule], Awaitable[None]], undo: Mapping[str, str]
) -> AsyncGenerator[Preview | Reply, None]:
    """What an earlier attempt of this very call may have done is answered as that one would have."""
    if rule.holds and not await ruling.again():
        yield Reply(f"That holds already, as rule {rule.id}: {rule.words}", private=True)
        return
    changes = (Change(f"Rule {rule.id}", "", rule.words),)
    yield Preview(f"Let this rule hold: {rule.words}", changes=changes, private=True)
    await keep(rule)
    yield Reply(f"From now on: {rule.words} That is rule {rule.id}.", undo=undo, record=rule.id, private=True)


def _item(rule: Rule, changes: bool) -> Item:
    named = f"rule {rule.id}" if rule.id else "by default"
    removed = (Button("Remove", "rules remove", {"id": rule.id}),) if changes and rule.id else ()
    return Item(rule.words, named if rule.applies else f"{named}, for others or elsewhere", buttons=removed)
