"""Notion's commands as people type them, answered by the stand-in over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.errors import Refused
from commands.preview import Change
from commands.reply import Button, Reply
from commands.talk import without
from commands.usage import UsageError
from tests.adapters.notion.stage import Stage, staged
from tests.commands.notion_person import COMMANDS, Person

WRITES = {
    "create": 'notion create Launch plan body="Who does **what**." under="Meeting notes"',
    "append": "notion append Ask Tom about the **budget** to=Ideas",
    "add": "notion add Tasks Order new badges, Priority=High, Tags=docs, Due=friday",
    "set": "notion set “Fix login timeout” Status Done",
    "rename": "notion set Ideas title Better ideas",
    "archive": "notion archive sprint planning",
    "message": "notion save-message m0",
    "thread": "notion save-thread",
    "default": "notion default ideas",
}
each_write = pytest.mark.parametrize("text", WRITES.values(), ids=WRITES.keys())


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
async def ana(stage: Stage) -> Person:
    ana = Person(stage)
    ana.channel.says("Ana", "**Shall** we ship on Friday?")
    ana.channel.says("Tom", "> **Ana** · now\n- yes\n- no", "plan.pdf")
    await ana.types("notion default meeting notes")
    return ana


def seen(ana: Person) -> Any:
    """All that people could see of what is written."""
    return ana.stage.sandbox.state("ana@acme.test"), ana.channel.chosen


async def texts(ana: Person, page: str) -> str:
    return (await ana.types(f"notion page {page}")).prose


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_command_has_help_and_an_example_that_reads(command: Any, stage: Stage) -> None:
    assert (Person(stage).reads(command.example).command, command.about[-1]) == (command, ".")


async def test_pages_and_databases_are_found_by_words_of_their_titles(ana: Person) -> None:
    reply = await ana.types("notion find weekly")
    assert reply.text == "2 results for “weekly”."
    assert [item.title for item in reply.items] == ["Weekly notes", "Weekly notes"]
    assert all(item.url.startswith("https://") for item in reply.items)
    [show] = reply.items[0].buttons
    assert (await ana.presses(show)).text.startswith("“Weekly notes”.")


async def test_a_database_that_was_found_says_its_columns_and_gives_its_rows(ana: Person) -> None:
    [item] = (await ana.types("notion find tasks")).items
    assert item.detail.startswith("database: Name, ")
    assert "rows of “Tasks”" in (await ana.presses(item.buttons[0])).text


async def test_nothing_found_says_so(ana: Person) -> None:
    assert "nothing called “zeppelin”" in (await ana.types("notion find zeppelin")).text


async def test_a_page_is_shown_with_what_stands_on_it(ana: Person) -> None:
    reply = await ana.types("notion page onboarding")
    assert reply.text == "“Onboarding”."
    assert "- " in reply.prose
    assert reply.items[0].url.startswith("https://")


async def test_an_empty_page_says_so(ana: Person) -> None:
    assert (await ana.types("notion page ideas")).text == "“Ideas”. There is no text on it."


async def test_a_row_is_shown_with_its_columns(ana: Person) -> None:
    fields = {field.name: field.value for field in (await ana.types("notion page fix login timeout")).fields}
    assert (fields["Status"], fields["Priority"]) == ("In progress", "High")


async def test_what_fits_several_pages_is_asked_about_and_then_meant(ana: Person) -> None:
    with pytest.raises(UsageError, match="“weekly notes” fits 2 pages") as raised:
        await ana.types("notion archive weekly notes")
    error = raised.value
    assert sorted(choice.label.split(", edited")[0] for choice in error.choices) == [
        "Weekly notes, in Engineering wiki",
        "Weekly notes, in Meeting notes",
    ]
    reply = await ana.presses(Button("", error.command, {error.option: error.choices[0].value}))
    assert (reply.text, reply.record) == ("Put “Weekly notes” into the trash.", error.choices[0].value)


@pytest.mark.parametrize(
    "text",
    [
        "notion page zeppelin",
        "notion query zeppelin",
        "notion create x under=zeppelin",
        "notion add zeppelin x",
        'notion page ""',
    ],
)
async def test_what_is_not_there_is_told_by_the_words_that_were_used(ana: Person, text: str) -> None:
    with pytest.raises(Refused, match="I found no "):
        await ana.types(text)


async def test_databases_are_listed(ana: Person) -> None:
    reply = await ana.types("notion databases")
    assert (reply.text, sorted(item.title for item in reply.items)) == ("2 databases.", ["Contacts", "Tasks"])
    assert [item.title for item in (await ana.types("notion databases contacts")).items] == ["Contacts"]
    assert "no database called “x”" in (await ana.types("notion databases x")).text


async def test_rows_are_queried_and_sorted(ana: Person) -> None:
    reply = await ana.types('notion query tasks where="Status=In progress" sort=Due')
    assert "of “Tasks” where Status=In progress" in reply.text
    assert "Fix login timeout" in [item.title for item in reply.items]
    assert all("Status: In progress" in item.detail for item in reply.items)


async def test_rows_are_queried_by_comparison(ana: Person) -> None:
    before = await ana.types('notion query Tasks where="Due<2000-01-01"')
    after = await ana.types('notion query Tasks where="Due>=2000-01-01"')
    assert before.text == "No row of “Tasks” where Due<2000-01-01."
    assert after.items


@pytest.mark.parametrize(("where", "said"), [("Stats=Done", "no column “Stats”"), ("Status=Dnoe", "Dnoe")])
async def test_a_condition_that_can_not_hold_says_why(ana: Person, where: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        await ana.types(f'notion query Tasks where="{where}"')


async def test_more_rows_than_fit_are_counted(ana: Person) -> None:
    for number in range(11):
        await ana.types(f"notion add Contacts Guest {number}")
    reply = await ana.types("notion query Contacts where=Guest")
    assert (reply.text, len(reply.items)) == ("11 rows of “Contacts” where Guest, here are the first 10.", 10)


async def test_a_page_is_created_and_taken_back(ana: Person) -> None:
    before = seen(ana)
    reply = await ana.types(WRITES["create"])
    assert reply.text == "Created “Launch plan” in “Meeting notes”."
    assert "Who does **what**." in await texts(ana, "launch plan")
    undone = await ana.undoes(reply, WRITES["create"])
    assert (undone.text, seen(ana)) == ("Put “Launch plan” into the trash.", before)
    again = await ana.undoes(undone, "notion archive x")
    assert again.text == "“Launch plan” is back."


async def test_without_words_a_page_goes_where_the_channel_s_pages_go(ana: Person) -> None:
    assert (await ana.types("notion create Talk")).text == "Created “Talk” in “Meeting notes”."
    await ana.types("notion default tasks")
    assert (await ana.types("notion create Talk")).text == "Created “Talk” in “Tasks”."


@pytest.mark.parametrize("text", ["notion create Talk", "notion append Talk", "notion save-message m0", "notion save-thread"])
async def test_where_a_channel_has_no_default_it_is_asked_where(ana: Person, text: str) -> None:
    await ana.types("notion default none")
    with pytest.raises(UsageError, match="no page or database is the default of this channel") as raised:
        await ana.types(text)
    assert raised.value.missing


async def test_a_default_that_is_gone_is_said(ana: Person) -> None:
    await ana.types("notion archive meeting notes")
    with pytest.raises(Refused, match="“Meeting notes” is in the trash"):
        await ana.types("notion create Talk")


async def test_a_default_that_somebody_else_can_not_see_is_said(ana: Person) -> None:
    await ana.channel.preferences.here.put("notion place", "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e")
    assert "“a page that you can’t see”" in (await ana.types("notion default")).text
    with pytest.raises(Refused, match="called “the default of this channel”"):
        await ana.types("notion create Talk")


async def test_text_is_appended_taken_out_and_put_back(ana: Person) -> None:
    before = seen(ana)
    reply = await ana.types(WRITES["append"])
    assert reply.text == "Appended “Ask Tom about the budget” to “Ideas”."
    after = seen(ana)
    assert "Ask Tom about the **budget**" in await texts(ana, "ideas")
    undone = await ana.undoes(reply, WRITES["append"])
    assert (undone.text, seen(ana)) == ("Took out “Ask Tom about the budget”.", before)
    again = await ana.undoes(undone, "notion remove x")
    assert (again.text, seen(ana)) == ("Put “Ask Tom about the budget” back.", after)
    assert (await ana.undoes(again, "notion put-back x")).text.startswith("Took out")
    assert seen(ana) == before


async def test_nothing_is_appended_to_a_database(ana: Person) -> None:
    with pytest.raises(Refused, match="is a database"):
        await ana.types("notion append x to=Tasks")


async def test_a_row_is_added_with_its_columns_and_taken_back(ana: Person) -> None:
    before = seen(ana)
    reply = await ana.types(WRITES["add"])
    assert reply.text == "Added “Order new badges” to “Tasks”."
    fields = {field.name: field.value for field in (await ana.types("notion page order new badges")).fields}
    assert (fields["Priority"], fields["Tags"], fields["Due"]) == ("High", "docs", "2026-11-27")
    await ana.undoes(reply, WRITES["add"])
    assert seen(ana) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("notion add Tasks x, Prio=High", "no column “Prio”"),
        ("notion add Tasks x, Priority=Highest", "High, Medium, Low"),
        ("notion add Tasks ,", "What is to stand in the new row"),
        ("notion set “Fix login timeout” Created today", "Created"),
        ("notion set “Fix login timeout” Prio High", "Prio"),
        ("notion set Ideas Status Done", "Status"),
    ],
)
async def test_what_does_not_fit_a_column_is_said_before_anything_is_written(ana: Person, text: str, said: str) -> None:
    before = seen(ana)
    with pytest.raises(Refused, match=said):
        await ana.foresees(text)
    assert seen(ana) == before


async def test_a_column_is_set_and_set_back(ana: Person) -> None:
    before = seen(ana)
    reply = await ana.types(WRITES["set"])
    assert reply.text == "Set Status of “Fix login timeout” to “Done”. It was “In progress”."
    undone = await ana.undoes(reply, WRITES["set"])
    assert undone.text == "Set Status of “Fix login timeout” to “In progress”. It was “Done”."
    assert seen(ana) == before


async def test_a_column_is_emptied_and_filled_again_just_as_it_was(ana: Person) -> None:
    before = seen(ana)
    for column in ("Due", "Owner", "Tags", "Points"):
        text = f'notion set “Fix login timeout” {column} value=""'
        reply = await ana.types(text)
        assert f"Set {column} of “Fix login timeout” to nothing." in reply.text
        await ana.undoes(reply, text)
        assert seen(ana) == before


async def test_what_is_so_already_is_not_written(ana: Person) -> None:
    for text in ("notion set “Fix login timeout” Status In progress", "notion default meeting notes"):
        before = seen(ana)
        reply = await ana.types(text)
        assert (reply.undo, seen(ana)) == (None, before)
        assert "already" in reply.text


async def test_a_page_is_archived_and_restored_by_its_address(ana: Person) -> None:
    url = (await ana.types("notion page sprint planning")).items[0].url
    await ana.types(WRITES["archive"])
    assert "in the trash already" in (await ana.types(f"notion archive {url}")).text
    assert (await ana.types(f"notion page {url}")).text.startswith("“Sprint planning”. It is in the trash.")
    with pytest.raises(Refused, match="is in the trash"):
        await ana.types(f"notion set {url} title x")
    assert (await ana.types(f"notion restore {url}")).text == "“Sprint planning” is back."
    assert "is not in the trash" in (await ana.types(f"notion restore {url}")).text


async def test_a_message_is_saved_with_its_author_time_address_and_formatting(ana: Person) -> None:
    reply = await ana.types("notion save-message m0")
    assert reply.text == "Saved this message as “Shall we ship on Friday?” in “Meeting notes”."
    told = await texts(ana, "shall we ship on friday?")
    assert all(
        each in told for each in ("**Ana** · Monday 23 November 2026, 08:30 CET", "https://chat.test/p0", "**Shall** we")
    )


async def test_a_thread_is_saved_message_by_message_without_what_asks_for_it(ana: Person) -> None:
    ana.channel.asking = ana.channel.says("Ana", "@Interact notion save-thread")
    reply = await ana.types("notion save-thread")
    assert reply.text == "Saved 2 messages as “Shall we ship on Friday?” in “Meeting notes”."
    told = await texts(ana, "shall we ship on friday?")
    assert told.index("**Ana** · Monday") < told.index("**Tom** · Monday") < told.index("Attached: plan.pdf")
    assert "Interact" not in told


async def test_what_is_said_after_a_thread_was_asked_for_is_not_saved(ana: Person) -> None:
    meaning = await ana.means(ana.reads("notion save-thread"))
    ana.channel.says("Lena", "Too late")
    assert (await ana.attempts(meaning)).text.startswith("Saved 2 messages")


async def test_a_thread_can_be_saved_into_another_place(ana: Person) -> None:
    assert (await ana.types("notion save-thread into=tasks")).text.endswith("in “Tasks”.")


async def test_outside_a_thread_it_is_said_how_one_is_saved(ana: Person) -> None:
    ana.channel.in_thread = False
    with pytest.raises(Refused, match="Ask me in the thread"):
        await ana.types("notion save-thread")
    assert (await ana.types("notion save-thread m0")).text.startswith("Saved 1 message as")


async def test_the_default_of_a_channel_is_shown_and_changed_and_changed_back(ana: Person) -> None:
    assert "goes into “Meeting notes”" in (await ana.types("notion default")).text
    before = seen(ana)
    reply = await ana.types("notion default ideas")
    assert reply.text == "What is saved or created in this channel goes into “Ideas”, unless it says otherwise."
    undone = await ana.undoes(reply, "notion default ideas")
    assert ("“Meeting notes”" in undone.text, seen(ana)) == (True, before)
    none = await ana.types("notion default None")
    assert none.text.startswith("This channel has no default page")
    assert "“Meeting notes”" in (await ana.undoes(none, "notion default none")).text
    assert seen(ana) == before


@each_write
async def test_a_write_is_shown_before_anything_is_written(ana: Person, text: str) -> None:
    before = seen(ana)
    first = await ana.foresees(text)
    assert first.text.endswith(".")
    assert (await ana.foresees(text), seen(ana), first.asks) == (first, before, False)


async def test_previews_say_what_would_be_there(ana: Person) -> None:
    added = await ana.foresees(WRITES["add"])
    assert {"Priority": "High", "Due": "2026-11-27"}.items() <= {each.name: each.value for each in added.fields}.items()
    assert (await ana.foresees(WRITES["set"])).changes == (Change("Status", "In progress", "Done"),)
    thread = await ana.foresees(WRITES["thread"])
    assert thread.fields[0].value == "2 messages of Ana and Tom"
    default = await ana.foresees(WRITES["default"])
    assert default.changes == (Change("Default of this channel", "Meeting notes", "Ideas"),)


@each_write
async def test_an_attempt_after_a_lost_answer_says_and_undoes_what_the_first_would_have(ana: Person, text: str) -> None:
    before = seen(ana)
    meaning, first = await ana.does(ana.reads(text))
    after, changes = seen(ana), ana.stage.sandbox.changes("ana@acme.test")
    again = await ana.attempts(meaning, again=True)
    assert (again, seen(ana), ana.stage.sandbox.changes("ana@acme.test")) == (first, after, changes)
    await undone_twice(ana, again, text)
    assert (seen(ana) == before, after == before) == (True, False)


async def undone_twice(ana: Person, reply: Reply, text: str) -> None:
    """The answer to the Undo is lost as well."""
    meaning, first = await ana.does(ana.pressed(ana.undo_of(reply, text)))
    assert await ana.attempts(meaning, again=True) == first


@pytest.mark.parametrize("name", ["create", "add", "set", "rename", "archive", "append", "default"])
async def test_whatever_somebody_changed_is_asked_about_before_it_is_taken_back(ana: Person, name: str) -> None:
    reply = await ana.types(WRITES[name])
    if name == "archive":
        reply, name = await ana.types(f"notion restore {reply.record}"), "restore"
    change = {
        "set": "notion set “Fix login timeout” Status To do",
        "default": "notion default tasks",
        "append": "",
    }.get(name, f"notion set {reply.record} title Something else")
    if change:
        await ana.types(change)
    else:
        await ana.stage.edit(reply.record, "Ask Lena")
    preview = await ana.foresees(ana.undo_of(reply, WRITES.get(name, "notion restore x")))
    assert (preview.asks, preview.yes) == (True, "Undo anyway")
    assert preview.text.endswith("But it was changed since.")
    assert preview.changes[0].name.startswith("Changed since: ")
    await ana.undoes(reply, WRITES.get(name, "notion restore x"))  # once it is confirmed


@pytest.mark.parametrize("name", ["create", "append", "set", "default"])
async def test_what_somebody_took_back_already_is_not_asked_about(ana: Person, name: str) -> None:
    reply = await ana.types(WRITES[name])
    by_hand = {
        "create": f"notion archive {reply.record}",
        "append": f"notion remove {reply.record}",
        "set": "notion set “Fix login timeout” Status In progress",
        "default": "notion default meeting notes",
    }
    await ana.types(by_hand[name])
    after, changes = seen(ana), ana.stage.sandbox.changes("ana@acme.test")
    assert not (await ana.foresees(ana.undo_of(reply, WRITES[name]))).asks
    await ana.undoes(reply, WRITES[name])
    assert (seen(ana), ana.stage.sandbox.changes("ana@acme.test")) == (after, changes)


async def test_of_a_long_page_the_beginning_is_shown_and_where_the_rest_is(ana: Person) -> None:
    body = "\n".join(f"Paragraph {number} of many." for number in range(700))
    await ana.types(f'notion create Long body="{body}" under=Ideas')
    shown = await ana.types("notion page Long")
    assert (shown.text, len(shown.prose) <= 12_000) == ("“Long”. It goes on in Notion.", True)
    assert shown.prose.rstrip().endswith("of many.")
    assert shown.items[0].url


async def test_a_saved_thread_of_which_not_all_could_be_read_says_so(ana: Person) -> None:
    ana.channel.said = without(ana.channel.said, "I read the newest 500 messages.")
    saved = await ana.types("notion save-thread")
    assert [(each.name, each.value) for each in saved.fields] == [("Note", "I read the newest 500 messages.")]


async def test_a_message_of_another_thread_is_not_saved_with_this_one(ana: Person) -> None:
    elsewhere = ana.channel.said.pop()
    ana.channel.elsewhere = [elsewhere]
    with pytest.raises(Refused, match="That message is in another thread"):
        await ana.types(f"notion save-thread {elsewhere.id}")
    assert (await ana.types("notion save-thread m0")).text.startswith("Saved 1 message as")


async def test_of_a_very_long_thread_a_message_that_is_left_out_is_no_other_thread_s(ana: Person) -> None:
    ana.channel.elsewhere = [ana.channel.says("Lena", "In the middle")]
    ana.channel.says("Tom", "At the end")
    ana.channel.said = [each for each in ana.channel.said if each.id in ("m0", "m3")]
    assert (await ana.types("notion save-thread m2")).text.startswith("Saved 2 messages as")


async def test_rows_that_read_the_same_are_told_apart_by_their_ids(ana: Person) -> None:
    made = [await ana.types("notion add Contacts Guest") for _ in range(2)]
    with pytest.raises(UsageError) as caught:
        await ana.types("notion page guest")
    labels = {each.label.rpartition(", …")[2] for each in caught.value.choices}
    assert labels == {each.record[-6:] for each in made}


async def test_what_is_in_the_trash_is_not_found_by_its_title(ana: Person) -> None:
    await ana.types(WRITES["archive"])
    with pytest.raises(Refused, match=r"Notion finds nothing in the trash by its title. Say the address"):
        await ana.types("notion restore sprint planning")
    with pytest.raises(Refused, match="I found no page called"):
        await ana.types("notion restore 1f3c2a4e0b5d4c6f8a7e9d0c1b2a3f4e")


async def test_a_thread_that_is_too_long_for_one_request_is_saved_whole_and_once(ana: Person) -> None:
    for author in ("Tom", "Lena"):
        ana.channel.says(author, "\n".join(f"{author} {number}." for number in range(600)))
    meaning, reply = await ana.does(ana.reads("notion save-thread"))
    assert reply.text.startswith("Saved 4 messages as")
    told = str(seen(ana))
    assert all(each in told for each in ("Tom 0.", "Tom 599.", "Lena 0.", "Lena 599."))
    assert await ana.attempts(meaning, again=True) == reply
    assert ana.stage.sandbox.changes("ana@acme.test") == 2  # a page, and what did not fit
    assert not (await ana.foresees(ana.undo_of(reply, "notion save-thread"))).asks
