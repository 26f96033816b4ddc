"""HubSpot's commands as people type them, answered by the stand-in over HTTP."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from adapters.errors import Refused, Unavailable, Unknown
from adapters.hubspot.kinds import DEAL
from commands.logged import as_note, messages
from commands.preview import Change, Preview
from commands.reply import Button, Reply
from commands.usage import Meant, UsageError
from tests.adapters.switched_on import MONDAY
from tests.commands.hubspot_person import COMMANDS, Person, said, staged

PILOT = "“Orbital – Pilot”"
WRITES = {
    "create-contact": "hubspot create-contact mary@orbital.example first_name=Mary last_name=Jackson owner=“Olivia Owens”",
    "update-contact": "hubspot update-contact ada@analytical.example job_title=Countess phone=“+44 20 7946 0018”",
    "update": f"hubspot update {PILOT} amount 9500",
    "move": f"hubspot move {PILOT} Qualified to buy",
    "create-deal": "hubspot create-deal “Orbital – Telescope” amount=12500 closes=2026-12-24 company=orbital contact=katherine",
    "create-ticket": "hubspot create-ticket “Export is empty” priority=high contact=ada@analytical.example",
    "note": f"hubspot note {PILOT} They would like to start in March.",
    "task": f"hubspot task {PILOT} “Send the offer” 2026-11-27 10:00 owner=“Sam Sellers”",
    "log": f"hubspot log {PILOT}",
    "archive": f"hubspot archive {PILOT}",
}
THREAD = [said("m-1", "Ana", "Do they **want** it?"), said("m-2", "Tom", "Yes, from March.", 3)]

each_write = pytest.mark.parametrize("text", WRITES.values(), ids=WRITES.keys())


@pytest.fixture
async def ana() -> AsyncIterator[Person]:
    async with staged() as ana:
        ana.thread.said = list(THREAD)
        yield ana


def fields_of(step: Reply | Preview) -> dict[str, str]:
    return {field.name: field.value for field in step.fields}


def test_every_write_is_tried_here() -> None:
    assert {name for name, each in COMMANDS.items() if each.writes} == {f"hubspot {name}" for name in (*WRITES, "restore")}


async def test_words_are_found_in_all_kinds(ana: Person) -> None:
    reply = await ana.types("hubspot find orbital")
    assert reply.text == "1 contact, 1 company and 2 deals with “orbital”."
    assert [item.title for item in reply.items] == [
        "Katherine Johnson",
        "Orbital Mechanics",
        "Orbital – Pilot",
        "Orbital – Reseller agreement",
    ]
    assert all(item.url.startswith("https://") for item in reply.items)
    shown = await ana.presses(reply.items[2].buttons[0])
    assert shown.text == "“Orbital – Pilot” is a deal in “Appointment scheduled”, worth 9,000 EUR."


async def test_nothing_found_is_said(ana: Person) -> None:
    assert await ana.types("hubspot find zeppelin") == Reply("I found nothing with “zeppelin” in HubSpot.")


async def test_more_than_fits_is_cut_and_said_and_no_kind_is_crowded_out(ana: Person) -> None:
    for number in range(11):
        await ana.open(f"call-{number}-more").create("deal", {"dealname": f"Orbital {number}", "pipeline": "default"})
    reply = await ana.types("hubspot find orbital")
    assert reply.text == "1 contact, 1 company and 13 deals with “orbital”, here are 10 of them."
    assert [item.title for item in reply.items[:2]] == ["Katherine Johnson", "Orbital Mechanics"]


@pytest.mark.parametrize("words", ["grace@navycode.example", "GRACE hopper", "hopper", "{id}", "contact:{id}", "{url}"])
async def test_a_contact_is_named_in_many_ways(ana: Person, words: str) -> None:
    grace = await ana.open().contact_by_email("grace@navycode.example")
    assert grace
    reply = await ana.types(f"hubspot contact {words.format(id=grace.id, url=grace.url)}")
    assert reply.text == "“Grace Hopper” is a contact."
    assert fields_of(reply)["Email"] == "grace@navycode.example"


async def test_a_card_has_owner_stage_amount_and_what_can_be_done(ana: Person) -> None:
    reply = await ana.types("hubspot deal compiler licences")
    assert reply.text == "“Navy Code – Compiler licences” is a deal in “Contract sent”, worth 48,000 USD."
    told = fields_of(reply)
    assert (told["Amount"], told["Stage"], told["Pipeline"]) == ("48,000 USD", "Contract sent", "Sales")
    assert told["Owner"]
    assert [button.label for button in reply.buttons] == ["Open in HubSpot", "Move", "Note", "Task"]
    assert all(button.form or button.url for button in reply.buttons)
    assert {item.detail for item in reply.items} <= {"contact", "company", "ticket"}


async def test_a_ticket_has_its_priority(ana: Person) -> None:
    reply = await ana.types("hubspot ticket login fails")
    assert reply.text == "“Login fails after update” is a ticket in “New”."
    assert "High" in fields_of(reply).values()


async def test_a_company_shows_who_is_there(ana: Person) -> None:
    reply = await ana.types("hubspot company navy code")
    assert reply.text == "“Navy Code” is a company."
    assert "Grace Hopper" in [item.title for item in reply.items]


async def test_of_many_links_the_first_are_shown_and_all_are_counted(ana: Person) -> None:
    orbital = await ana.open().named("company", "Orbital Mechanics")
    for number in range(11):
        await ana.open(f"call-{number}-more").create("contact", {"firstname": f"Pilot {number}"}, orbital)
    reply = await ana.types("hubspot company orbital mechanics")
    assert " Here are 10 of its " in reply.text
    assert len(reply.items) == 10


async def test_several_records_can_be_chosen_from(ana: Person) -> None:
    with pytest.raises(UsageError, match="“orbital” fits more than one deal") as raised:
        await ana.types("hubspot deal orbital")
    error = raised.value
    assert (error.command, error.option) == ("hubspot deal", "deal")
    assert error.choices[0].label.startswith("Orbital – ")
    reply = await ana.presses(Button("", error.command, {error.option: error.choices[0].value}))
    assert error.choices[0].label.startswith(reply.text.split("”")[0].removeprefix("“"))


async def test_what_is_called_just_that_is_meant(ana: Person) -> None:
    reply = await ana.types("hubspot note “navy code” Called them.")
    assert reply.text == "Noted on “Navy Code”."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hubspot deal zeppelin", "I found no deal called “zeppelin”"),
        ("hubspot note zeppelin Hi", "I found no contact, company, deal or ticket called “zeppelin”"),
        ("hubspot deal contact:1", "That is a contact, and this is about a deal"),
        ("hubspot move contact:1 New", "That is a contact, and this is about a deal or ticket"),
        ("hubspot deal https://app.hubspot.com/contacts/1/record/0-3/5", "in another HubSpot account"),
        ("hubspot deal https://app.hubspot.com/contacts/1/record/0-9/5", "That page of HubSpot is none of"),
        (f"hubspot update {PILOT} colour red", "colour"),
        (f"hubspot move {PILOT} Nowhere", "Nowhere"),
        ("hubspot update-contact ada@analytical.example", "Say what is to be changed"),
        ("hubspot create-deal Chat owner=Nobody", "Nobody"),
        ("hubspot create-deal Chat stage=Nowhere", "Nowhere"),
        ("hubspot pipeline Nowhere", "Nowhere"),
    ],
)
async def test_what_is_not_there_is_told_before_anything_is_written(ana: Person, text: str, said: str) -> None:
    before = ana.changes
    with pytest.raises(Refused, match=said):
        await ana.types(text)
    assert ana.changes == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hubspot create-contact mary", "“mary” is not an e-mail address"),
        ("hubspot create-deal Chat amount=12,500", "I can't read “12,500” as an amount"),
        ("hubspot create-deal Chat amount=-1", "amount:"),
        ("hubspot create-deal “”", "name:"),
        ("hubspot create-ticket Chat priority=huge", "priority:"),
        (f"hubspot note {PILOT}", "text: is missing"),
        (f"hubspot task {PILOT} Call", "due: is missing"),
        ("hubspot log", "record: is missing"),
    ],
)
async def test_slips_are_told_before_anything_is_asked(ana: Person, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        await ana.types(text)
    assert not ana.sandbox.journal


async def test_a_pipeline_is_told_by_stage_with_sums(ana: Person) -> None:
    reply = await ana.types("hubspot pipeline")
    assert reply.text == "5 deals in the pipeline “Sales”."
    assert [item.title for item in reply.items] == [
        "Appointment scheduled: 9,000 EUR",
        "Qualified to buy: 12,500 EUR",
        "Presentation scheduled",
        "Contract sent: 48,000 USD",
        "Closed won: 3,500 EUR",
    ]
    assert reply.items[0].detail == "1 deal: “Orbital – Pilot”"


async def test_another_pipeline_is_named_and_many_deals_are_counted(ana: Person) -> None:
    for number in range(4):
        await ana.types(f"hubspot create-deal “Plan {number}” amount=100.50 pipeline=partners")
    reply = await ana.types("hubspot pipeline partners")
    assert reply.text == "5 deals in the pipeline “Partners”."
    [talking] = reply.items
    assert talking.title == "Talking: 20,402 EUR"
    assert talking.detail.startswith("5 deals: “")
    assert talking.detail.endswith("” and 2 more")


@each_write
async def test_a_write_is_shown_before_anything_is_written(ana: Person, text: str) -> None:
    before, changes = ana.state, ana.changes
    preview = await ana.foresees(text)
    assert await ana.foresees(text) == preview  # or nobody could confirm it
    assert (ana.state, ana.changes, preview.asks) == (before, changes, False)


@each_write
async def test_a_write_is_taken_back_and_done_again(ana: Person, text: str) -> None:
    before = ana.state
    done = await ana.types(text)
    after = ana.state
    assert after != before
    undone = await ana.undoes(done, text)
    assert ana.state == before
    await ana.undoes(undone, COMMANDS[ana.undo_of(done, text).command].name)
    assert ana.state == after


@each_write
async def test_an_attempt_after_a_lost_answer_says_and_undoes_what_the_first_would_have(ana: Person, text: str) -> None:
    before = ana.state
    meaning, first = await ana.does(ana.reads(text))
    changes, after = ana.changes, ana.state
    again = await ana.attempts(meaning, again=True)
    assert (again, ana.changes, after == before) == (first, changes, False)
    await ana.undoes(again, text)
    assert ana.state == before


@each_write
async def test_an_attempt_after_one_that_did_not_get_through_does_it(ana: Person, text: str) -> None:
    meaning = await ana.means(ana.reads(text))
    ana.fail("drop_before", method="POST", path=r"/objects/\w+$", times=20)  # not searches, which are sent like that too
    ana.fail("drop_before", method="PATCH", times=20)
    ana.fail("drop_before", method="DELETE", times=20)
    with pytest.raises((Unavailable, Unknown)):
        await ana.attempts(meaning)
    ana.sandbox.script.clear()
    before = ana.state
    await ana.attempts(meaning, again=True)
    assert ana.state != before


@each_write
async def test_the_undo_of_an_undo_can_be_attempted_again_too(ana: Person, text: str) -> None:
    before = ana.state
    done = await ana.types(text)
    meaning, first = await ana.does(ana.pressed(ana.undo_of(done, text)))
    changes = ana.changes
    assert await ana.attempts(meaning, again=True) == first
    assert (ana.changes, ana.state) == (changes, before)


async def test_a_contact_is_created(ana: Person) -> None:
    reply = await ana.types(WRITES["create-contact"])
    assert reply.text == "Created the contact “Mary Jackson”."
    card = await ana.types("hubspot contact mary@orbital.example")
    assert fields_of(card)["Owner"] == "Olivia Owens"
    undone = await ana.undoes(reply, WRITES["create-contact"])
    assert undone.text == "Archived the contact “Mary Jackson”."
    again = await ana.undoes(undone, "hubspot archive")
    assert again.text == "The contact “Mary Jackson” is in HubSpot again, made anew."


async def test_a_contact_that_is_there_is_changed_and_changed_back(ana: Person) -> None:
    before = ana.state
    text = "hubspot create-contact ada@analytical.example first_name=Augusta job_title=Countess"
    preview = await ana.foresees(text)
    assert preview.text == "“Ada Lovelace” is in HubSpot already. Change First Name and Job Title of “Ada Lovelace”."
    assert Change("First Name", "Ada", "Augusta") in preview.changes
    reply = await ana.types(text)
    assert reply.text == "“Augusta Lovelace” is in HubSpot already. Changed First Name and Job Title of “Augusta Lovelace”."
    await ana.undoes(reply, "hubspot update-contact")
    assert ana.state == before


async def test_a_contact_that_is_there_is_not_changed_by_its_address_alone(ana: Person) -> None:
    before = ana.changes
    reply = await ana.types("hubspot create-contact ada@analytical.example")
    assert (reply.text, reply.undo) == ("ada@analytical.example is in HubSpot already.", None)
    assert ana.changes == before


async def test_a_contact_that_somebody_else_creates_meanwhile_is_not_archived_by_an_undo(ana: Person) -> None:
    text = "hubspot create-contact mary@orbital.example first_name=Mary"
    async with aclosing(ana.steps(await ana.means(ana.reads(text)))) as steps:
        assert isinstance(await anext(steps), Preview)
        await ana.open("theirs").save_contact("mary@orbital.example", {"lastname": "Jackson"})
        reply = await anext(steps)
    assert isinstance(reply, Reply)
    assert (reply.text, reply.undo) == ("mary@orbital.example is in HubSpot since a moment ago; I added to it.", None)


async def test_a_deal_is_created_with_all_that_belongs_to_it(ana: Person) -> None:
    preview = await ana.foresees(WRITES["create-deal"])
    assert preview.text == "Create the deal “Orbital – Telescope” in “Appointment scheduled”."
    assert fields_of(preview) == {
        "Amount": "12,500",
        "Closes": "Thursday 24 December",
        "Linked to": "Katherine Johnson and Orbital Mechanics",
    }
    reply = await ana.types(WRITES["create-deal"])
    assert reply.text == "Created the deal “Orbital – Telescope” in “Appointment scheduled”."
    card = await ana.types(f"hubspot deal {reply.record}")
    assert {item.title for item in card.items} == {"Katherine Johnson", "Orbital Mechanics"}
    assert fields_of(card)["Amount"] == "12,500 EUR"


async def test_a_deal_of_the_same_name_is_hinted_at(ana: Person) -> None:
    preview = await ana.foresees(f"hubspot create-deal {PILOT}")
    [hint] = preview.hints
    assert hint.name == "Called the same"
    assert hint.value.startswith("deal · Appointment scheduled")


async def test_a_ticket_is_created_in_its_pipeline(ana: Person) -> None:
    reply = await ana.types(WRITES["create-ticket"])
    assert reply.text == "Created the ticket “Export is empty” in “New”."
    card = await ana.types("hubspot ticket Export is empty")
    assert "High" in fields_of(card).values()
    assert [item.title for item in card.items] == ["Ada Lovelace"]


@pytest.mark.parametrize("name", ["amount", "Amount", "AMOUNT"])
async def test_a_property_is_changed_by_its_name_or_label(ana: Person, name: str) -> None:
    reply = await ana.types(f"hubspot update {PILOT} {name} 9500")
    assert reply.text == "Amount of “Orbital – Pilot” is “9500” now. It was “9000”."
    assert (await ana.undoes(reply, "hubspot update")).text == "Amount of “Orbital – Pilot” is “9000” now. It was “9500”."


async def test_a_choice_is_told_by_its_label(ana: Person) -> None:
    reply = await ana.types("hubspot update ada@analytical.example “lifecycle stage” customer")
    assert reply.text.startswith("Lifecycle Stage of “Ada Lovelace” is “Customer” now. It was ")
    assert fields_of(await ana.types("hubspot contact ada@analytical.example"))["Lifecycle Stage"] == "Customer"


async def test_a_property_is_emptied_and_filled_again(ana: Person) -> None:
    before = ana.state
    reply = await ana.types(f"hubspot update {PILOT} amount “”")
    assert reply.text == "Amount of “Orbital – Pilot” is empty now. It was “9000”."
    await ana.undoes(reply, "hubspot update")
    assert ana.state == before


async def test_a_name_is_changed_back_as_well(ana: Person) -> None:
    reply = await ana.types(f"hubspot update {PILOT} dealname Orbital – Flight")
    assert "of “Orbital – Flight” is “Orbital – Flight” now" in reply.text
    await ana.undoes(reply, "hubspot update")
    assert (await ana.types("hubspot deal Orbital – Pilot")).text.startswith("“Orbital – Pilot”")


@pytest.mark.parametrize(
    "text",
    [
        f"hubspot update {PILOT} amount 9000",
        f"hubspot move {PILOT} appointment scheduled",
        "hubspot update-contact ada@analytical.example first_name=Ada",
    ],
)
async def test_what_is_like_that_already_is_not_changed(ana: Person, text: str) -> None:
    before = ana.changes
    reply = await ana.types(text)
    assert (reply.text.endswith("is like that already."), reply.undo, ana.changes) == (True, None, before)


async def test_a_deal_is_moved_and_moved_back(ana: Person) -> None:
    reply = await ana.types(WRITES["move"])
    assert reply.text == "Moved “Orbital – Pilot” to “Qualified to buy”. It was in “Appointment scheduled”."
    undone = await ana.undoes(reply, "hubspot move")
    assert undone.text == "Moved “Orbital – Pilot” to “Appointment scheduled”. It was in “Qualified to buy”."


async def test_a_deal_is_moved_to_another_pipeline_and_back(ana: Person) -> None:
    before = ana.state
    preview = await ana.foresees(f"hubspot move {PILOT} talking pipeline=partners")
    assert preview.changes == (
        Change("Stage", "Appointment scheduled", "Talking"),
        Change("Pipeline", "Sales", "Partners"),
    )
    reply = await ana.types(f"hubspot move {PILOT} talking pipeline=partners")
    await ana.undoes(reply, "hubspot move")
    assert ana.state == before


async def test_a_ticket_is_moved(ana: Person) -> None:
    reply = await ana.types("hubspot move “login fails after update” waiting on us")
    assert reply.text == "Moved “Login fails after update” to “Waiting on us”. It was in “New”."


async def test_a_task_says_until_when_and_whose_it_is(ana: Person) -> None:
    reply = await ana.types(WRITES["task"])
    said = "Planned “Send the offer” for “Orbital – Pilot”, due Friday 27 November, 10:00, for Sam Sellers."
    assert reply.text == said
    assert (await ana.undoes(reply, WRITES["task"])).text == "Archived the task “Send the offer”."


async def test_a_thread_is_kept_without_the_bot_s_words_the_request_and_what_came_later(ana: Person) -> None:
    asking = said("m-4", "Ana", "@bot hubspot log …", 5)
    ana.thread.said = [*THREAD, said("m-3", "Interact", "Which one?", 4, own=True), asking]
    ana.thread.asking = asking
    meaning = await ana.means(ana.reads(WRITES["log"]))
    ana.thread.said.append(said("m-5", "Mira", "Me too.", 9))
    reply = await ana.attempts(meaning)
    assert reply.text == "Logged 2 messages by Ana and Tom on “Orbital – Pilot”."
    note = (await ana.open().record("note", reply.record)).values["hs_note_body"]
    assert "Yes, from March." in note
    assert "<strong>want</strong>" in note
    assert not any(word in note for word in ("Which one?", "@bot", "Me too."))


def test_a_message_ends_where_it_ends_whatever_is_written_in_it() -> None:
    code, name = said("m-1", "Ana", "Look:\n```\nx = 1"), said("m-2", "**Tom** [x](https://evil.test)", "Nice.", 1)
    assert as_note([code, name], MONDAY).splitlines() == [
        "**Ana**, [Monday 23 November, 08:05](https://acme.slack.test/m-1)",
        "",
        "Look:",
        "```",
        "x = 1",
        "```",
        "",
        "**Tom x(https://evil.test)**, [Monday 23 November, 08:06](https://acme.slack.test/m-2)",
        "",
        "Nice.",
    ]


def test_of_many_people_three_are_named() -> None:
    many = [said(f"m-{number}", name, "Hi.") for number, name in enumerate(("Ana", "Tom", "Mira", "Ana", "Lena", "Kim"))]
    assert messages(many) == "6 messages by Ana, Tom, Mira and 2 more"


async def test_one_message_is_kept(ana: Person) -> None:
    ana.thread.said = []
    reply = await ana.types(f"hubspot log {PILOT} message=m-7")
    assert reply.text == "Logged 1 message by Tom on “Orbital – Pilot”."


async def test_outside_a_thread_a_message_must_be_named(ana: Person) -> None:
    ana.thread.said = []
    with pytest.raises(Refused, match="Ask me that in a thread, or say which message you mean"):
        await ana.types(WRITES["log"])


async def test_where_only_the_bot_spoke_there_is_nothing_to_keep(ana: Person) -> None:
    ana.thread.said = [replace(THREAD[0], own=True)]
    with pytest.raises(Refused, match="nothing here that people have said"):
        await ana.types(WRITES["log"])


async def test_what_is_archived_can_be_restored_by_its_id(ana: Person) -> None:
    gone = await ana.types(WRITES["archive"])
    assert gone.text == "Archived the deal “Orbital – Pilot”."
    with pytest.raises(Refused, match="archived already"):
        await ana.types(f"hubspot archive deal:{gone.record}")
    back = await ana.types(f"hubspot restore deal:{gone.record}")
    assert back.text == "The deal “Orbital – Pilot” is in HubSpot again, made anew."
    assert fields_of(await ana.types(f"hubspot deal {back.record}"))["Stage"] == "Appointment scheduled"
    assert (await ana.undoes(back, "hubspot restore")).text == "Archived the deal “Orbital – Pilot”."


async def test_what_is_there_needs_no_restoring(ana: Person) -> None:
    deal = (await ana.open().named("deal", "Orbital – Pilot"))[0]
    reply = await ana.types(f"hubspot restore deal:{deal.id}")
    assert (reply.text, reply.undo) == ("“Orbital – Pilot” is there, it is not archived.", None)


async def test_archiving_says_what_it_was_linked_to(ana: Person) -> None:
    preview = await ana.foresees(WRITES["archive"])
    assert preview.text == "Archive the deal “Orbital – Pilot”."
    assert "Orbital Mechanics" in fields_of(preview)["Linked to"]


async def test_a_value_that_somebody_changed_since_is_asked_about_before_it_is_changed_back(ana: Person) -> None:
    reply = await ana.types(WRITES["update"])
    await ana.types(f"hubspot update {PILOT} amount 9900")
    preview = await ana.foresees(ana.undo_of(reply, "hubspot update"))
    assert preview.asks
    assert preview.text == "Change Amount of “Orbital – Pilot”. But it was changed since."
    assert preview.changes == (Change("Changed since: Amount", "9500", "9900"), Change("Amount", "9900", "9000"))
    assert (await ana.undoes(reply, "hubspot update")).text.endswith("is “9000” now. It was “9900”.")


async def test_a_stage_that_somebody_changed_since_is_asked_about(ana: Person) -> None:
    reply = await ana.types(WRITES["move"])
    await ana.types(f"hubspot move {PILOT} contract sent")
    preview = await ana.foresees(ana.undo_of(reply, "hubspot move"))
    assert preview.asks
    assert preview.changes[0] == Change("Changed since: Stage", "Qualified to buy", "Contract sent")


async def test_a_new_deal_that_somebody_changed_since_is_asked_about_before_it_is_archived(ana: Person) -> None:
    reply = await ana.types(WRITES["create-deal"])
    await ana.types(f"hubspot update deal:{reply.record} amount 9900")
    preview = await ana.foresees(ana.undo_of(reply, "hubspot create-deal"))
    assert preview.asks
    assert preview.changes[0] == Change("Changed since: Amount", "12,500 EUR", "9,900 EUR")


@pytest.mark.parametrize("text", [WRITES["create-deal"], WRITES["note"]])
async def test_what_somebody_archived_already_is_not_asked_about(ana: Person, text: str) -> None:
    reply = await ana.types(text)
    button = ana.undo_of(reply, text)
    await ana.types(f"hubspot archive {button.arguments['record']}")
    changes = ana.changes
    assert not (await ana.foresees(button)).asks
    assert (await ana.presses(button)).undo is None
    assert ana.changes == changes


async def test_what_somebody_changed_back_already_is_not_asked_about(ana: Person) -> None:
    reply = await ana.types(WRITES["move"])
    await ana.types(f"hubspot move {PILOT} appointment scheduled")
    changes = ana.changes
    assert not (await ana.foresees(ana.undo_of(reply, "hubspot move"))).asks
    undone = await ana.undoes(reply, "hubspot move")
    assert (undone.text, ana.changes) == (
        "Moved “Orbital – Pilot” to “Appointment scheduled”. It was in “Qualified to buy”.",
        changes,
    )


@pytest.mark.parametrize("name", sorted(WRITES.keys() - {"create-contact"}))  # an e-mail address is a name already
async def test_before_anything_is_changed_words_are_turned_into_the_record_they_mean(ana: Person, name: str) -> None:
    changes = ana.changes
    with pytest.raises(Meant) as raised:
        await ana.attempts(ana.reads(WRITES[name]))
    assert ana.changes == changes
    [meant] = raised.value.arguments.values()
    assert str(meant).partition(":")[0] in ("contact", "company", "deal", "ticket")


async def test_a_message_of_the_thread_means_the_thread_and_one_of_another_is_refused(ana: Person) -> None:
    ana.thread.said = [said("m-7", "Tom", "They want **two** years."), *THREAD]
    assert (await ana.types(f"hubspot log {PILOT} message=m-7")).text.startswith("Logged 3 messages")
    ana.thread.said = THREAD
    with pytest.raises(Refused, match="That message is in another thread"):
        await ana.types(f"hubspot log {PILOT} message=m-7")


async def test_a_deal_is_not_created_in_another_pipeline_than_the_one_that_was_named(ana: Person) -> None:
    with pytest.raises(Refused, match="no stage “Signed” in the pipeline “Sales”"):
        await ana.types("hubspot create-deal Telescope stage=Signed pipeline=sales")
    assert (await ana.types("hubspot create-deal Telescope stage=Signed")).text == "Created the deal “Telescope” in “Signed”."


async def test_a_move_to_another_pipeline_says_so(ana: Person) -> None:
    reply = await ana.types(f"hubspot move {PILOT} talking")
    assert reply.text == (
        "Moved “Orbital – Pilot” to “Talking” of the pipeline “Partners”."
        " It was in “Appointment scheduled” of the pipeline “Sales”."
    )


async def test_a_deal_moves_out_of_a_stage_that_is_no_more(ana: Person) -> None:
    [entry] = [each for each in ana.sandbox._stores["ana@acme.test"].entries(DEAL) if each.properties["dealname"] in PILOT]
    entry.properties["dealstage"] = "999"
    reply = await ana.types(f"hubspot move {PILOT} qualified to buy")
    assert reply.text == (
        "Moved “Orbital – Pilot” to “Qualified to buy” of the pipeline “Sales”. It was in “999” of the pipeline “default”."
    )


async def test_a_day_is_told_in_words_and_means_the_same_later(ana: Person) -> None:
    meaning = await ana.means(ana.reads(f"hubspot update {PILOT} “Close Date” friday"))
    assert meaning.arguments["value"] == "2026-11-27"
    reply = await ana.attempts(meaning)
    assert reply.text == "Close Date of “Orbital – Pilot” is “27 November 2026” now. It was “22 January 2027”."


async def test_what_hubspot_does_not_keep_is_not_said_to_be_done(ana: Person) -> None:
    [entry] = [each for each in ana.sandbox._stores["ana@acme.test"].entries(DEAL) if each.properties["dealname"] in PILOT]
    entry.properties = _Stubborn(entry.properties)
    with pytest.raises(Refused, match="left “Orbital – Pilot” as it was"):
        await ana.types(WRITES["update"])


class _Stubborn(dict[str, str]):
    """Of an account whose workflow sets everything back at once."""

    def __or__(self, other: Any) -> Any:
        return self

    __ior__ = __or__


async def test_no_words_mean_no_record(ana: Person) -> None:
    with pytest.raises(Refused, match="I found no contact called “”"):
        await ana.types("hubspot contact “”")


async def test_what_is_archived_is_not_found_by_words(ana: Person) -> None:
    await ana.types(WRITES["archive"])
    with pytest.raises(Refused, match=r"finds nothing archived by its name. Say its kind and id"):
        await ana.types(f"hubspot restore {PILOT}")
    with pytest.raises(Refused, match=r"HubSpot has no archived deal with that id. It keeps them for 90 days."):
        await ana.types("hubspot restore deal:999999")


async def test_a_note_is_named_in_one_line(ana: Person) -> None:
    reply = await ana.types(WRITES["log"])
    undone = await ana.undoes(reply, WRITES["log"])
    assert (
        undone.text == "Archived the note “Ana, Monday 23 November, 09:05 Do they want it? Tom, Monday 23 November, 09:08 …”."
    )
