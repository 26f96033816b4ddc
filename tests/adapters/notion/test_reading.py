"""What is in a workspace, as people see it."""

from datetime import UTC, datetime

import pytest

from adapters.errors import Refused
from adapters.notion.client import Notion
from adapters.notion.database import Database
from adapters.notion.page import Page
from tests.adapters.notion.stage import Stage

NOWHERE = "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"


async def only(notion: Notion, title: str) -> Page:
    [page] = await notion.pages(title)
    return page


async def tasks(notion: Notion) -> Database:
    [database] = await notion.databases("Tasks")
    return database


async def titles(notion: Notion, *where: str, sort: str = "") -> list[str]:
    return [each.title for each in (await notion.query(await tasks(notion), where, sort)).pages]


async def test_pages_and_databases_are_found_by_words_last_edited_first(notion: Notion) -> None:
    found = await notion.find("NOTES weekly")
    assert ([each.title for each in found.items], found.more) == (["Weekly notes", "Weekly notes"], False)
    assert found.items[0].edited >= found.items[1].edited
    [database] = (await notion.find("contacts")).items
    assert isinstance(database, Database)


async def test_more_than_a_hundred_are_said_to_be_more(stage: Stage, notion: Notion) -> None:
    workspace = await only(notion, "Ideas")
    for number in range(101):
        await stage.open(call=f"call-{number}").create(workspace, f"Idea {number}")
    found = await notion.find("idea")
    assert (len(found.items), found.more) == (100, True)


async def test_the_pages_of_a_list_are_fetched_one_after_the_other(stage: Stage, notion: Notion) -> None:
    ideas = await only(notion, "Ideas")
    for number in range(101):
        await stage.open(call=f"call-{number}").create(ideas, f"Draft {number}")
    assert len(await notion.pages("draft")) == 101
    assert {each.title for each in await notion.pages("draft 100")} == {"Draft 100"}


async def test_a_title_that_is_just_that_is_meant(notion: Notion) -> None:
    assert len(await notion.pages("notes")) == 4
    assert [each.title for each in await notion.pages("meeting notes")] == ["Meeting notes"]


async def test_a_page_is_found_by_its_id_and_by_its_address(notion: Notion) -> None:
    page = await only(notion, "onboarding")
    for what in (
        page.id,
        page.id.replace("-", ""),
        page.url,
        f"https://www.notion.so/acme/Onboarding-{page.id.replace('-', '')}",
    ):
        assert await notion.pages(what) == [page]
        assert await notion.places(what) == [page]


async def test_a_database_is_found_by_its_id_and_by_its_address(stage: Stage, notion: Notion) -> None:
    database = await tasks(notion)
    above = (await stage.send("GET", f"data_sources/{database.id}")).body["parent"]["database_id"]
    for what in (database.id, database.url, above):
        assert await notion.databases(what) == [database]
        assert await notion.places(what) == [database]


async def test_what_is_not_there_is_none(notion: Notion) -> None:
    for what in (NOWHERE, "zeppelin"):
        assert [*await notion.pages(what), *await notion.databases(what), *await notion.places(what)] == []


async def test_a_database_is_no_page_and_a_page_is_no_database(notion: Notion) -> None:
    database, page = await tasks(notion), await only(notion, "Ideas")
    assert (await notion.pages(database.id), await notion.databases(page.id)) == ([], [])


@pytest.mark.parametrize("id", ["", "zeppelin", "../users/me", "a/b?c", "%2e%2e/users"])
async def test_what_is_no_id_is_refused_before_it_is_asked_for(stage: Stage, notion: Notion, id: str) -> None:
    with pytest.raises(Refused, match="no id"):
        await notion.page(id)
    with pytest.raises(Refused, match="no id"):
        await notion.database(id)
    assert await notion.blocks([id]) == ()
    assert len(stage.sandbox.journal) == 0


async def test_a_page_tells_where_it_is_and_when_it_was_edited(notion: Notion) -> None:
    page = await only(notion, "Onboarding")
    [wiki] = await notion.pages("Engineering wiki")
    assert (page.parent.kind, page.parent.id, wiki.parent.kind) == ("page", wiki.id, "workspace")
    assert (page.kind, wiki.icon, page.in_trash) == ("page", "📘", False)
    assert str(page.edited.tzinfo) == "Europe/Berlin"
    assert page.created == datetime(2026, 11, 14, 8, 5, tzinfo=UTC)


async def test_a_row_tells_what_stands_in_its_columns(notion: Notion) -> None:
    row = await only(notion, "Fix login timeout")
    told = {each.name: each.text for each in row.properties}
    assert row.kind == "row"
    assert told == {
        "Name": "Fix login timeout",
        "Status": "In progress",
        "Priority": "High",
        "Due": "2026-11-25",
        "Owner": "Tom Weber",
        "Points": "5",
        "Tags": "bug",
        "Blocked": "no",
        "Notes": "Happens behind slow proxies",
        "Link": "",
        "Created": "2026-11-14 09:05",
    }
    assert {each.name for each in row.properties if not each.exact} == {"Created"}
    assert row["name"] == row["title"] == row["Name"]


async def test_a_column_that_is_not_there_names_those_that_are(notion: Notion) -> None:
    with pytest.raises(Refused, match=r"has no “Prio”\. It has Name, Status"):
        (await only(notion, "Fix login timeout"))["Prio"]


async def test_a_database_tells_its_columns_and_what_they_take(notion: Notion) -> None:
    database = await tasks(notion)
    assert database.columns[0] == database.title_column
    assert database.column("status").wants == "one of To do, In progress, Done"
    assert not database.column("Created").editable


async def test_all_databases_are_listed(notion: Notion) -> None:
    assert {each.title for each in await notion.databases()} == {"Tasks", "Contacts"}


async def test_the_text_of_a_page_is_plain_markdown(notion: Notion) -> None:
    content = await notion.content(await only(notion, "Onboarding"))
    assert "## Day one" in content.markdown
    assert "- [x] Get a laptop\n- [ ] Read the [runbook](https://wiki.acme.test/runbook)" in content.markdown
    assert "2. Install what it needs:\n    - Python 3.11" in content.markdown
    assert "```bash\nuv sync\nuv run pytest\n```" in content.markdown
    assert not content.truncated


async def test_pages_in_a_page_are_links(notion: Notion) -> None:
    [wiki] = await notion.pages("Engineering wiki")
    page = await only(notion, "Onboarding")
    assert f"[Onboarding]({page.url})" in (await notion.content(wiki)).markdown


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (["Status=In progress"], {"Fix login timeout", "Upgrade the database", "Document the API"}),
        (["status!=done", "Priority=low"], {"Dark mode"}),
        (["Points>3"], {"Fix login timeout", "Dark mode", "Search by date"}),
        (["Points>=3", "Points<=3"], {"Upgrade the database", "Document the API"}),
        (["Points="], {"Faster start"}),
        (["Owner="], {"Dark mode"}),
        (["Owner=Tom Weber"], {"Fix login timeout", "Remove old endpoints"}),
        (["Owner=tom@acme.test"], {"Fix login timeout", "Remove old endpoints"}),
        (["Owner=me"], {"Write release notes", "Search by date", "Document the API"}),
        (["Tags=bug"], {"Fix login timeout", "Remove old endpoints"}),
        (["Tags=bug, docs"], {"Remove old endpoints"}),
        (["Tags!=bug", "Status=Done"], {"Faster start"}),
        (["Name~login"], {"Fix login timeout"}),
        (["Notes~PROXIES"], {"Fix login timeout"}),
        (["Due<today"], {"Remove old endpoints", "Faster start"}),
        (["Due=2026-11-25"], {"Fix login timeout"}),
        (["Blocked=yes"], {"Upgrade the database"}),
        (["Blocked=", "Status=Done"], {"Remove old endpoints", "Faster start"}),
        (["Link!="], set()),
        (["Created>=2026-11-01", "Name~dark"], {"Dark mode"}),
    ],
)
async def test_rows_are_found_by_conditions(notion: Notion, where: list[str], found: set[str]) -> None:
    assert set(await titles(notion, *where)) == found


async def test_rows_are_sorted_both_ways_and_else_by_when_they_were_edited(notion: Notion) -> None:
    assert (await titles(notion, "Status=In progress", sort="Due")) == [
        "Fix login timeout",
        "Upgrade the database",
        "Document the API",
    ]
    assert (await titles(notion, "Status=In progress", sort="-due"))[0] == "Document the API"
    assert len(await titles(notion)) == 8


async def test_more_rows_than_were_wanted_are_said_to_be_more(notion: Notion) -> None:
    rows = await notion.query(await tasks(notion), most=3)
    assert (len(rows.pages), rows.more) == (3, True)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("Stats=Done", "has no column “Stats”"),
        ("Status=Dnoe", "“Status” can't be “Dnoe”: it wants one of To do, In progress, Done"),
        ("Points=many", "“Points” can't be “many”: it wants a number"),
        ("Points~3", "can be compared with =, !=, <, >, <=, >=, not with ~"),
        ("Due=someday", "it wants a date"),
        ("Owner=Nobody", "nobody called “Nobody”"),
        ("Blocked=maybe", "it wants yes or no"),
        ("Status", "is no condition"),
    ],
)
async def test_a_condition_that_can_not_be_meant_says_what_can(notion: Notion, where: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        await titles(notion, where)


async def test_sorting_by_no_column_is_refused(notion: Notion) -> None:
    with pytest.raises(Refused, match="has no column “Deu”"):
        await titles(notion, sort="-Deu")
