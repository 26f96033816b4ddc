"""The stand-in is as strict as Notion, and remembers what was done."""

from typing import Any

import pytest

from tests.adapters.notion.stage import ANA, Stage

NOWHERE = "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"


async def id_of(stage: Stage, title: str) -> str:
    found = (await stage.send("POST", "search", {"query": title})).body["results"]
    return str(found[0]["id"])


@pytest.mark.parametrize("version", ["", "2025-09-03", "2022-06-28"])
async def test_another_version_is_not_spoken(stage: Stage, version: str) -> None:
    answer = await stage.send("GET", "users/me", **{"Notion-Version": version})
    assert (answer.status, answer.body["code"]) == (400, "missing_version")


async def test_errors_have_notion_s_form(stage: Stage) -> None:
    answer = await stage.send("GET", "users/me", Authorization="Bearer CANARY-wrong")
    assert (answer.status, answer.body["object"], answer.body["code"]) == (401, "error", "unauthorized")
    assert answer.body["message"] == "API token is invalid."
    gone = await stage.send("GET", f"pages/{NOWHERE}")
    assert (gone.status, gone.body["code"]) == (404, "object_not_found")
    assert (await stage.send("GET", "pagess")).body["code"] == "invalid_request_url"
    assert (await stage.send("GET", "pages/5")).body["code"] == "validation_error"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("search", {"page_size": 101}, "body.page_size should be ≤ `100`"),
        ("search", {"page_size": "many"}, "body.page_size"),
        ("search", {"qeury": "x"}, "body.qeury should be not present"),
        ("search", {"filter": {"property": "object", "value": "database"}}, "body.filter.value"),
        ("search", {"sort": {"timestamp": "created_time", "direction": "ascending"}}, "body.sort"),
        ("search", {"start_cursor": NOWHERE}, "start_cursor provided is invalid"),
        ("search", [], "Error parsing JSON body"),
        ("pages", {"properties": {}}, "body.parent should be"),
        ("pages", {"parent": {"page_id": NOWHERE}, "properties": {}}, "Could not find page"),
        ("pages", {"parent": {"workspace": True}, "properties": {"Name": {"title": []}}}, "Name is not a property that exists"),
        ("pages", {"parent": {"workspace": True}, "properties": {"title": {"title": "x"}}}, "properties.title.title"),
        ("pages", {"parent": {"workspace": True}, "markdown": 5}, "body.markdown should be a string"),
    ],
)
async def test_what_notion_does_not_take_is_refused(stage: Stage, path: str, body: Any, said: str) -> None:
    answer = await stage.send("POST", path, body)
    assert answer.status in (400, 404)
    assert said in answer.body["message"]
    assert stage.changes() == 0


@pytest.mark.parametrize(
    "value",
    [
        {"Status": {"status": {"name": "Nope"}}},
        {"Status": {"select": {"name": "Done"}}},
        {"Points": {"number": "3"}},
        {"Points": {"number": True}},
        {"Due": {"date": {"start": "soon"}}},
        {"Due": {"date": {"start": "2026-12-02", "end": "2026-12-01"}}},
        {"Due": {"date": "2026-12-01"}},
        {"Owner": {"people": [{"id": NOWHERE}]}},
        {"Blocked": {"checkbox": "yes"}},
        {"Link": {"url": ""}},
        {"Created": {"created_time": "2026-12-01"}},
        {"Tags": {"multi_select": [{"name": "a,b"}]}},
        {"Notes": {"rich_text": [{"text": {"content": "x" * 2001}}]}},
        {"Notes": {"rich_text": [{"text": {"content": "x"}}] * 101}},
        {"Notes": {"rich_text": [{"text": {}}]}},
    ],
)
async def test_values_that_notion_does_not_take_are_refused(stage: Stage, value: Any) -> None:
    row, before = await id_of(stage, "Fix login timeout"), stage.state()
    answer = await stage.send("PATCH", f"pages/{row}", {"properties": value})
    assert (answer.status, answer.body["code"], stage.state()) == (400, "validation_error", before)


async def test_a_list_comes_in_pages(stage: Stage) -> None:
    found, cursor = [], None
    while True:
        asked = {"page_size": 5, **({"start_cursor": cursor} if cursor else {})}
        answer = (await stage.send("POST", "search", asked)).body
        found += [each["id"] for each in answer["results"]]
        cursor = answer["next_cursor"]
        if not answer["has_more"]:
            break
    assert (len(found), len(set(found)), cursor) == (21, 21, None)


async def test_what_is_in_the_trash_can_only_come_back(stage: Stage) -> None:
    page = await id_of(stage, "Sprint planning")
    assert (await stage.send("DELETE", f"blocks/{page}")).body["in_trash"]
    for method, path, body in (
        ("DELETE", f"blocks/{page}", None),
        ("PATCH", f"pages/{page}", {"properties": {}}),
        ("PATCH", f"pages/{page}", {"in_trash": True}),
        ("POST", "pages", {"parent": {"page_id": page}, "properties": {}}),
    ):
        answer = await stage.send(method, path, body)
        assert (answer.status, answer.body["code"]) == (400, "validation_error")
    assert not (await stage.send("PATCH", f"pages/{page}", {"in_trash": False})).body["in_trash"]


async def test_what_is_in_a_page_goes_into_the_trash_with_it(stage: Stage) -> None:
    before = stage.state()
    wiki = await id_of(stage, "Engineering wiki")
    await stage.send("PATCH", f"pages/{wiki}", {"in_trash": True})
    assert {each["title"] for each in stage.state().values()} == {
        "Meeting notes", "Sprint planning", "Weekly notes", "Ideas", "Lena Fischer", "Hugo Martin", "Mia Rossi",
    }  # fmt: skip
    await stage.send("PATCH", f"pages/{wiki}", {"in_trash": False})
    assert stage.state() == before


async def test_every_account_has_a_workspace_of_its_own(stage: Stage) -> None:
    other = stage.open(account="tom@acme.test")
    ids = {each.id for each in (await other.find("")).items}
    assert ids.isdisjoint(stage.state())
    assert stage.changes("tom@acme.test") == stage.changes(ANA) == 0
    assert await other.account() == "Acme (Tom Weber)"


async def test_state_and_changes_of_nobody_are_nothing(stage: Stage) -> None:
    assert (stage.state("nobody"), stage.changes("nobody")) == ({}, 0)
