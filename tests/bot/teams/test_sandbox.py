"""The sandbox's connector: it takes, and refuses, as Microsoft documents."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.faults import Fault
from bot.teams.sandbox.login import CONNECTOR, GRAPH
from bot.teams.sandbox.workspace import (
    ADA,
    APP_ID,
    BOT,
    GENERAL,
    GRACE,
    GROUP,
    GUEST,
    OTHER_TENANT,
    RANDOM,
    STRANGER,
    TEAM,
    TEAM_GROUP,
    TENANT,
)
from tests.bot.teams.sandboxed import Teams, card, execute, of, teams_and_bot, text, with_card

NOWHERE = "19:nowhere@thread.v2"


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with teams_and_bot() as opened:
        yield opened


def alone_with(person: str, tenant: str = TENANT) -> dict[str, Any]:
    return {"bot": {"id": BOT}, "members": [{"id": person}], "channelData": {"tenant": {"id": tenant}}, "tenantId": tenant}


# Tokens


async def test_who_has_no_token_for_the_connector_is_not_let_in(teams: Teams) -> None:
    url = f"{teams.sandbox.service_url}v3/{of(GENERAL)}/members"
    for token in (None, "wrong", teams.sandbox.grant(GRAPH), teams.sandbox.grant("https://vault.azure.net")):
        refused = await teams.ask("GET", url, token=token)
        assert refused.code == "401 Unauthorized"
    assert (await teams.ask("GET", url, token=teams.sandbox.grant(CONNECTOR))).status == 200


async def test_a_token_ends(teams: Teams) -> None:
    url, token = f"{teams.sandbox.service_url}v3/{of(GENERAL)}/members", teams.sandbox.grant(CONNECTOR, seconds=60)
    assert (await teams.ask("GET", url, token=token)).status == 200
    teams.clock.skip(61)
    assert (await teams.ask("GET", url, token=token)).code == "401 Unauthorized"


async def test_an_address_of_no_tenant_is_refused(teams: Teams) -> None:
    assert (await teams.call("GET", f"{of(GENERAL)}/members", tenant="elsewhere")).code == "403 InvalidBotApiHost"


# Conversations


async def test_the_chat_with_a_person_is_always_the_same_one(teams: Teams) -> None:
    ada = teams.sandbox.workspace.people[ADA]
    opened = [(await teams.call("POST", "conversations", alone_with(id))).body["id"] for id in (ada.id, ada.object_id, ada.id)]
    assert set(opened) == {teams.chat(ADA)}
    assert opened[0].startswith("a:1")
    assert teams.sandbox.messages() == []


async def test_a_chat_may_be_opened_with_a_first_message(teams: Teams) -> None:
    grace = teams.sandbox.workspace.people[GRACE]
    await teams.call("POST", "conversations", {**alone_with(grace.id), "activity": text("Good morning")})
    [message] = teams.sandbox.messages(GRACE)
    assert (message["text"], message["from"], message["conversation"]) == ("Good morning", BOT, teams.chat(GRACE))


@pytest.mark.parametrize(
    "changes",
    [
        {"members": []},
        {"members": [{"id": "29:nobody"}]},
        {"members": [{"id": BOT}]},
        {"members": ["29:x"]},
        {"members": None},
        {"isGroup": True},
        {"tenantId": OTHER_TENANT, "channelData": None},
        {"tenantId": None, "channelData": None},
    ],
)
async def test_a_chat_is_with_one_known_person_of_the_named_tenant(teams: Teams, changes: dict[str, Any]) -> None:
    told = {**alone_with(teams.sandbox.workspace.people[ADA].id), **changes}
    assert (await teams.call("POST", "conversations", told)).code == "400 BadSyntax"


async def test_a_new_thread_begins_with_a_message(teams: Teams) -> None:
    where = {"isGroup": True, "channelData": {"channel": {"id": RANDOM}}}
    begun = (await teams.call("POST", "conversations", {**where, "activity": text("News")})).body
    assert begun["id"] == f"{RANDOM};messageid={begun['activityId']}"
    await teams.send(begun["id"], text("More news"))
    assert [message["text"] for message in teams.sandbox.messages(begun["id"])] == ["News", "More news"]
    assert (await teams.call("POST", "conversations", where)).code == "400 BadSyntax"


async def test_other_tenants_are_reached_at_their_own_address(teams: Teams) -> None:
    stranger = teams.sandbox.workspace.people[STRANGER]
    asked = alone_with(stranger.id, OTHER_TENANT)
    assert (await teams.call("POST", "conversations", asked)).code == "404 ConversationNotFound"
    opened = await teams.call("POST", "conversations", asked, tenant=OTHER_TENANT)
    assert opened.body["id"] == teams.chat(STRANGER)
    assert (await teams.send(teams.chat(STRANGER), text("x"))).code == "404 ConversationNotFound"


# Messages


async def test_what_is_sent_stands_in_the_conversation(teams: Teams) -> None:
    id = await teams.say(with_card(card(actions=[execute("Go")]), summary="A greeting"), GROUP)
    [message] = teams.sandbox.said(GROUP)
    assert (message["id"], message["text"], message["summary"]) == (id, "Hello", "A greeting")
    assert message["card"]["version"] == "1.5"
    assert message["buttons"] == ["Go"]
    assert message["edited"] is False


async def test_numbers_of_messages_are_moments_and_never_the_same_twice(teams: Teams) -> None:
    ids = [int(await teams.say(text(str(number)))) for number in range(5)]
    assert ids == sorted(set(ids))
    assert abs(ids[0] / 1000 - teams.clock.now().timestamp()) < 60


async def test_a_thread_is_named_by_the_conversation_and_a_reply_goes_there(teams: Teams) -> None:
    await teams.sandbox.message("hi", conversation=GENERAL)
    [asked] = teams.sandbox.messages(GENERAL)
    thread = f"{GENERAL};messageid={asked['id']}"
    replied = await teams.call("POST", f"{of(thread)}/activities/{asked['id']}", text("hello"))
    assert replied.status == 201
    await teams.say(text("by itself"), GENERAL)
    assert [message["text"] for message in teams.sandbox.said(thread)] == ["hello"]
    assert len(teams.sandbox.said(GENERAL)) == 2
    assert (await teams.send(f"{GENERAL};messageid=1", text("x"))).code == "404 ConversationNotFound"


async def test_a_text_beside_a_card_becomes_two_messages_without_an_id(teams: Teams) -> None:
    sent = await teams.send(teams.chat(), with_card(card(), text="Look"))
    assert "id" not in sent.body
    assert [message["text"] for message in teams.sandbox.messages(ADA)] == ["Look", "Hello"]


async def test_what_would_become_two_messages_neither_replaces_nor_begins_one(teams: Teams) -> None:
    both = with_card(card(), text="Look")
    mine = await teams.say(text("x"))
    assert (await teams.call("PUT", f"{of(teams.chat())}/activities/{mine}", both)).code == "400 BadSyntax"
    begun = {"isGroup": True, "channelData": {"channel": {"id": RANDOM}}, "activity": both}
    assert (await teams.call("POST", "conversations", begun)).code == "400 BadSyntax"


async def test_typing_is_seen_and_is_no_message(teams: Teams) -> None:
    assert (await teams.send(teams.chat(), {"type": "typing"})).status == 201
    assert teams.sandbox.workspace.typing == [teams.chat()]
    assert teams.sandbox.messages() == []


@pytest.mark.parametrize(
    "activity",
    [
        {},
        {"type": "message"},
        {"type": "message", "text": "  "},
        {"type": "message", "text": 1},
        {"type": "shout", "text": "x"},
        {"type": "message", "attachments": [1]},
        {"type": "message", "attachments": {}},
        {"type": "message", "attachments": [{"content": {}}]},
        {"type": "message", "attachments": [{"contentType": "image/png"}] * 11},
        with_card(None),
        [],
        "x",
    ],
)
async def test_what_is_no_message_is_refused(teams: Teams, activity: Any) -> None:
    assert (await teams.send(GROUP, activity)).status == 400
    assert teams.sandbox.messages() == []


async def test_a_message_is_28_kilobytes_at_most(teams: Teams) -> None:
    frame = len('{"type": "message", "text": ""}')
    assert (await teams.send(GROUP, text("x" * (28 * 1024 - frame)))).status == 201
    assert (await teams.send(GROUP, text("x" * (28 * 1024 - frame + 1)))).code == "413 MessageSizeTooBig"


async def test_a_message_is_changed_in_its_place(teams: Teams) -> None:
    mine = await teams.say(text("working"))
    assert (await teams.call("PUT", f"{of(teams.chat())}/activities/{mine}", text("done"))).body == {"id": mine}
    [message] = teams.sandbox.messages(ADA)
    assert (message["id"], message["text"], message["edited"]) == (mine, "done", True)


async def test_a_deleted_message_is_gone(teams: Teams) -> None:
    mine = await teams.say(text("oops"))
    path = f"{of(teams.chat())}/activities/{mine}"
    assert (await teams.call("DELETE", path)).status == 200
    assert teams.sandbox.messages() == []
    assert (await teams.call("DELETE", path)).code == "404 ActivityNotFoundInConversation"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_the_bot_changes_its_own_messages_only(teams: Teams, method: str) -> None:
    await teams.sandbox.message("mine")
    [theirs] = teams.sandbox.messages(ADA)
    refused = await teams.call(method, f"{of(teams.chat())}/activities/{theirs['id']}", text("x"))
    assert refused.code == "403 NotEnoughPermissions"
    unknown = await teams.call(method, f"{of(teams.chat())}/activities/1", text("x"))
    assert unknown.code == "404 ActivityNotFoundInConversation"
    elsewhere = await teams.call(method, f"{of(GROUP)}/activities/{theirs['id']}", text("x"))
    assert elsewhere.code == "404 ActivityNotFoundInConversation"


# Where the bot may not speak


@pytest.mark.parametrize("conversation", [NOWHERE, "a:1unknown", ADA, f"{NOWHERE};messageid=1"])
async def test_what_does_not_exist_is_not_found(teams: Teams, conversation: str) -> None:
    assert (await teams.send(conversation, text("x"))).code == "404 ConversationNotFound"


async def test_who_blocked_the_bot_can_not_be_written_to(teams: Teams) -> None:
    teams.sandbox.block(ADA)
    assert (await teams.send(teams.chat(), text("x"))).code == "403 ConversationBlockedByUser"
    opened = await teams.call("POST", "conversations", alone_with(teams.sandbox.workspace.people[ADA].id))
    assert opened.code == "403 ConversationBlockedByUser"
    assert (await teams.send(GROUP, text("in company"))).status == 201
    teams.sandbox.block(ADA, False)
    assert (await teams.send(teams.chat(), text("x"))).status == 201


@pytest.mark.parametrize(("conversation", "also"), [(GROUP, GROUP), (GENERAL, RANDOM), ("", "")])
async def test_where_the_bot_was_removed_it_can_do_nothing(teams: Teams, conversation: str, also: str) -> None:
    sent = await teams.say(text("x"), conversation or teams.chat())
    await teams.sandbox.uninstall(conversation)
    for path, method in ((f"/activities/{sent}", "PUT"), ("/activities", "POST"), ("/members", "GET")):
        refused = await teams.call(method, f"{of(conversation or teams.chat())}{path}", text("x"))
        assert refused.code == "403 BotNotInConversationRoster"
    assert (await teams.send(also or teams.chat(), text("x"))).code == "403 BotNotInConversationRoster"
    await teams.sandbox.install(conversation)
    assert (await teams.send(also or teams.chat(), text("x"))).status == 201


async def test_faults_happen_when_they_are_asked_for(teams: Teams) -> None:
    teams.sandbox.script.add(Fault(kind="status", status=429, retry_after="7", path="/activities$"))
    throttled = await teams.send(GROUP, text("x"))
    assert (throttled.code, throttled.headers["Retry-After"]) == ("429 Throttled", "7")
    teams.sandbox.script.add(Fault(kind="status", status=502))
    assert (await teams.send(GROUP, text("x"))).code == "502 ServiceError"
    assert (await teams.send(GROUP, text("x"))).status == 201


# Members


async def test_members_are_told_as_teams_tells_them(teams: Teams) -> None:
    everybody = (await teams.call("GET", f"{of(GENERAL)}/members")).body
    assert [each["aadObjectId"] for each in everybody] == [ADA, GRACE, GUEST]
    assert [each["userRole"] for each in everybody] == ["user", "user", "guest"]
    ada = everybody[0]
    assert ada["id"].startswith("29:1")
    assert (ada["name"], ada["givenName"], ada["surname"], ada["tenantId"]) == ("Ada Lovelace", "Ada", "Lovelace", TENANT)
    assert ada["email"] == ada["userPrincipalName"] == "ada@sandbox.example"


async def test_a_member_is_found_by_any_of_their_ids(teams: Teams) -> None:
    grace = teams.sandbox.workspace.people[GRACE]
    for id in (grace.id, grace.object_id, grace.email):
        assert (await teams.call("GET", f"{of(GROUP)}/members/{id}")).body["name"] == "Grace Hopper"
    for id in ("29:nobody", STRANGER):
        assert (await teams.call("GET", f"{of(GROUP)}/members/{id}")).code == "404 MemberNotFoundInConversation"
    assert (await teams.call("GET", f"{of(teams.chat(ADA))}/members/{GRACE}")).code == "404 MemberNotFoundInConversation"


async def test_members_come_page_by_page(teams: Teams) -> None:
    first = (await teams.call("GET", f"{of(GROUP)}/pagedmembers?pageSize=2")).body
    assert [each["objectId"] for each in first["members"]] == [ADA, GRACE]
    rest = (await teams.call("GET", f"{of(GROUP)}/pagedmembers?pageSize=2&continuationToken={first['continuationToken']}")).body
    assert [each["objectId"] for each in rest["members"]] == [GUEST]
    assert "continuationToken" not in rest
    assert (await teams.call("GET", f"{of(GROUP)}/pagedmembers?pageSize=many")).status == 400


async def test_a_team_names_its_group(teams: Teams) -> None:
    team = (await teams.call("GET", f"teams/{TEAM}")).body
    assert (team["id"], team["aadGroupId"], team["channelCount"], team["memberCount"]) == (TEAM, TEAM_GROUP, 2, 3)
    assert (await teams.call("GET", f"teams/{GROUP}")).status == 404


# A restart


async def test_after_a_restart_people_and_chats_are_known_by_the_same_ids(teams: Teams) -> None:
    async with teams_and_bot() as again:
        assert again.sandbox.app_id == teams.sandbox.app_id == APP_ID
        assert again.chat(ADA) == teams.chat(ADA)
        assert again.sandbox.workspace.people == teams.sandbox.workspace.people
        assert again.sandbox.app_password.reveal() != teams.sandbox.app_password.reveal()
