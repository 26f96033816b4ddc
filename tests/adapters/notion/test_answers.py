"""What Notion answers becomes one of the four errors, in words that a person understands."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from adapters.errors import OURS, NeedsConnection, Refused, Unavailable
from adapters.notion.client import Notion
from adapters.notion.database import Column, Database
from adapters.notion.page import Page, Parent
from tests.adapters.notion.stage import Stage, answered
from tests.adapters.switched_on import MONDAY

ID = "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"
PAGE = Page(ID, "Ideas", "https://www.notion.so/x", Parent("workspace"), MONDAY, MONDAY)
TASKS = Database(ID, "Tasks", "", (Column("title", "Name", "title"), Column("o", "Owner", "people")), MONDAY)
Call = Callable[[Notion], Awaitable[object]]
CALLS: dict[str, Call] = {
    "account": lambda notion: notion.account(),
    "find": lambda notion: notion.find("x"),
    "pages": lambda notion: notion.pages("x"),
    "pages by id": lambda notion: notion.pages(ID),
    "databases": lambda notion: notion.databases(),
    "databases by id": lambda notion: notion.databases(ID),
    "places": lambda notion: notion.places(ID),
    "page": lambda notion: notion.page(ID),
    "database": lambda notion: notion.database(ID),
    "content": lambda notion: notion.content(PAGE),
    "query": lambda notion: notion.query(TASKS, ["Owner=me"]),
    "checked": lambda notion: notion.checked(TASKS, {"Owner": "me"}),
    "create": lambda notion: notion.create(PAGE, "x"),
    "append": lambda notion: notion.append(PAGE, "x"),
    "blocks": lambda notion: notion.blocks([ID]),
    "remove": lambda notion: notion.remove([ID]),
    "put_back": lambda notion: notion.put_back([ID]),
    "set": lambda notion: notion.set(PAGE, "title", "x"),
    "archive": lambda notion: notion.archive(PAGE),
    "restore": lambda notion: notion.restore(PAGE),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
GARBAGE = (
    b"",
    b"<html>hello</html>",
    b"[1]",
    b'"text"',
    b"null",
    b"{}",
    b"\xff\xfe",
    b'{"results": [',
    b'{"results": [null], "has_more": false, "next_cursor": null}',
    b'{"results": [{"object": "page"}], "has_more": false, "next_cursor": null}',
    b'{"results": 5, "has_more": true, "next_cursor": "x"}',
    b'{"object": "page", "id": 5, "properties": {"x": {"type": "title", "title": 5}}, "in_trash": "no"}',
    b'{"bot": {"owner": null}, "data_sources": [5], "type": [], "markdown": 5, "truncated": {}}',
    b"[" * 100_000,
)


def error(status: int, code: str, message: str = "Some reason.") -> dict[str, object]:
    return {"object": "error", "status": status, "code": code, "message": message}


async def said(call: Call, status: int, body: object) -> str:
    """The error's text and all that can be read off it; anything but one of the four errors gets through. Empty for none."""
    async with answered(status, body) as notion:
        try:
            await call(notion)
        except OURS as ours:
            return f"{ours!r} {ours.__cause__}"
    return ""


@each_call
async def test_whatever_comes_is_one_of_the_four_errors(call: Call) -> None:
    told = [await said(call, 200, body) for body in GARBAGE]
    assert "can't read" in told[0]


@each_call
@pytest.mark.parametrize("status", [401, 403, 404, 400, 409, 418])
async def test_every_call_says_no_in_our_words(call: Call, status: int) -> None:
    told = await said(call, status, error(status, "validation_error", "CANARY-token-5f0c is wrong"))
    assert "CANARY" not in told
    assert told.endswith("None") or status in (400, 404, 418)  # where it may be just not there


@pytest.mark.parametrize(
    ("status", "code", "raised", "text"),
    [
        (400, "validation_error", Refused, "did not accept that: Some reason."),
        (401, "unauthorized", NeedsConnection, "no longer accepts your connection"),
        (403, "restricted_resource", Refused, "may not do that in Notion"),
        (404, "object_not_found", Refused, "or it is not shared with this bot"),
        (409, "conflict_error", Unavailable, "was busy"),
        (418, "teapot", Refused, "did not accept that"),
    ],
)
async def test_errors_say_what_happens_next(status: int, code: str, raised: type[Exception], text: str) -> None:
    async with answered(status, error(status, code)) as notion:
        with pytest.raises(raised, match=text):
            await notion.page(ID)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message": 5}', b"\xff\xfe"])
async def test_a_refusal_in_no_known_form_is_one_all_the_same(body: bytes) -> None:
    async with answered(400, body) as notion:
        with pytest.raises(Refused, match="did not accept that"):
            await notion.page(ID)


async def test_a_long_explanation_is_cut(stage: Stage) -> None:
    async with answered(400, error(400, "validation_error", "x" * 10_000)) as notion:
        with pytest.raises(Refused) as raised:
            await notion.page(ID)
    assert len(str(raised.value)) < 400


async def test_an_expired_token_needs_a_connection(stage: Stage, notion: Notion) -> None:
    stage.now.value += timedelta(hours=2)
    with pytest.raises(NeedsConnection) as raised:
        await notion.account()
    assert raised.value.service == "Notion"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
async def test_trouble_on_notion_s_side_is_tried_again(stage: Stage, notion: Notion, status: int) -> None:
    stage.fail("status", status=status, times=2)
    assert (await notion.find("ideas")).items
    assert stage.asked("POST", "/v1/search") == 3


@pytest.mark.parametrize("after", ["17", "0.5", "-1", "soon", "", "99999999999"])
async def test_lasting_trouble_is_for_later(stage: Stage, notion: Notion, after: str) -> None:
    stage.fail("status", status=429, retry_after=after, times=3)
    with pytest.raises(Unavailable) as raised:
        await notion.find("ideas")
    assert raised.value.retry_after is None or 0 <= raised.value.retry_after <= 99999999999


async def test_a_redirect_is_not_followed(stage: Stage, notion: Notion) -> None:
    stage.fail("redirect", location="http://127.0.0.2:1/")
    with pytest.raises(Refused):
        await notion.account()


async def test_an_answer_too_large_is_refused(stage: Stage, notion: Notion) -> None:
    stage.fail("huge")
    with pytest.raises(Refused):
        await notion.account()


async def test_a_list_without_end_is_not_followed_for_ever() -> None:
    endless = json.dumps({"results": [], "has_more": True, "next_cursor": "x"})
    async with answered(200, endless.encode()) as notion:
        with pytest.raises(Refused, match="more than I can go through"):
            await notion.databases()
        with pytest.raises(Refused, match=r"Too much in Notion is like “tea”. Say more of its title, or its address."):
            await notion.pages("tea")
