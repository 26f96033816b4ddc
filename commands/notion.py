"""Notion: pages and databases found, shown and written, and what is said here kept there."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated

from adapters.errors import Refused
from adapters.notion.client import Notion
from adapters.notion.database import Database
from adapters.notion.page import Page, Property
from commands import drafts, rows, transcript, usual
from commands.agenda import count
from commands.command import command
from commands.conversation import conversation
from commands.excerpt import begins
from commands.option import HIDDEN
from commands.pages import beginning, line, meant, number, own_line, pick, pick_database, pick_gone
from commands.preferences import Preferences
from commands.preview import NOTHING, Change, Preview, State, compared
from commands.reply import Field, Item, Reply
from commands.since import standing, state, taking_back
from commands.talk import Said, Talk
from commands.usage import Meant

_MOST = 10  # lines at once; more are no answer
_ASKED = "Ask me in the thread that is to be saved, or choose “Save thread to Notion” in the menu of one of its messages."

Which = Annotated[str, "its title, address or id"]
Under = Annotated[str, "the page or database it goes into; this channel's default if left out"]
Blocks = Annotated[list[str], "the ids of what was appended"]
Hidden = Annotated[str, HIDDEN]


@command(example="notion find meeting notes", lists=True)
async def find(notion: Notion, words: Annotated[str, "words of its title"]) -> Reply:
    """Find pages and databases by their titles."""
    found = await notion.find(words)
    if not found.items:
        more = " There is more that is like it: say its title as it is written there." if found.more else ""
        return Reply(f"I found nothing called “{words}” in Notion, among the pages that you have let me see.{more}")
    items = tuple(line(each, notion.now) for each in found.items[:_MOST])
    return Reply(f"{_how_many(found.items, found.more, 'result')} for “{words}”{_shown(found.items)}.", items)


@command(example="notion page onboarding")
async def page(notion: Notion, page: Which) -> Reply:
    """Show a page, or a row, with what stands on it."""
    found = await pick(notion, page, "notion page")
    content = await notion.content(found)
    fields = tuple(Field(each.name, each.text) for each in found.properties if each.text and each.type != "title")
    gone = " It is in the trash." if found.in_trash else ""
    shown = beginning(content.markdown)
    more = " It goes on in Notion." if content.truncated or shown != content.markdown else ""
    empty = "" if content.markdown.strip() else " There is no text on it."
    return Reply(f"“{found.title}”.{gone}{more}{empty}", (own_line(found, notion.now),), fields, prose=shown)


@command(example="notion databases", lists=True)
async def databases(notion: Notion, words: Annotated[str, "words of its title; all of them if left out"] = "") -> Reply:
    """List the databases, with their columns."""
    found = await notion.databases(words)
    if not found:
        called = f" called “{words}”" if words else ""
        return Reply(f"I found no database{called} in Notion, among those that you have let me see.")
    items = tuple(line(each, notion.now) for each in found[:_MOST])
    return Reply(f"{count(len(found), 'database').capitalize()}{_shown(found)}.", items)


@command(example='notion query Tasks where="Status=In progress, Points>2" sort=-Due')
async def query(
    notion: Notion,
    database: Which,
    where: Annotated[str, "what must hold: Status=Done, Due<2026-12-01, Name~budget (has it), Owner= (empty)"] = "",
    sort: Annotated[str, "the column to sort by; with a minus before it, the other way round"] = "",
) -> Reply:
    """List rows of a database."""
    found = await pick_database(notion, database, "notion query")
    fit = await notion.query(found, rows.conditions(where, found, notion.now.date()), sort)
    fitting = f" where {where}" if where else ""
    if not fit.pages:
        return Reply(f"No row of “{found.title}”{fitting}.")
    items = tuple(line(each, notion.now) for each in fit.pages[:_MOST])
    return Reply(f"{_how_many(fit.pages, fit.more, 'row')} of “{found.title}”{fitting}{_shown(fit.pages)}.", items)


@command(
    undo="notion archive", example='notion create Launch plan body="Who does **what** until Friday." under="Meeting notes"'
)
async def create(
    notion: Notion,
    preferences: Preferences,
    title: str,
    body: Annotated[str, "what stands on it, in Markdown"] = "",
    under: Under = "",
) -> AsyncIterator[Preview | Reply]:
    """Create a page."""
    place = await usual.place(notion, preferences, under, "notion create", "under")
    yield drafts.created(place, title, body)
    made = await notion.create(place, title, body)
    text = f"Created “{made.title}” in “{place.title}”."
    yield Reply(text, (own_line(made, notion.now),), undo=taking_back(made), record=made.id)


@command(undo="notion remove", example="notion append Ask Tom about the **budget** to=Ideas")
async def append(
    notion: Notion,
    preferences: Preferences,
    text: Annotated[str, "what to write there, in Markdown"],
    to: Annotated[str, "the page; this channel's default if left out"] = "",
) -> AsyncIterator[Preview | Reply]:
    """Write something at the end of a page."""
    place = await usual.place(notion, preferences, to, "notion append", "to")
    if isinstance(place, Database):
        raise Refused(f"“{place.title}” is a database. Add a row to it with “notion add”, or name a page, as in to=Ideas.")
    yield drafts.appended(place, text)
    made = await notion.append(place, text)
    undo = {"blocks": [each.id for each in made], "left": standing(made)}
    said = f"Appended {drafts.summed_up(made)} to “{place.title}”."
    yield Reply(said, (Item(place.title, url=place.url),), undo=undo, record=made[0].id if made else "")


@command(undo="notion put-back", example="notion remove 1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e", pressed=True)
async def remove(notion: Notion, blocks: Blocks, left: State = NOTHING) -> AsyncIterator[Preview | Reply]:
    """Take out what was appended to a page."""
    found = await notion.blocks(blocks)
    gone = all(each.in_trash for each in found)
    if not found or (gone and not (notion.again or left)):
        yield Reply("That was taken out already.")
        return
    yield compared(drafts.removed(found), {} if gone else left, standing(found))
    ids = [each.id for each in found]
    await notion.remove(ids)
    yield Reply(f"Took out {drafts.summed_up(found)}.", undo={"blocks": ids}, record=ids[0])


@command(undo="notion remove", example="notion put-back 1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e", pressed=True)
async def put_back(notion: Notion, blocks: Blocks) -> AsyncIterator[Preview | Reply]:
    """Put back what was taken out of a page."""
    found = await notion.blocks(blocks)
    if not found:
        raise Refused("That was deleted for good, so I can't put it back.")
    if not (any(each.in_trash for each in found) or notion.again):
        yield Reply("That is on its page already.")
        return
    yield drafts.put_back(found)
    back = await notion.put_back([each.id for each in found])
    undo = {"blocks": [each.id for each in back], "left": standing(back)}
    yield Reply(f"Put {drafts.summed_up(back)} back.", undo=undo, record=back[0].id)


@command(undo="notion archive", example="notion add Tasks Order new badges, Priority=High, Tags=docs, Due=2026-12-01")
async def add(
    notion: Notion,
    database: Which,
    values: Annotated[str, "its title, and what stands in its columns: Priority=High, Due=2026-12-01"],
    row: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Add a row to a database."""
    into = await pick_database(notion, database, "notion add")
    if not row:  # words like “friday” mean another day later
        raise Meant({"database": into.id, "row": rows.values(values, into, notion.now.date())})
    title = into.title_column.name
    yield drafts.added(into, await notion.checked(into, row))
    made = await notion.create(into, row.get(title, ""), values={name: each for name, each in row.items() if name != title})
    text = f"Added “{made.title}” to “{into.title}”."
    yield Reply(text, (own_line(made, notion.now),), undo=taking_back(made), record=made.id)


@command(undo="notion set", example="notion set “Fix login timeout” Status Done")
async def set(
    notion: Notion,
    page: Which,
    property: Annotated[str, "the column, or “title”"],
    value: Annotated[str, 'what is to stand there; value="" for nothing'],
    exact: Hidden = "",
    left: State = NOTHING,
    was: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Set what stands in a column of a row, or the title of a page."""
    found = await pick(notion, page, "notion set")
    if found.in_trash:
        raise Refused(f"“{found.title}” is in the trash, so it can't be changed. “notion restore” takes it out.")
    now = found.changeable(property)
    said, wanted = (value, value) if exact else await _read(notion, found, property, value)
    if (found.id, said) != (page, value) or not was:
        raise Meant({"page": found.id, "value": said, "was": _former(now)})
    is_there = now.exact == exact if exact else now.text == wanted
    title = (was["text"] or found.title) if now.type == "title" else found.title
    if is_there and not (notion.again or left):
        yield Reply(f"{now.name} of “{found.title}” is {_quoted(now.text)} already.", (own_line(found, notion.now),))
        return
    old = was if is_there else _former(now)
    preview = Preview(f"Set {now.name} of “{title}” to {_quoted(wanted)}.", changes=(Change(now.name, old["text"], wanted),))
    yield compared(preview, {} if is_there else left, {now.name: now.text})
    new = await notion.set(found, now.name, value, exact)
    text = f"Set {now.name} of “{title}” to {_quoted(new[now.name].text)}. It was {_quoted(old['text'])}."
    back = {"value": old["text"], "exact": old["exact"], "left": {now.name: new[now.name].text}}
    undo = {"page": new.id, "property": now.name, **back}
    yield Reply(text, (own_line(new, notion.now),), undo=undo, record=new.id)


@command(undo="notion restore", example="notion archive sprint planning")
async def archive(notion: Notion, page: Which, left: State = NOTHING) -> AsyncIterator[Preview | Reply]:
    """Put a page, or a row, into the trash."""
    found = await meant(notion, page, "notion archive")
    if found.in_trash and not (notion.again or left):
        yield Reply(f"“{found.title}” is in the trash already.")
        return
    yield compared(drafts.archived(found), {} if found.in_trash else left, state(found))
    gone = await notion.archive(found)
    yield Reply(f"Put “{gone.title}” into the trash.", undo=taking_back(gone), record=gone.id)


@command(undo="notion archive", example="notion restore https://www.notion.so/1f3c2a4e0b5d4c6f8a7e9d0c1b2a3f4e")
async def restore(
    notion: Notion, page: Annotated[str, "its address or id"], left: State = NOTHING
) -> AsyncIterator[Preview | Reply]:
    """Take a page, or a row, out of the trash."""
    found = await pick_gone(notion, page, "notion restore")
    if not found.in_trash and not (notion.again or left):
        yield Reply(f"“{found.title}” is not in the trash.", (own_line(found, notion.now),))
        return
    yield drafts.restored(found)  # what is in the trash can't be changed, except that it comes back
    back = await notion.restore(found)
    yield Reply(f"“{back.title}” is back.", (own_line(back, notion.now),), undo=taking_back(back), record=back.id)


@command(undo="notion archive", example="notion save-message 1795420800.000100", shortcut="Save message to Notion")
async def save_message(
    notion: Notion,
    preferences: Preferences,
    talk: Talk,
    message: Annotated[str, "the message, by its id"],
    into: Under = "",
) -> AsyncIterator[Preview | Reply]:
    """Save a message as a page, with its author, time and address."""
    place = await usual.place(notion, preferences, into, "notion save-message", "into")
    said = [await talk.message(message)]
    title = transcript.title(said)
    yield drafts.saved(place, title, said)
    made = await notion.create(place, title, transcript.body(said, notion.now.tzinfo))
    text = f"Saved this message as “{made.title}” in “{place.title}”."
    yield Reply(text, (own_line(made, notion.now),), undo=taking_back(made), record=made.id)


@command(undo="notion archive", example="notion save-thread", shortcut="Save thread to Notion")
async def save_thread(
    notion: Notion,
    preferences: Preferences,
    talk: Talk,
    message: Annotated[str, "a message of the thread, by its id; this thread if left out"] = "",
    into: Under = "",
    until: Hidden = "",
) -> AsyncIterator[Preview | Reply]:
    """Save a thread as a page, message by message."""
    said = await _thread(talk, message, until)
    if not until:  # what is said from now on is not meant, whenever this is done
        raise Meant({"until": said[-1].at.isoformat()})
    place = await usual.place(notion, preferences, into, "notion save-thread", "into")
    title = transcript.title(said)
    yield drafts.saved(place, title, said)
    first, *more = transcript.bodies(said, notion.now.tzinfo)
    made = await notion.create(place, title, first)
    for part in more:
        made = await notion.extend(made, part)
    text = f"Saved {count(len(said), 'message')} as “{made.title}” in “{place.title}”."
    fields = tuple(Field("Note", each.omitted) for each in said if each.omitted)
    yield Reply(text, (own_line(made, notion.now),), fields, undo=taking_back(made), record=made.id)


@command(undo="notion default", example="notion default meeting notes")
async def default(
    notion: Notion,
    preferences: Preferences,
    place: Annotated[str, "a page or database; “none” for no default; left out, the default is shown"] = "",
    left: State = NOTHING,
    was: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Choose where this channel's pages go, or show it."""
    now, title = await usual.default(notion, preferences)
    if not place:
        yield Reply(f"{_goes(title)} Choose another with “notion default Meeting notes”.")
        return
    wanted, to = await usual.choose(notion, place)
    if wanted != place or not was:
        raise Meant({"place": wanted, "was": {"place": now, "title": title}})
    if now == wanted and not (notion.again or left):
        yield Reply(f"That is so already. {_goes(title)}")
        return
    former = (was["place"], was["title"]) if now == wanted else (now, title)
    preview = Preview(_goes(to), changes=(Change("Default of this channel", former[1], to),))
    yield compared(preview, {} if now == wanted else left, {"default": title})
    await usual.keep(preferences, wanted)
    undo = {"place": former[0], "left": {"default": to}}
    yield Reply(_goes(to), undo=undo, record=wanted)


def _goes(title: str) -> str:
    """Where things go from a channel whose default has that title."""
    if not title:
        return "This channel has no default page: what is saved or created here says itself where it goes."
    return f"What is saved or created in this channel goes into “{title}”, unless it says otherwise."


def _how_many(found: Sequence[object], more: bool, noun: str) -> str:
    return number(found, more, noun).capitalize()


def _shown(found: Sequence[object]) -> str:
    """What is to be said where not all of them are shown."""
    return f", here are the first {_MOST}" if len(found) > _MOST else ""


def _former(value: Property) -> dict[str, str]:
    return {"text": value.text, "exact": value.exact}


async def _read(notion: Notion, page: Page, name: str, value: str) -> tuple[str, str]:
    """The value, with days in words as dates, and as it will stand there. Raises Refused."""
    if page.kind != "row":
        return value, value
    database = await notion.database(page.parent.id)
    column = database.column(name)
    said = rows.dated(column, value, notion.now.date())
    return said, (await notion.checked(database, {column.name: said}))[0].text


def _quoted(text: str) -> str:
    return f"“{begins(text, 100)}”" if text else "nothing"


async def _thread(talk: Talk, message: str, until: str) -> list[Said]:
    """What was said until that moment. Raises Refused."""
    said = await conversation(talk, message, datetime.fromisoformat(until) if until else None, _ASKED)
    if not said:
        raise Refused("Nothing has been said in this thread yet.")
    return said
