"""The sandbox's Graph: what was said, as an app may read it back."""

import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from bot.teams.sandbox.login import CONNECTOR
from bot.teams.sandbox.workspace import ADA, APP_ID, GENERAL, GRACE, GROUP, RANDOM, TEAM, TEAM_GROUP
from tests.bot.teams.sandboxed import Teams, block, card, of, teams_and_bot, text, with_card

CHAT = f"chats/{quote(f'19:{ADA}_{APP_ID}@unq.gbl.spaces', safe='')}/messages"
CHANNEL = f"teams/{TEAM_GROUP}/channels/{quote(RANDOM, safe='')}/messages"


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with teams_and_bot() as opened:
        yield opened


async def test_a_card_is_told_as_text(teams: Teams) -> None:
    shown = card(block("Hello", id="call:c1:0"))
    sent = await teams.say(with_card(shown))
    [message] = (await teams.graph(CHAT)).body["value"]
    [attachment] = message["attachments"]
    assert json.loads(attachment["content"]) == shown
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert message["body"]["content"] == f'<attachment id="{attachment["id"]}"></attachment>'
    assert (message["id"], message["from"]["application"]["id"], message["from"]["user"]) == (sent, APP_ID, None)
    assert message["createdDateTime"].endswith("Z")


async def test_people_are_told_as_people(teams: Teams) -> None:
    await teams.sandbox.message("hi", conversation=GROUP, user=GRACE)
    [message] = (await teams.graph(f"chats/{quote(GROUP)}/messages")).body["value"]
    assert (message["from"]["user"]["id"], message["chatId"], message["body"]) == (
        GRACE,
        GROUP,
        {"contentType": "text", "content": "hi"},
    )


async def test_a_chat_is_told_newest_first_page_by_page(teams: Teams) -> None:
    for number in range(5):
        await teams.say(text(str(number)))
    seen, url = [], f"{teams.sandbox.graph_url}{CHAT}?$top=2"
    while url:
        page = (await teams.graph(url.removeprefix(teams.sandbox.graph_url))).body
        seen.append([message["body"]["content"] for message in page["value"]])
        url = page.get("@odata.nextLink", "")
    assert seen == [["4", "3"], ["2", "1"], ["0"]]


async def test_what_was_changed_last_comes_first_unless_it_is_ordered_otherwise(teams: Teams) -> None:
    first = await teams.say(text("one"))
    await teams.say(text("two"))
    await teams.call("PUT", f"{of(teams.chat())}/activities/{first}", text("one, changed"))

    async def told(query: str) -> list[str]:
        return [message["body"]["content"] for message in (await teams.graph(f"{CHAT}{query}")).body["value"]]

    assert await told("") == ["one, changed", "two"]
    assert await told("?$orderby=createdDateTime%20desc") == ["two", "one, changed"]
    assert (await teams.graph(f"{CHAT}?$orderby=createdDateTime")).code == "400 BadRequest"


async def test_a_thread_is_told_without_what_began_it(teams: Teams) -> None:
    await teams.sandbox.message("question", conversation=RANDOM)
    [asked] = teams.sandbox.messages(RANDOM)
    for words in ("one", "two"):
        await teams.say(text(words), f"{RANDOM};messageid={asked['id']}")
    replies = (await teams.graph(f"{CHANNEL}/{asked['id']}/replies?$top=1")).body
    assert [message["body"]["content"] for message in replies["value"]] == ["two"]
    assert replies["value"][0]["replyToId"] == asked["id"]
    assert replies["value"][0]["channelIdentity"] == {"teamId": TEAM_GROUP, "channelId": RANDOM}
    rest = await teams.graph(replies["@odata.nextLink"].removeprefix(teams.sandbox.graph_url))
    assert [message["body"]["content"] for message in rest.body["value"]] == ["one"]
    [began] = (await teams.graph(CHANNEL)).body["value"]
    assert (began["id"], began["replyToId"]) == (asked["id"], None)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("chats/a%3A1unknown/messages", "404 NotFound"),
        (f"chats/{quote(GENERAL)}/messages", "404 NotFound"),
        (f"{CHANNEL}/1/replies", "404 NotFound"),
        (f"teams/{APP_ID}/channels/{quote(RANDOM)}/messages/1/replies", "404 NotFound"),
        (f"teams/{quote(TEAM)}/channels/{quote(RANDOM)}/messages/1/replies", "400 BadRequest"),
        (f"{CHANNEL}?$orderby=createdDateTime%20desc", "400 BadRequest"),
        (f"{CHAT}?$top=51", "400 BadRequest"),
        (f"{CHAT}?$top=some", "400 BadRequest"),
    ],
)
async def test_what_graph_does_not_know_or_take_it_refuses(teams: Teams, path: str, code: str) -> None:
    refused = await teams.graph(path)
    assert refused.code == code
    assert "innerError" in refused.body["error"]


async def test_the_bots_own_name_for_a_chat_is_not_graphs(teams: Teams) -> None:
    assert (await teams.graph(f"chats/{quote(teams.chat())}/messages")).code == "404 NotFound"


async def test_without_the_right_it_is_forbidden(teams: Teams) -> None:
    teams.sandbox.graph_allowed = False
    assert (await teams.graph(CHAT)).code == "403 Forbidden"
    assert (await teams.graph(f"{CHANNEL}/1/replies")).code == "403 Forbidden"


async def test_a_token_for_the_connector_does_not_open_graph(teams: Teams) -> None:
    for token in (teams.sandbox.grant(CONNECTOR), None):
        refused = await teams.ask("GET", f"{teams.sandbox.graph_url}{CHAT}", token=token)
        assert refused.code == "401 InvalidAuthenticationToken"
