"""The sandbox streams, tells messages by Graph and keeps files as Microsoft documents it, and refuses the same."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from bot.teams.sandbox.login import GRAPH
from bot.teams.sandbox.workspace import APP_ID, GENERAL, GRACE, GROUP, TEAM_GROUP
from tests.bot.teams.sandboxed import Answer, Teams, card, of, teams_and_bot, text, with_card

FILE = "https://acme.sharepoint.com/Plan.pdf"


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with teams_and_bot() as opened:
        yield opened


async def stream(teams: Teams, words: str, where: str = "", **info: Any) -> Answer:
    entity = {"type": "streaminfo", "streamType": "streaming", **info}
    return await teams.send(where or teams.chat(), {"type": "typing", "text": words, "entities": [entity]})


async def begun(teams: Teams) -> str:
    answer = await stream(teams, "A brown ", streamSequence=1)
    assert answer.status == 201
    teams.clock.skip(1)
    return str(answer.body["id"])


async def end(teams: Teams, id: str, activity: dict[str, Any], **info: Any) -> Answer:
    final = {"type": "streaminfo", "streamId": id, "streamType": "final", **info}
    return await teams.send(teams.chat(), {**activity, "entities": [final]})


async def test_a_message_grows_and_ends_with_a_card(teams: Teams) -> None:
    id = await begun(teams)
    answer = await stream(teams, "A brown fox ", streamId=id, streamSequence=2)
    assert (answer.status, answer.body) == (202, {})
    assert [(said["text"], said["streaming"]) for said in teams.sandbox.said()] == [("A brown fox ", True)]

    assert (await end(teams, id, with_card(card()))).status == 202
    [said] = teams.sandbox.said()
    assert (said["id"], said["text"], said["streaming"]) == (id, "Hello", False)


async def test_what_is_said_first_is_not_of_the_answer(teams: Teams) -> None:
    id = (await stream(teams, "Searching…", streamType="informative", streamSequence=1)).body["id"]
    teams.clock.skip(1)
    assert (await stream(teams, "A fox ", streamId=id, streamSequence=2)).status == 202


@pytest.mark.parametrize(
    ("words", "info", "code"),
    [
        ("", {"streamSequence": 2}, "400 BadRequest"),
        ("A red ", {"streamSequence": 2}, "400 BadRequest"),
        ("A brown fox ", {"streamId": "1"}, "404 ActivityNotFoundInConversation"),
    ],
)
async def test_what_does_not_go_on_is_refused(teams: Teams, words: str, info: dict[str, Any], code: str) -> None:
    id = await begun(teams)
    assert (await stream(teams, words, **{"streamId": id, **info})).code == code


async def test_it_goes_on_once_a_second_and_in_order(teams: Teams) -> None:
    id = await begun(teams)
    assert (await stream(teams, "A brown fox ", streamId=id, streamSequence=3)).status == 202
    assert (await stream(teams, "A brown fox jumps ", streamId=id, streamSequence=4)).status == 429
    teams.clock.skip(1)
    assert (await stream(teams, "A brown fox jumps ", streamId=id, streamSequence=2)).status == 202
    assert teams.sandbox.said()[0]["text"] == "A brown fox "


async def test_where_others_are_and_where_it_is_not_allowed_nothing_is_streamed(teams: Teams) -> None:
    assert (await stream(teams, "A ", GROUP, streamSequence=1)).code == "403 ContentStreamNotAllowed"
    teams.sandbox.streams.allowed = False
    assert (await stream(teams, "A ", streamSequence=1)).code == "403 ContentStreamNotAllowed"


@pytest.mark.parametrize(
    ("ended", "why"), [("stop", "canceled by user"), ("late", "exceeded streaming time"), ("end", "already completed")]
)
async def test_what_is_over_can_be_replaced_and_not_streamed(teams: Teams, ended: str, why: str) -> None:
    id = await begun(teams)
    assert (await teams.call("PUT", f"{of(teams.chat())}/activities/{id}", text("else"))).status == 400
    if ended == "stop":
        teams.sandbox.stop()
    elif ended == "late":
        teams.clock.skip(121)
    else:
        assert (await end(teams, id, text("A brown fox."))).status == 202
    for refused in (await stream(teams, "A brown fox ", streamId=id, streamSequence=2), await end(teams, id, text("x"))):
        assert refused.code == "403 ContentStreamNotAllowed"
        assert why in refused.body["error"]["message"]

    assert (await teams.call("PUT", f"{of(teams.chat())}/activities/{id}", text("else"))).status == 200


async def test_the_end_bears_no_number(teams: Teams) -> None:
    assert (await end(teams, await begun(teams), text("x"), streamSequence=2)).code == "400 BadRequest"


async def test_nobody_can_stop_what_is_not_streamed(teams: Teams) -> None:
    await begun(teams)
    with pytest.raises(ValueError, match="nothing is being streamed"):
        teams.sandbox.stop(GRACE)


# Graph


def channel(message: str, reply: str = "") -> str:
    inside = f"/replies/{reply}" if reply else ""
    return f"teams/{TEAM_GROUP}/channels/{quote(GENERAL, safe='')}/messages/{message}{inside}"


async def test_a_reply_is_told_below_what_it_answers_only(teams: Teams) -> None:
    began = teams.sandbox.talk("A topic", conversation=GENERAL)
    reply = teams.sandbox.talk("No", user=GRACE, conversation=GENERAL, thread=began, html="<p><b>No</b></p>")
    told = (await teams.graph(channel(began, reply))).body

    assert (told["id"], told["replyToId"], told["body"]["content"]) == (reply, began, "<p><b>No</b></p>")
    assert (await teams.graph(channel(began))).body["webUrl"].startswith("https://teams.microsoft.com/l/message/")
    for path in (channel(reply), channel(began, "1"), channel(reply, began)):
        assert (await teams.graph(path)).code == "404 NotFound"


async def test_a_picture_is_told_below_its_message_only(teams: Teams) -> None:
    workspace = teams.sandbox.workspace
    id = workspace.post(workspace.conversation(GROUP), GRACE, "", hosted={"p1": b"PNG"}).id
    url = f"{teams.sandbox.graph_url}chats/{quote(GROUP, safe='')}/messages/{id}/hostedContents"
    given = {"Authorization": f"Bearer {teams.sandbox.grant(GRAPH)}"}
    async with teams.session.get(f"{url}/p1/$value", headers=given) as answer:
        assert (await answer.read(), answer.content_type) == (b"PNG", "image/png")

    assert (await teams.ask("GET", f"{url}/p2/$value", headers=given)).code == "404 NotFound"
    assert (await teams.ask("GET", f"{url}/p1/$value")).code == "401 InvalidAuthenticationToken"


async def test_a_file_is_had_where_graph_says_without_a_token(teams: Teams) -> None:
    teams.sandbox.workspace.files[FILE] = b"%PDF"
    path = f"shares/u!{urlsafe_b64encode(FILE.encode()).decode().rstrip('=')}/driveItem"
    item = (await teams.graph(path)).body
    url = item["@microsoft.graph.downloadUrl"]
    async with teams.session.get(url) as answer:
        assert (item["size"], await answer.read()) == (4, b"%PDF")

    assert (await teams.ask("GET", url, token="CANARY-token")).status == 401
    assert (await teams.ask("GET", f"{url}x")).status == 404
    assert (await teams.graph(f"shares/u!{APP_ID}/driveItem")).status in (400, 404)
    teams.sandbox.drive.allowed = False
    assert (await teams.graph(path)).code == "403 accessDenied"
