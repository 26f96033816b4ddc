"""What is written, once, whatever becomes of the answers."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from adapters.notion.client import Notion
from adapters.notion.page import Page
from tests.adapters.notion.stage import Stage
from tests.adapters.notion.test_reading import only, tasks

Write = Callable[[Notion], Awaitable[object]]


async def create(notion: Notion) -> object:
    return await notion.create(await only(notion, "Meeting notes"), "Launch plan", "Who does **what**.")


async def private(notion: Notion) -> object:
    return await notion.create(None, "Launch plan")


async def add(notion: Notion) -> object:
    return await notion.create(await tasks(notion), "Order badges", "Blue ones", {"Priority": "high", "Tags": "docs, bug"})


async def append(notion: Notion) -> object:
    made = await notion.append(
        await only(notion, "Sprint planning"), "1. Ask **Tom**\n\t- about [it](https://acme.test)\n\nDone"
    )
    return [(each.id, each.text) for each in made]


async def set_status(notion: Notion) -> object:
    return await notion.set(await only(notion, "Fix login timeout"), "status", "done")


async def rename(notion: Notion) -> object:
    [ideas] = [each for each in await notion.pages("deas") if each.parent.kind == "workspace"]
    return await notion.set(ideas, "title", "Better ideas")


WRITES = {
    "create": create,
    "private": private,
    "add": add,
    "append": append,
    "set": set_status,
    "rename": rename,
}
MAKE_PAGES = (create, private, add)
each_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


async def settled(stage: Stage, write: Write) -> object:
    """As the engine does: what may have happened is attempted again, and looked for."""
    try:
        return await write(stage.open())
    except (Unknown, Unavailable):
        return await write(stage.open(again=True))


@each_write
@pytest.mark.parametrize("kind", ["drop_after", "malformed"])
async def test_a_lost_answer_costs_no_second_write(stage: Stage, write: Write, kind: str) -> None:
    before = stage.state()
    stage.fail(kind, method="POST" if write in MAKE_PAGES else "PATCH", path="/v1/pages")
    await settled(stage, write)
    after = stage.state()
    assert after != before
    assert len(after) - len(before) == (write in MAKE_PAGES)


@each_write
async def test_two_lost_answers_cost_no_second_write(stage: Stage, write: Write) -> None:
    before = len(stage.state())
    stage.fail("drop_after", method="POST" if write in MAKE_PAGES else "PATCH", path="/v1/pages", times=2)
    await settled(stage, write)
    assert len(stage.state()) - before == (write in MAKE_PAGES)


@each_write
async def test_an_attempt_of_which_nothing_got_through_is_made_good(stage: Stage, write: Write) -> None:
    if write is private:
        return
    before = stage.state()
    stage.fail("drop_before", method="POST" if write in MAKE_PAGES else "PATCH", path="/v1/pages")
    await settled(stage, write)
    assert stage.state() != before


async def test_whether_a_private_page_was_made_can_not_be_told(stage: Stage) -> None:
    with pytest.raises(Unknown, match="can't tell whether “Launch plan” was made"):
        await private(stage.open(again=True))
    assert stage.changes() == 0


@each_write
async def test_a_further_attempt_gives_what_the_first_gave(stage: Stage, write: Write) -> None:
    first, changes = await write(stage.open()), stage.changes()
    if write is not rename:  # its page is found by what it was called
        assert (await write(stage.open(again=True)), stage.changes()) == (first, changes)


async def test_what_cannot_be_done_at_all_is_unknown_or_for_later_but_never_done_blindly(stage: Stage) -> None:
    stage.fail("status", method="POST", path="/v1/pages$", status=500)
    with pytest.raises(Unknown):
        await create(stage.open())
    assert stage.asked("POST", "/v1/pages") == 1


@pytest.mark.parametrize("status", [503, 529])
async def test_an_overloaded_notion_is_for_later(stage: Stage, status: int) -> None:
    stage.fail("status", method="POST", path="/v1/pages$", status=status, retry_after="7")
    with pytest.raises(Unavailable) as raised:
        await create(stage.open())
    assert raised.value.retry_after == 7


async def test_a_page_of_another_s_with_that_title_is_not_taken_for_ours(stage: Stage, notion: Notion) -> None:
    parent = await only(notion, "Meeting notes")
    made = await stage.open(again=True).create(parent, "Sprint planning")
    assert made.id not in [(await only(notion, "Engineering wiki")).id]
    assert len(await notion.pages("Sprint planning")) == 2


async def test_of_two_pages_that_fit_none_is_taken(stage: Stage, notion: Notion) -> None:
    for call in ("call-1", "call-2"):
        await create(stage.open(call=call))
    with pytest.raises(Unknown, match="2 new pages “Launch plan”"):
        await create(stage.open(again=True))


async def test_other_new_lines_leave_it_open_whether_ours_are_there(stage: Stage, notion: Notion) -> None:
    ideas = await only(notion, "Ideas")
    await notion.append(ideas, "Something else")
    with pytest.raises(Unknown, match="new lines on that page"):
        await stage.open(call="call-2", again=True).append(ideas, "Ask Tom")


async def test_our_lines_are_found_among_other_new_ones(stage: Stage, notion: Notion) -> None:
    ideas = await only(notion, "Ideas")
    await stage.open(call="call-1").append(ideas, "Something else")
    first = await stage.open(call="call-2").append(ideas, "- [x] Ask **Tom**\n```python\nx = 1\n```")
    await stage.open(call="call-3").append(ideas, "And more")
    changes = stage.changes()
    assert await stage.open(call="call-2", again=True).append(ideas, "- [x] Ask **Tom**\n```python\nx = 1\n```") == first
    assert stage.changes() == changes


@pytest.mark.parametrize("text", ["---\nAsk Tom\n---", "Ask Tom\n<empty-block/>\nand Lena"])
async def test_lines_without_letters_belong_to_those_around_them(stage: Stage, notion: Notion, text: str) -> None:
    ideas = await only(notion, "Ideas")
    first = await notion.append(ideas, text)
    assert await stage.open(again=True).append(ideas, text) == first
    assert len(first) == 3


async def test_the_same_lines_twice_can_not_be_told_apart(stage: Stage, notion: Notion) -> None:
    ideas = await only(notion, "Ideas")
    for call in ("call-1", "call-2"):
        await stage.open(call=call).append(ideas, "Ask Tom")
    with pytest.raises(Unknown):
        await stage.open(call="call-2", again=True).append(ideas, "Ask Tom")


async def test_what_was_there_before_anybody_asked_is_no_earlier_attempt_s(stage: Stage) -> None:
    ideas = await only(stage.open(), "Ideas")
    await stage.open().append(ideas, "Ask Tom")
    await create(stage.open())
    stage.now.value += timedelta(minutes=1)
    again = stage.open(call="call-2", again=True)
    await again.append(ideas, "Ask Tom")
    await create(again)
    assert len(await again.pages("Launch plan")) == 2
    assert (await again.content(ideas)).markdown == "Ask Tom\n\nAsk Tom"


async def test_trouble_after_the_lines_are_written_does_not_pass_for_nothing_written(stage: Stage, notion: Notion) -> None:
    ideas = await only(notion, "Ideas")
    stage.fail("status", path="/v1/users/me", status=503, times=3)
    with pytest.raises(Unavailable) as raised:
        await notion.append(ideas, "Ask Tom")
    assert raised.value.acted
    stage.fail("status", path="/v1/users/me", status=401)
    with pytest.raises(Unknown):
        await notion.append(ideas, "Ask Lena")


async def test_a_page_is_made_in_its_place_with_its_text(stage: Stage, notion: Notion) -> None:
    parent = await only(notion, "Meeting notes")
    page = await notion.create(parent, "Launch plan", "Who does **what**.")
    assert (page.title, page.parent.id, page.url[:22]) == ("Launch plan", parent.id, "https://www.notion.so/")
    assert (await notion.content(page)).markdown == "Who does **what**."


async def test_a_row_is_made_with_what_stands_in_its_columns(notion: Notion) -> None:
    values = {
        "priority": "HIGH",
        "Tags": "docs, bug",
        "Due": "2026-12-01 14:00 to 2026-12-01 15:00",
        "Owner": "me, Tom",
        "Points": "2.5",
        "Blocked": "Yes",
        "Link": "https://acme.test",
        "Notes": "a" * 4500,
    }
    row = await notion.create(await tasks(notion), "Order badges", values=values)
    assert {each.name: each.text for each in row.properties if each.name != "Created"} == {
        "Name": "Order badges",
        "Status": "",
        "Priority": "High",
        "Tags": "docs, bug",
        "Due": "2026-12-01 14:00 to 2026-12-01 15:00",
        "Owner": "Ana Lopez, Tom Weber",
        "Points": "2.5",
        "Blocked": "yes",
        "Link": "https://acme.test",
        "Notes": "a" * 4500,
    }


async def test_what_is_checked_is_what_will_stand_there(notion: Notion) -> None:
    database = await tasks(notion)
    values = {"Priority": "high", "Due": "tomorrow", "Owner": "tom", "Points": "3.0", "Blocked": "no", "Tags": "bug,bug"}
    checked = {each.name: each.text for each in await notion.checked(database, values)}
    row = await notion.create(database, "x", values=values)
    assert checked == {each.name: each.text for each in row.properties if each.name in values}
    assert checked["Due"] == "2026-11-24"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("Priority", "Highest", "it wants one of High, Medium, Low"),
        ("Tags", "bug, x", "it wants some of bug, feature, docs"),
        ("Points", "many", "it wants a number"),
        ("Points", "nan", "it wants a number"),
        ("Due", "someday", "it wants a date"),
        ("Due", "2026-12-02 to 2026-12-01", "it wants a date"),
        ("Owner", "Nobody", "nobody called “Nobody”"),
        ("Blocked", "maybe", "it wants yes or no"),
        ("Link", "acme", "it wants an address that begins with https://"),
        ("Created", "today", "“Created” can't be set"),
        ("Prio", "High", "has no column “Prio”"),
        ("Notes", "a" * 200_001, "too long for Notion"),
    ],
)
async def test_what_does_not_fit_a_column_says_what_does(stage: Stage, column: str, value: str, said: str) -> None:
    notion = stage.open()
    database = await tasks(notion)
    with pytest.raises(Refused, match=said):
        await notion.checked(database, {column: value})
    with pytest.raises(Refused, match=said):
        await notion.create(database, "x", values={column: value})
    assert stage.changes() == 0


async def test_a_column_is_named_once(notion: Notion) -> None:
    with pytest.raises(Refused, match="“Name” was given twice"):
        await notion.create(await tasks(notion), "x", values={"name": "y"})
    assert (await notion.create(await tasks(notion), "", values={"name": "y"})).title == "y"


async def test_only_rows_have_columns(notion: Notion) -> None:
    with pytest.raises(Refused, match="Only rows"):
        await notion.create(await only(notion, "Ideas"), "x", values={"Status": "Done"})
    with pytest.raises(Refused, match="has no “Status”"):
        await notion.set(await only(notion, "Ideas"), "Status", "Done")


@pytest.mark.parametrize("text", ["\n".join("a" * 1001), "a" * 500_001], ids=["lines", "bytes"])
async def test_more_than_notion_takes_is_refused_before_anything_is_written(stage: Stage, text: str) -> None:
    notion = stage.open()
    ideas = await only(notion, "Ideas")
    for write in (notion.append(ideas, text), notion.create(ideas, "x", text)):
        with pytest.raises(Refused, match="too long for Notion"):
            await write
    assert stage.changes() == 0


@pytest.mark.parametrize("column", ["Name", "Status", "Priority", "Due", "Owner", "Points", "Tags", "Blocked", "Notes"])
async def test_a_value_comes_back_just_as_it_was(stage: Stage, column: str) -> None:
    notion = stage.open()
    before = stage.state()
    row = await only(notion, "Upgrade the database" if column == "Blocked" else "Fix login timeout")
    emptied = await notion.set(row, column, "")
    assert emptied[column].text in ("", "no")
    assert stage.state() != before
    back = await notion.set(emptied, column, row[column].text, row[column].exact)
    assert (back[column], stage.state()) == (row[column], before)


@pytest.mark.parametrize("exact", ["{", "[1]", '{"name": "Nope"}'])
async def test_a_value_that_nobody_could_have_noted_is_refused(notion: Notion, exact: str) -> None:
    with pytest.raises(Refused):
        await notion.set(await only(notion, "Fix login timeout"), "Status", "", exact)


async def test_lines_are_written_taken_out_and_put_back(stage: Stage, notion: Notion) -> None:
    before, page = stage.state(), await only(notion, "Sprint planning")
    made = await notion.append(page, "## Next\n- one\n\t- two")
    assert [each.text for each in made] == ["Next", "one\ntwo"]
    assert {each.page for each in made} == {page.id}
    after, ids = stage.state(), [each.id for each in made]
    assert [each.text for each in await notion.blocks(ids)] == ["Next", "one\ntwo"]
    assert all(each.in_trash for each in await notion.remove(ids))
    assert (stage.state(), [each.in_trash for each in await notion.blocks(ids)]) == (before, [True, True])
    assert not any(each.in_trash for each in await notion.put_back(ids))
    assert stage.state() == after


@pytest.mark.parametrize("times", [1, 2])
async def test_lines_are_taken_out_and_put_back_once_whatever_becomes_of_the_answers(stage: Stage, times: int) -> None:
    notion = stage.open()
    made = await notion.append(await only(notion, "Ideas"), "Ask Tom")
    after, ids = stage.state(), [each.id for each in made]
    stage.fail("drop_after", method="DELETE", times=times)
    await notion.remove(ids)
    changes = stage.changes()
    await stage.open(again=True).remove(ids)
    assert stage.changes() == changes
    stage.fail("drop_after", method="PATCH", path="/v1/blocks", times=times)
    await notion.put_back(ids)
    changes = stage.changes()
    await stage.open(again=True).put_back(ids)
    assert (stage.state(), stage.changes()) == (after, changes)


async def test_trouble_halfway_does_not_pass_for_nothing_done(stage: Stage, notion: Notion) -> None:
    made = await notion.append(await only(notion, "Ideas"), "one\ntwo")
    ids = [each.id for each in made]
    stage.fail("status", method="DELETE", path=ids[0], status=403)
    with pytest.raises(Refused, match="may not do that"):
        await notion.remove(ids)
    stage.fail("status", method="DELETE", path=ids[1], status=403)
    with pytest.raises(Unknown, match="It may be written"):
        await notion.remove(ids)


async def test_lines_that_were_deleted_for_good_are_left_out(notion: Notion) -> None:
    assert await notion.blocks(["1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"]) == ()
    assert await notion.remove(["1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"]) == ()


async def test_a_page_is_archived_found_by_its_id_and_restored(stage: Stage, notion: Notion) -> None:
    before, page = stage.state(), await only(notion, "Sprint planning")
    gone = await notion.archive(page)
    assert (gone.in_trash, await notion.pages("Sprint planning"), len(stage.state())) == (True, [], len(before) - 1)
    [found] = await notion.pages(page.id)
    assert found.in_trash
    assert not (await notion.restore(found)).in_trash
    assert stage.state() == before


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("kind", ["drop_after", "malformed"])
async def test_a_page_is_archived_and_restored_once_whatever_becomes_of_the_answers(
    stage: Stage, kind: str, times: int
) -> None:
    before, page = stage.state(), await only(stage.open(), "Sprint planning")
    for wanted, write in ((True, Notion.archive), (False, Notion.restore)):
        stage.fail(kind, method="PATCH", path="/v1/pages", times=times)
        with suppress(Unavailable):
            await write(stage.open(), page)
        changes = stage.changes()
        stage.sandbox.script.clear()
        assert (await write(stage.open(again=True), page)).in_trash == wanted
        assert stage.changes() == changes
    assert stage.state() == before


async def test_a_page_in_the_trash_can_t_be_written(stage: Stage, notion: Notion) -> None:
    row, page = await only(notion, "Fix login timeout"), await only(notion, "Ideas")
    await notion.archive(row)
    await notion.archive(page)
    changes = stage.changes()
    for write in (notion.set(row, "Status", "Done"), notion.append(page, "x"), notion.create(page, "x")):
        with pytest.raises(Refused):
            await write
    assert stage.changes() == changes


async def test_a_lost_connection_is_told(stage: Stage, notion: Notion) -> None:
    page: Page = await only(notion, "Ideas")
    stage.sandbox.forget()
    with pytest.raises(NeedsConnection):
        await notion.append(page, "x")
