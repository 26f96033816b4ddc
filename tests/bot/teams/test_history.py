"""What was said in Teams is read as the bot, where it may, and nothing goes where it should not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from bot.teams.bearer import Bearer
from bot.teams.credentials import GRAPH
from bot.teams.files import Files
from bot.teams.graph import Graph, Page
from bot.teams.listen import Listener
from bot.teams.said import FILED
from bot.teams.said import said as read
from bot.teams.sandbox.workspace import ADA, BOT, CARD, GENERAL, GRACE, GROUP, RANDOM, TENANT
from bot.teams.teams import Teams
from commands.call import Place
from commands.talk import Attached, Said
from tests.bot.teams.stage import Stage, card

PICTURE = '<p>Look: <img src="https://graph.microsoft.com/v1.0/elsewhere/hostedContents/pic1=/$value" alt="image"></p>'
FILE = "https://acme.sharepoint.com/sites/sales/Shared%20Documents/Plan.pdf"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def met(on: Stage, platform: Teams, where: str = "", thread: str = "") -> Place:
    """Somebody has spoken to the bot there."""
    conversation = f"{where};messageid={thread}" if thread else where
    asked = await platform.hear(on.teams.activity("message", conversation=conversation), on.clock.time())
    assert asked
    return asked.place


def post(on: Stage, where: str, text: str = "", author: str = ADA, **more: Any) -> str:
    workspace = on.teams.workspace
    return workspace.post(workspace.conversation(where), author, text, **more).id


def told(said: list[Said]) -> list[tuple[str, str]]:
    return [(each.author, each.text) for each in said]


async def test_what_no_text_can_hold_is_read_as_a_sign_that_stands_for_it(on: Stage, platform: Teams) -> None:
    began = post(on, GENERAL, "a\ud83d and \0")

    assert told(await platform.thread(await met(on, platform, GENERAL, began))) == [("Ada Lovelace", "a\ufffd and \ufffd")]


async def test_a_thread_is_read_oldest_first_with_what_began_it(on: Stage, platform: Teams) -> None:
    began = post(on, GENERAL, "When *is* it?")
    post(on, GENERAL, author=GRACE, thread=began, html="<p>On <b>Friday</b></p>")
    post(on, GENERAL, "elsewhere")
    attachments = [{"contentType": CARD, "content": card("Noted_")}]
    post(on, GENERAL, author=BOT, thread=began, attachments=attachments)
    said = await platform.thread(await met(on, platform, GENERAL, began))

    assert told(said) == [
        ("Ada Lovelace", "When \\*is\\* it?"),
        ("Grace Hopper", "On **Friday**"),
        ("Interact", "Noted\\_"),
    ]
    assert [each.own for each in said] == [False, False, True]
    assert all(each.at.tzinfo is UTC and abs(each.at - datetime.now(UTC)) < timedelta(minutes=1) for each in said)
    assert (
        said[1].url == f"https://teams.microsoft.com/l/message/{quote(GENERAL, safe='')}/{said[1].id}?parentMessageId={began}"
    )


async def test_a_long_thread_is_told_by_its_newest_messages(on: Stage, platform: Teams) -> None:
    began = post(on, GENERAL, "first")
    for number in range(520):
        post(on, GENERAL, str(number), thread=began)
    said = await platform.thread(await met(on, platform, GENERAL, began))

    assert (len(said), said[0].text, said[-1].text) == (500, "20", "519")
    assert said[0].omitted == "That is much: I read the newest of it, 500 messages at most."


@pytest.mark.parametrize("where", ["", GROUP, GENERAL])
async def test_a_conversation_is_read_since_a_moment(on: Stage, platform: Teams, where: str) -> None:
    on.clock.ahead = -7200
    post(on, where or ADA, "long ago")
    on.clock.ahead = -600
    for number in range(120):
        post(on, where or ADA, f"number {number}", html=f"<p>number <i>{number}</i></p>" if number == 119 else "")
    on.clock.ahead = 0
    place = await met(on, platform, where)
    said = await platform.history(place, datetime.now(UTC) - timedelta(hours=1))

    assert (len(said), said[0].text, said[-1].text) == (120, "number 0", "number *119*")
    assert said[0].omitted == "", "all of it was read"
    assert len(await platform.history(place, LONG_AGO)) == 121


async def test_what_was_said_since_in_a_channel_is_told_with_its_threads_however_old(on: Stage, platform: Teams) -> None:
    on.clock.ahead = -7200
    old = post(on, RANDOM, "an old topic")
    post(on, RANDOM, "long ago", thread=old)
    on.clock.ahead = 0
    began = post(on, RANDOM, "a topic")
    post(on, RANDOM, "still open", author=GRACE, thread=old)
    post(on, RANDOM, "a reply", author=GRACE, thread=began)
    said = await platform.history(await met(on, platform, RANDOM), datetime.now(UTC) - timedelta(hours=1))

    assert [each.text for each in said] == ["a topic", "still open", "a reply"]


async def test_of_a_thread_with_very_many_replies_all_are_looked_at(on: Stage, platform: Teams) -> None:
    began = post(on, RANDOM, "a topic")
    for number in range(230):
        post(on, RANDOM, str(number), thread=began)
    said = await platform.history(await met(on, platform, RANDOM), LONG_AGO)

    assert [each.text for each in said] == ["a topic", *map(str, range(230))]


async def test_of_a_long_chat_the_newest_are_read(on: Stage, platform: Teams) -> None:
    for number in range(620):
        post(on, GROUP, str(number))
    said = await platform.history(await met(on, platform, GROUP), LONG_AGO)

    assert (len(said), said[-1].text) == (500, "619")
    assert "500 messages" in said[0].omitted
    assert len(on.asked("GET", "/graph/")) == 10


@pytest.mark.parametrize("where", ["", GROUP])
async def test_a_chat_is_one_thread_of_which_the_newest_are_read(on: Stage, platform: Teams, where: str) -> None:
    for number in range(70):
        post(on, where or ADA, str(number))
    place = await met(on, platform, where)
    asked = len(on.asked("GET", "/graph/"))

    assert platform.in_thread(place)
    said = await platform.thread(place)
    assert [each.text for each in said] == [str(number) for number in range(40, 70)]
    assert said[0].omitted == "Of this chat I read the newest 30 messages."
    assert len(on.asked("GET", "/graph/")) == asked + 1


async def test_of_a_channel_with_very_many_threads_it_is_said_that_not_all_were_read(on: Stage, platform: Teams) -> None:
    for number in range(510):
        post(on, RANDOM, str(number))
    said = await platform.history(await met(on, platform, RANDOM), LONG_AGO)

    assert (len(said), "the newest of it" in said[0].omitted) == (500, True)


async def test_outside_a_thread_there_is_none_to_read(on: Stage, platform: Teams) -> None:
    place = await met(on, platform, GENERAL)
    assert not platform.in_thread(place)
    assert platform.in_thread(replace(place, thread="1700000000000"))
    with pytest.raises(Refused, match="no thread"):
        await platform.thread(place)


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("where", ["", GROUP, GENERAL])
async def test_a_message_is_known_by_its_id_and_by_its_link(on: Stage, platform: Teams, where: str, linked: bool) -> None:
    id = post(on, where or ADA, "this one")
    posted = on.teams.workspace.find(on.teams.workspace.conversation(where or ADA).id, id)
    assert posted
    place = await met(on, platform, where)

    assert (await platform.message(place, on.teams.workspace.link(posted) if linked else id)).text == "this one"


async def test_a_reply_is_known_in_its_thread_and_by_its_link_from_anywhere_in_the_channel(on: Stage, platform: Teams) -> None:
    began = post(on, GENERAL, "a topic")
    id = post(on, GENERAL, "a reply", thread=began)
    posted = on.teams.workspace.find(GENERAL, id)
    assert posted
    inside, outside = await met(on, platform, GENERAL, began), await met(on, platform, GENERAL)

    assert (await platform.message(inside, id)).text == "a reply"
    assert (await platform.message(inside, began)).text == "a topic"
    assert (await platform.message(outside, on.teams.workspace.link(posted))).text == "a reply"
    with pytest.raises(Refused, match="can't find"):
        await platform.message(outside, id)


@pytest.mark.parametrize(
    ("id", "why"),
    [
        (f"https://teams.microsoft.com/l/message/{quote(RANDOM, safe='')}/1700000000000", "another conversation"),
        ("https://acme.test/1", "no message's link"),
        ("the one above", "no message's link"),
        ("../../me", "no message's link"),
        ("1700000000000", "can't find"),
    ],
)
async def test_what_is_no_message_of_this_conversation_is_refused(on: Stage, platform: Teams, id: str, why: str) -> None:
    place = await met(on, platform, GENERAL)
    asked = len(on.asked("GET", "/graph/"))
    with pytest.raises(Refused, match=why):
        await platform.message(place, id)
    if why != "can't find":
        assert len(on.asked("GET", "/graph/")) == asked


async def test_what_was_deleted_and_what_nobody_wrote_is_not_told(on: Stage) -> None:
    when = {"createdDateTime": "2026-11-23T09:00:00Z", "body": {"contentType": "text", "content": "x"}}
    messages: list[dict[str, Any]] = [
        {"id": "1", "deletedDateTime": "2026-11-23T10:00:00Z", **when},
        {"id": "2", "messageType": "systemEventMessage", **when},
        {"id": "3", "from": None, "attachments": None, "body": None, "createdDateTime": "2026-11-23T09:00:00Z"},
        {"id": "4", "createdDateTime": "yesterday"},
        {"id": "5", "subject": "Plans", "from": {"user": {"displayName": "Ann"}}, "webUrl": "javascript:x", **when},
    ]

    assert [(each.id, each.author, each.text, each.url) for each in read(messages, "bot")] == [
        ("3", "somebody", "", ""),
        ("5", "Ann", "**Plans**\n\nx", ""),
    ]


# Attachments


@pytest.mark.parametrize("where", ["", GROUP, GENERAL, "reply"])
async def test_a_picture_is_fetched_from_its_message_whatever_its_address_says(on: Stage, platform: Teams, where: str) -> None:
    began = post(on, GENERAL, "a topic")
    room, thread = (GENERAL, began) if where == "reply" else (where, "")
    id = post(on, room or ADA, html=PICTURE, hosted={"pic1=": b"PNG"}, thread=thread)
    place = await met(on, platform, room, thread)
    said = await platform.message(place, id)
    [picture] = said.attached

    assert (said.text, picture.mime) == ("Look:", "image/png")
    assert await platform.fetch(place, picture) == b"PNG"


def filed(on: Stage, content: bytes = b"%PDF", where: str = GROUP, maker: str = ADA) -> str:
    """Ada attaches it."""
    on.teams.workspace.files[FILE] = content
    on.teams.workspace.makers[FILE] = maker
    return post(on, where, "see", attachments=[{"contentType": "reference", "contentUrl": FILE, "name": "Plan.pdf"}])


async def test_a_file_is_fetched_where_graph_says_it_lies_and_the_token_stays_with_graph(on: Stage, platform: Teams) -> None:
    place = await met(on, platform, GROUP)
    [file] = (await platform.message(place, filed(on))).attached

    assert (file.name, file.mime) == ("Plan.pdf", "application/pdf")
    assert await platform.fetch(place, file) == b"%PDF"  # which the sandbox refuses to whoever brings a token there


@pytest.mark.parametrize("where", ["", GROUP, GENERAL])
async def test_nobody_has_the_bot_open_a_file_of_somebody_elses_by_attaching_its_address(
    on: Stage, platform: Teams, where: str
) -> None:
    place = await met(on, platform, where)
    [file] = (await platform.message(place, filed(on, where=where or ADA, maker=GRACE))).attached
    with pytest.raises(Refused, match="somebody else's"):
        await platform.fetch(place, file)
    assert on.asked("GET", "/download/") == []


async def test_a_teams_file_is_opened_in_its_channels_alone(on: Stage, platform: Teams) -> None:
    for where in (GENERAL, RANDOM):
        place = await met(on, platform, where)
        [file] = (await platform.message(place, filed(on, where=where, maker=""))).attached
        assert await platform.fetch(place, file) == b"%PDF"

    place = await met(on, platform, GROUP)
    [file] = (await platform.message(place, filed(on, maker=""))).attached
    with pytest.raises(Refused, match="somebody else's"):
        await platform.fetch(place, file)


async def test_a_file_that_is_too_large_is_not_fetched(on: Stage, platform: Teams) -> None:
    place = await met(on, platform, GROUP)
    [file] = (await platform.message(place, filed(on, b"x" * (8 * 1024 * 1024 + 1)))).attached
    with pytest.raises(Refused, match="8 MB"):
        await platform.fetch(place, file)
    assert on.asked("GET", "/download/") == []


async def test_where_no_administrator_allowed_it_it_is_said_what_to_allow(on: Stage, platform: Teams) -> None:
    on.teams.drive.allowed = False
    place = await met(on, platform, GROUP)
    [file] = (await platform.message(place, filed(on))).attached
    with pytest.raises(Refused, match=r"Files\.Read\.All"):
        await platform.fetch(place, file)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/sharepoint.com",
        "https://evilsharepoint.com/x",
        "https://acme.sharepoint.com@evil.test/x",
        "http://acme.sharepoint.com/x",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "",
    ],
)
async def test_what_lies_elsewhere_is_not_asked_for(on: Stage, platform: Teams, url: str) -> None:
    place = await met(on, platform, GROUP)
    asked = len(on.teams.journal)
    with pytest.raises(Refused, match="SharePoint"):
        await platform.fetch(place, Attached("x", "text/plain", 0, f"{FILED}{ADA}:{url}"))
    assert len(on.teams.journal) == asked


@pytest.mark.parametrize("url", ["https://evil.test/x", "//evil.test", "", 7])
async def test_a_download_elsewhere_is_not_followed(on: Stage, url: Any) -> None:
    async def item(request: web.Request) -> web.Response:
        return web.json_response({"@microsoft.graph.downloadUrl": url, "createdBy": {"user": {"id": ADA}}})

    app = web.Application()
    app.router.add_get("/v1.0/shares/{share}/driveItem", item)
    async with TestServer(app) as served:
        graph = Graph(Bearer(on.http, on.credentials, GRAPH, on.clock), str(served.make_url("/v1.0/")))
        with pytest.raises(Refused, match="does not let me open"):
            await Files(graph, on.http).fetch(Attached("x", "text/plain", 0, f"{FILED}{ADA}:{FILE}"), TENANT)


async def test_a_redirect_is_not_followed(on: Stage, platform: Teams) -> None:
    place = await met(on, platform, GROUP)
    [file] = (await platform.message(place, filed(on))).attached
    on.teams.script.add(Fault(kind="status", status=302, path="/download/"))
    with pytest.raises(Refused):
        await platform.fetch(place, file)


# Where the bot may not


async def test_where_the_bot_may_not_read_it_says_who_can_change_that(on: Stage, platform: Teams) -> None:
    place = await met(on, platform, GROUP)
    on.teams.graph_allowed = False
    with pytest.raises(Refused, match="add me again"):
        await platform.history(place, LONG_AGO)


async def test_where_nobody_has_spoken_to_the_bot_it_can_not_read(on: Stage, platform: Teams) -> None:
    for conversation in (GENERAL, "a:1nobody"):
        with pytest.raises(Refused, match="not in this conversation"):
            await platform.message(Place("teams", TENANT, conversation, "1" if conversation == GENERAL else ""), "1")


async def test_without_graph_nothing_is_read(on: Stage) -> None:
    blind = Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "UTC", on.clock)
    with pytest.raises(Refused, match="can't read"):
        await blind.thread(Place("teams", TENANT, GENERAL, "1"))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="status", status=503, path="/graph/", times=3),
        Fault(kind="malformed", path="/graph/"),
        Fault(kind="drop_before", path="/graph/", times=3),
    ],
    ids=lambda fault: fault.kind,
)
async def test_while_graph_can_not_say_it_is_tried_later(on: Stage, platform: Teams, fault: Fault) -> None:
    place = await met(on, platform, GROUP)
    on.teams.script.add(fault)
    with pytest.raises(Unavailable):
        await platform.history(place, LONG_AGO)


@pytest.mark.parametrize("body", ["[]", "null", '{"value": 7}', "{}", "7", '{"value": [null, 7]}'])
async def test_what_graph_should_not_answer_breaks_nothing(on: Stage, body: str) -> None:
    async def odd(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/v1.0/{path:.*}", odd)
    async with TestServer(app) as served:
        graph = Graph(Bearer(on.http, on.credentials, GRAPH, on.clock), str(served.make_url("/v1.0/")))
        try:
            found = [each async for page in graph.pages("chats/x/messages", TENANT) for each in page.found]
        except Unavailable:
            return
        assert found == []


async def test_the_token_does_not_follow_a_next_page_to_another_address(on: Stage) -> None:
    stolen: list[str] = []

    async def page(request: web.Request) -> web.Response:
        return web.json_response({"value": [], "@odata.nextLink": elsewhere})

    async def steal(request: web.Request) -> web.Response:
        stolen.append(request.path)
        return web.json_response({"value": []})

    app, other = web.Application(), web.Application()
    app.router.add_get("/v1.0/{path:.*}", page)
    other.router.add_get("/{path:.*}", steal)
    async with TestServer(app) as served, TestServer(other) as there:
        elsewhere = str(there.make_url("/steal"))
        graph = Graph(Bearer(on.http, on.credentials, GRAPH, on.clock), str(served.make_url("/v1.0/")))
        assert [each async for each in graph.pages("chats/x/messages", TENANT)] == [Page([])]
    assert stolen == []
