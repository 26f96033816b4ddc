"""Your CRM: contacts, companies, deals and tickets found, made, moved on, and written about."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from adapters.errors import Refused
from adapters.hubspot.client import HubSpot
from adapters.hubspot.kinds import KINDS
from adapters.hubspot.record import Record
from commands import board, records, reply
from commands.address import Address
from commands.agenda import listed
from commands.amount import Amount
from commands.archiving import NOTHING_KEPT, KeptOption, archived, called, keeping, there
from commands.command import command
from commands.contacts import (
    Company,
    FirstName,
    JobTitle,
    LastName,
    Owner,
    Phone,
    properties_of,
    values_of,
)
from commands.dated import in_iso
from commands.days import in_words
from commands.logged import as_note, in_full, messages, overheard
from commands.option import HIDDEN
from commands.preview import NOTHING, Change, Preview, State, compared
from commands.records import back, counted, described, filled, linked, reference, state, written
from commands.reply import Reply
from commands.rewriting import Rewriting, Wording, changing, rewritten, telling, telling_stage
from commands.talk import Talk
from commands.usage import Instead, Meant
from commands.when import Day, When
from commands.which import Which, pick

_BY_ID = "HubSpot finds nothing archived by its name. Say its kind and id, as “deal:512”, or the address of its page there."
Words = Annotated[str, Field(min_length=1)]
InPipeline = Annotated[str, "in which pipeline; the first by default"]
InStage = Annotated[str, "in which stage, by its name; the first by default"]
WithContact = Annotated[str, "the contact that it is linked to: a name or an e-mail address"]
WithCompany = Annotated[str, "the company that it is linked to, by its name"]


@command(example="hubspot find orbital", lists=True)
async def find(hubspot: HubSpot, words: Annotated[str, "what to look for: names, addresses, subjects"]) -> Reply:
    """Find contacts, companies, deals and tickets by words."""
    found = await hubspot.find(words, records.MOST)
    items = tuple(map(records.line, records.best(found)))
    if not items:
        return Reply(f"I found nothing with “{words}” in HubSpot.")
    told = listed(counted(each.total, each.kind) for each in found if each.total)
    cut = f", here are {len(items)} of them" if sum(each.total for each in found) > len(items) else ""
    return Reply(f"{told} with “{words}”{cut}.", items)


@command(example="hubspot contact ada@analytical.example")
async def contact(hubspot: HubSpot, contact: Which) -> Reply:
    """Show a contact."""
    return await _card(hubspot, contact, "contact")


@command(example="hubspot company analytical engines")
async def company(hubspot: HubSpot, company: Which) -> Reply:
    """Show a company."""
    return await _card(hubspot, company, "company")


@command(example="hubspot deal compiler licences")
async def deal(hubspot: HubSpot, deal: Which) -> Reply:
    """Show a deal."""
    return await _card(hubspot, deal, "deal")


@command(example="hubspot ticket login fails")
async def ticket(hubspot: HubSpot, ticket: Which) -> Reply:
    """Show a ticket."""
    return await _card(hubspot, ticket, "ticket")


@command(example="hubspot pipeline sales")
async def pipeline(hubspot: HubSpot, pipeline: Annotated[str, "which one, by its name; the first by default"] = "") -> Reply:
    """Show deals by stage, with their sums."""
    return board.shown(await hubspot.board(pipeline))


@command(undo="hubspot archive", example="hubspot create-contact mary@orbital.example first_name=Mary last_name=Jackson")
async def create_contact(
    hubspot: HubSpot,
    email: Annotated[Address, "their e-mail address"],
    first_name: FirstName = "",
    last_name: LastName = "",
    phone: Phone = "",
    job_title: JobTitle = "",
    company: Company = "",
    owner: Owner = "",
) -> AsyncIterator[Preview | Reply]:
    """Create a contact, or change the one that has this e-mail address."""
    names = {"first_name": first_name, "last_name": last_name, "job_title": job_title}
    given = {**names, "phone": phone, "company": company, "owner": owner}
    known = None if hubspot.again else await hubspot.contact_by_email(email)
    if known and not any(given.values()):
        yield Reply(f"{email} is in HubSpot already.", (records.line(known),))
        return
    if known:
        raise Instead("hubspot update-contact", {"contact": reference(known), "known": True, **given})
    values = await values_of(hubspot, given)
    told = await telling(hubspot, await properties_of(hubspot, values))(values)
    yield Preview(f"Create the contact {email}.", filled(told))
    saved = await hubspot.save_contact(email, values)
    mine = saved.new or hubspot.again  # else somebody else was quicker, and theirs is not ours to take back
    text = (
        f"Created the contact “{saved.record.title}”." if mine else f"{email} is in HubSpot since a moment ago; I added to it."
    )
    undo = back(saved.record, state(saved.record)) if mine else None
    yield Reply(text, (written(saved.record),), undo=undo, record=saved.record.id)


@command(undo="hubspot update-contact", example="hubspot update-contact ada@analytical.example job_title=Countess")
async def update_contact(
    hubspot: HubSpot,
    contact: Which,
    first_name: FirstName = "",
    last_name: LastName = "",
    phone: Phone = "",
    job_title: JobTitle = "",
    company: Company = "",
    owner: Owner = "",
    known: Annotated[bool, HIDDEN] = False,
    values: State = NOTHING,
    left: State = NOTHING,
    was: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Change what is known of a contact."""
    which = await pick(hubspot, contact, "hubspot update-contact", "contact", ("contact",))
    names = {"first_name": first_name, "last_name": last_name, "job_title": job_title}
    wanted = values or await values_of(hubspot, {**names, "phone": phone, "company": company, "owner": owner})
    if not wanted:
        raise Refused("Say what is to be changed, like phone= or job_title=.")
    found, properties = await hubspot.record("contact", which.id, tuple(wanted)), await properties_of(hubspot, wanted)
    wording = changing(telling(hubspot, properties), [each.label for each in properties.values()], found, known)
    change = Rewriting(found, wanted, left, was)
    steps = rewritten(
        hubspot,
        change,
        wording,
        lambda: hubspot.update("contact", which.id, wanted),
        undo=lambda before: {"contact": str(which), "values": before},
    )
    async with aclosing(steps):
        async for step in steps:
            yield step


@command(undo="hubspot update", example="hubspot update “Orbital – Pilot” amount 9500")
async def update(
    hubspot: HubSpot,
    record: Which,
    property: Annotated[str, "what to change, by its name or label"],
    value: Annotated[str, "what it is from now on; “” empties it"],
    left: State = NOTHING,
    was: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Change one property of a contact, company, deal or ticket."""
    which = await pick(hubspot, record, "hubspot update")
    of = await hubspot.property(which.kind, property)
    said = in_iso(value, hubspot.now.date()) if of.is_time else value
    wanted = {of.name: await hubspot.written(of, said)}
    found = await hubspot.record(which.kind, which.id, (of.name,))
    if said != value:  # words like “friday” mean another day later
        raise Meant({"value": said, "was": {of.name: found.values.get(of.name, "")}})
    steps = rewritten(
        hubspot,
        Rewriting(found, wanted, left, was),
        changing(telling(hubspot, {of.name: of}), [of.label], found),
        lambda: hubspot.update(which.kind, which.id, wanted),
        undo=lambda before: {"record": str(which), "property": of.name, "value": before[of.name]},
    )
    async with aclosing(steps):
        async for step in steps:
            yield step


@command(undo="hubspot move", example="hubspot move “Orbital – Pilot” Qualified to buy")
async def move(
    hubspot: HubSpot,
    record: Which,
    stage: Annotated[str, "the stage that it goes to, by its name"],
    pipeline: Annotated[str, "of which pipeline; its own by default"] = "",
    left: State = NOTHING,
    was: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Move a deal or a ticket to another stage."""
    which = await pick(hubspot, record, "hubspot move", kinds=("deal", "ticket"))
    found, kind = await hubspot.record(which.kind, which.id), KINDS[which.kind]
    to = await hubspot.stage(which.kind, stage, pipeline, near=found.values.get(kind.pipeline, ""))
    wording = Wording(telling_stage(hubspot, which.kind), f"Move “{found.title}” to “{to.label}”.", _moved)
    steps = rewritten(
        hubspot,
        Rewriting(found, {kind.pipeline: to.pipeline, kind.stage: to.id}, left, was),
        wording,
        lambda: hubspot.move(found, to),
        undo=lambda was: {"record": str(which), "stage": was[kind.stage], "pipeline": was[kind.pipeline]},
    )
    async with aclosing(steps):
        async for step in steps:
            yield step


@command(undo="hubspot archive", example="hubspot create-deal “Orbital – Telescope” amount=12500 company=orbital")
async def create_deal(
    hubspot: HubSpot,
    name: Words,
    amount: Annotated[Amount | None, "what it is worth"] = None,
    closes: Annotated[Day | None, "the day when it is to be won"] = None,
    stage: InStage = "",
    pipeline: InPipeline = "",
    owner: Owner = "",
    contact: WithContact = "",
    company: WithCompany = "",
) -> AsyncIterator[Preview | Reply]:
    """Create a deal."""
    links = await _links(hubspot, "hubspot create-deal", contact, company)
    to = await hubspot.stage("deal", stage, pipeline)
    whose = await hubspot.owner(owner) if owner else None
    told = {
        "Amount": f"{amount:,}" if amount is not None else "",
        "Closes": in_words(closes, hubspot.now.date()) if closes else "",
    }
    around = {"Owner": whose.name if whose else "", "Linked to": listed(each.title for each in links)}
    same = await hubspot.named("deal", name)
    yield Preview(f"Create the deal “{name}” in “{to.label}”.", filled({**told, **around}), hints=_namesakes(same, name))
    new = await hubspot.create_deal(name, to, amount, closes, whose, links)
    text = f"Created the deal “{new.title}” in “{to.label}”."
    yield Reply(text, (written(new),), undo=back(new, state(new)), record=new.id)


@command(undo="hubspot archive", example="hubspot create-ticket “Export is empty” priority=high contact=ada@analytical.example")
async def create_ticket(
    hubspot: HubSpot,
    subject: Words,
    content: Annotated[str, "what it is about"] = "",
    priority: Annotated[Literal["none", "low", "medium", "high", "urgent"], "how urgent it is"] = "none",
    stage: InStage = "",
    pipeline: InPipeline = "",
    owner: Owner = "",
    contact: WithContact = "",
    company: WithCompany = "",
) -> AsyncIterator[Preview | Reply]:
    """Create a ticket."""
    links = await _links(hubspot, "hubspot create-ticket", contact, company)
    to = await hubspot.stage("ticket", stage, pipeline)
    whose = await hubspot.owner(owner) if owner else None
    told = {"About": content, "Priority": "" if priority == "none" else priority, "Owner": whose.name if whose else ""}
    same = await hubspot.named("ticket", subject)
    fields = filled({**told, "Linked to": listed(each.title for each in links)})
    yield Preview(f"Create the ticket “{subject}” in “{to.label}”.", fields, hints=_namesakes(same, subject))
    urgency = "" if priority == "none" else priority.upper()
    new = await hubspot.create_ticket(subject, to, content, urgency, whose, links)
    text = f"Created the ticket “{new.title}” in “{to.label}”."
    yield Reply(text, (written(new),), undo=back(new, state(new)), record=new.id)


@command(undo="hubspot archive", example="hubspot note “Orbital – Pilot” They would like to start in March.")
async def note(hubspot: HubSpot, record: Which, text: Annotated[Words, "what to note"]) -> AsyncIterator[Preview | Reply]:
    """Write a note on a contact, company, deal or ticket."""
    about = await _about(hubspot, record, "hubspot note")
    yield Preview(f"Write a note on “{about.title}”.", filled({"Note": text}))
    new = await hubspot.note(about, text)
    yield Reply(f"Noted on “{about.title}”.", (written(about),), undo=back(new, state(new)), record=new.id)


@command(undo="hubspot archive", example="hubspot task “Orbital – Pilot” “Send the offer” tomorrow 10:00")
async def task(
    hubspot: HubSpot,
    record: Which,
    subject: Annotated[Words, "what is to be done"],
    due: Annotated[When, "until when"],
    text: Annotated[str, "what else is worth knowing"] = "",
    owner: Owner = "",
) -> AsyncIterator[Preview | Reply]:
    """Plan a task about a contact, company, deal or ticket."""
    about = await _about(hubspot, record, "hubspot task")
    whose = await hubspot.owner(owner) if owner else None
    until = in_full(due, hubspot.now)
    told = filled({"Due": until, "Owner": whose.name if whose else "", "About": text})
    yield Preview(f"Plan “{subject}” for “{about.title}”.", told)
    new = await hubspot.task(about, subject, due, text, whose)
    said = f"Planned “{subject}” for “{about.title}”, due {until}{f', for {whose.name}' if whose else ''}."
    yield Reply(said, (written(about),), undo=back(new, state(new)), record=new.id)


@command(undo="hubspot archive", shortcut="Log thread to HubSpot", example="hubspot log “Orbital – Pilot”")
async def log(
    hubspot: HubSpot,
    talk: Talk,
    record: Which,
    message: Annotated[str, "a message of the thread, or one outside threads, by its link; this thread if left out"] = "",
    until: Annotated[datetime | None, HIDDEN] = None,
) -> AsyncIterator[Preview | Reply]:
    """Keep a thread, or a message, as a note on a record."""
    said = await overheard(talk, message, until)
    about = await _about(hubspot, record, "hubspot log")
    if until is None:  # what is said later is not what was meant
        raise Meant({"until": said[-1].at.isoformat()})
    span = {"From": in_full(said[0].at, hubspot.now), "To": in_full(said[-1].at, hubspot.now), "Begins": called(said[0].text)}
    yield Preview(f"Log {messages(said)} as a note on “{about.title}”.", filled(span))
    new = await hubspot.note(about, as_note(said, hubspot.now), said[-1].at)
    text = f"Logged {messages(said)} on “{about.title}”."
    yield Reply(text, (written(about),), undo=back(new, state(new)), record=new.id)


@command(undo="hubspot restore", example="hubspot archive “Orbital – Pilot”")
async def archive(
    hubspot: HubSpot, record: Which, left: State = NOTHING, kept: KeptOption = NOTHING_KEPT
) -> AsyncIterator[Preview | Reply]:
    """Archive a record, as deleting it in HubSpot does."""
    which = await pick(hubspot, record, "hubspot archive", kinds=tuple(KINDS))
    found = await there(hubspot, which)
    if found is None and not (hubspot.again or left):
        raise Refused(f"There is no such {which.kind} in HubSpot, or it is archived already.")
    if found and not kept.values:
        raise Meant({"kept": asdict(await keeping(hubspot, found))})
    title = kept.title or called(left.get("name", which.id))
    told = filled({"Linked to": linked(found) if found else ""})
    preview = Preview(f"Archive the {which.kind} “{title}”.", told, (Change("In HubSpot", title, ""),))
    yield compared(preview, left, state(found)) if found else preview
    await hubspot.archive(which.kind, which.id)
    undo = {"record": str(which), "kept": asdict(kept)} if kept.values else None
    yield Reply(f"Archived the {which.kind} “{title}”.", undo=undo, record=which.id)


@command(undo="hubspot archive", example="hubspot restore deal:512")
async def restore(
    hubspot: HubSpot,
    record: Annotated[str, "its kind and id, as “deal:512”, or the address of its page in HubSpot"],
    kept: KeptOption = NOTHING_KEPT,
) -> AsyncIterator[Preview | Reply]:
    """Make an archived record anew, with all that it held."""
    which = await pick(hubspot, record, "hubspot restore", kinds=tuple(KINDS), otherwise=_BY_ID)
    found = None if hubspot.again else await there(hubspot, which)
    if found:
        yield Reply(f"“{called(found.title)}” is there, it is not archived.", (written(found),))
        return
    links = "" if kept.values else " What it was linked to is forgotten."
    kept = kept if kept.values else await archived(hubspot, which)
    text = f"Make the {which.kind} “{kept.title}” anew, for HubSpot brings nothing back. It has another address then.{links}"
    yield Preview(text, changes=(Change("In HubSpot", "", kept.title),))
    new = await hubspot.create(which.kind, kept.values, kept.related)
    text = f"The {which.kind} “{kept.title}” is in HubSpot again, made anew."
    yield Reply(text, (written(new),), undo=back(new, state(new)), record=new.id)


async def _card(hubspot: HubSpot, words: str, kind: str) -> Reply:
    which = await pick(hubspot, words, f"hubspot {kind}", kind, (kind,))
    return records.card(await hubspot.record(kind, which.id))


async def _about(hubspot: HubSpot, words: str, command: str) -> Record:
    which = await pick(hubspot, words, command)
    return await hubspot.record(which.kind, which.id)


async def _links(hubspot: HubSpot, command: str, contact: str, company: str) -> list[Record]:
    """The contact and the company that something is to be linked to."""
    named = {"contact": contact, "company": company}
    picked = [await pick(hubspot, words, command, kind, (kind,)) for kind, words in named.items() if words]
    return [await hubspot.record(each.kind, each.id) for each in picked]


def _namesakes(found: Sequence[Record], title: str) -> tuple[reply.Field, ...]:
    """For the asker to think twice."""
    same = [each for each in found if each.title.casefold() == title.casefold()]
    return filled({"Called the same": listed(described(each) for each in same)})


def _moved(new: Record, before: dict[str, str], after: dict[str, str]) -> str:
    if before["Pipeline"] == after["Pipeline"]:
        return f"Moved “{new.title}” to “{after['Stage']}”. It was in “{before['Stage']}”."
    into, out_of = (f"“{each['Stage']}” of the pipeline “{each['Pipeline']}”" for each in (after, before))
    return f"Moved “{new.title}” to {into}. It was in {out_of}."
