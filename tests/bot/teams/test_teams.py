"""Teams as a platform: to speak first to one person, to know who signs in, and to let go of who has left."""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import text

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from bot.platform import Asked, Gone, Words
from bot.teams.listen import Listener
from bot.teams.sandbox.workspace import ADA, GENERAL, GRACE, GROUP, GUEST, OTHER_TENANT, STRANGER, TENANT
from bot.teams.teams import Teams
from commands.call import Actor
from commands.reply import Button, Reply
from storage.errors import StorageError
from tests.bot.teams.stage import Stage

NOTICE = Reply("Google Calendar is connected.", buttons=(Button("Disconnect", "disconnect", {"service": "google_calendar"}),))


@pytest.fixture
def platform(on: Stage) -> Teams:
    return platform_on(on)


def platform_on(on: Stage) -> Teams:
    return Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "Europe/Rome", on.clock)


def restarted(on: Stage) -> Teams:
    """As after a crash: what was not stored is gone."""
    on.restart()
    return platform_on(on)


def who(person: str = ADA, tenant: str = TENANT) -> Actor:
    """As a web page knows them."""
    return Actor("teams", tenant, person, "A Claim")


async def hear(
    on: Stage, platform: Teams, kind: str = "message", user: str = ADA, where: str = "", **changes: Any
) -> Asked | None:
    return await platform.hear(on.teams.activity(kind, user=user, conversation=where, **changes), on.clock.time())


async def tell(platform: Teams, asked: Asked, call: str = "notice-1", look: bool = False) -> list[str]:
    return list(await platform.send(platform.render(asked, NOTICE, call, ["offer-1"]), (), look))


def opened(on: Stage) -> int:
    """How many chats the bot has opened."""
    return len([each for each in on.asked("POST", "/v3/conversations") if each.path.endswith("/conversations")])


# Who is mentioned


async def test_whoever_is_mentioned_is_known_by_their_id_in_entra_and_teams_is_asked_once(on: Stage, platform: Teams) -> None:
    said: dict[str, Any] = {
        "text": "<at>Grace Hopper</at> and <at>Nobody</at>, <at>Grace Hopper</at>",
        "entities": [mentioned("Grace Hopper", on.user(GRACE)), mentioned("Nobody", "29:nobody")],
    }
    for _ in range(3):
        asked = await hear(on, platform, where=GROUP, **said)
        assert asked
        grace = f"<@{GRACE}|Grace%20Hopper>"
        assert asked.what == Words(f"{grace} and <@29:nobody|Nobody>, {grace}")
    assert [unquote(each.path).rpartition("/")[2] for each in on.asked("GET", "/members/")].count(on.user(GRACE)) == 1


async def test_a_stranger_has_nobody_looked_up(on: Stage, platform: Teams) -> None:
    await hear(on, platform, user=GUEST, where=GROUP, text="<at>Grace</at>", entities=[mentioned("Grace", on.user(GRACE))])

    assert len(on.asked("GET", "/members/")) == 1, "the guest alone"


def mentioned(name: str, id: str) -> dict[str, Any]:
    return {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": id, "name": name}}


# Speaking first


async def test_who_has_written_alone_is_spoken_to_in_that_chat(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    asked = await platform.reach(who())
    await tell(platform, asked)

    assert (asked.actor, asked.via, asked.what) == (who(), "notice", Words(""))
    assert (asked.place.tenant, asked.place.conversation, asked.place.thread) == (TENANT, on.chat(), "")
    assert [(said["text"], said["buttons"]) for said in on.teams.said(ADA)] == [(NOTICE.text, ["Disconnect"])]
    assert opened(on) == 0


@pytest.mark.parametrize("where", [GROUP, GENERAL])
async def test_who_has_written_among_others_only_is_spoken_to_alone(on: Stage, platform: Teams, where: str) -> None:
    await hear(on, platform, where=where)
    await tell(platform, await platform.reach(who()))

    assert [said["conversation"] for said in on.teams.said()] == [on.chat()]


async def test_a_chat_is_opened_once(on: Stage, platform: Teams) -> None:
    await hear(on, platform, where=GROUP)
    places = [(await each.reach(who())).place for each in (platform, platform, restarted(on))]
    await hear(on, platform, where=GENERAL)

    assert {place.conversation for place in places} == {on.chat()}
    assert (await restarted(on).reach(who())).place.conversation == on.chat()
    assert opened(on) == 1


async def test_who_was_answered_alone_is_spoken_to_in_the_same_chat(on: Stage, platform: Teams) -> None:
    asked = await hear(on, platform, where=GROUP)
    assert asked
    await platform.send(platform.render(asked, Reply("for you alone", private=True), "call-1", ()), (), look=False)
    await tell(restarted(on), await restarted(on).reach(who()))

    assert opened(on) == 1
    assert [said["text"] for said in on.teams.said(ADA)] == ["for you alone", NOTICE.text]


async def test_it_outlives_the_process(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    after = restarted(on)
    await tell(after, await after.reach(who()))

    assert len(on.teams.said(ADA)) == 1


async def test_after_a_crash_in_the_instant_of_sending_it_is_said_once(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    on.teams.script.add(Fault(kind="drop_after", method="POST", path="/activities"))
    asked = await platform.reach(who())
    with pytest.raises(Unavailable):
        await tell(platform, asked)
    await tell(restarted(on), asked, look=True)

    assert len(on.teams.said(ADA)) == 1


async def test_nobody_in_a_chat_of_two_people_hears_what_is_for_one(on: Stage, platform: Teams) -> None:
    """Teams calls it personal as well, and a card can be pressed there."""
    two = {"conversation.id": "19:two@unq.gbl.spaces", "conversation.conversationType": "personal"}
    await hear(on, platform, "execute", **two)
    on.teams.workspace.add(replace(on.teams.workspace.conversation(GROUP), id="19:two@unq.gbl.spaces"))

    assert (await platform.reach(who())).place.conversation == on.chat()


@pytest.mark.parametrize("actor", [who(), who(GRACE), who(tenant=OTHER_TENANT), who("nobody")])
async def test_who_has_never_spoken_can_not_be_reached(on: Stage, platform: Teams, actor: Actor) -> None:
    await hear(on, platform, user=GUEST)

    with pytest.raises(Refused, match="not spoken"):
        await platform.reach(actor)


async def test_who_has_blocked_the_bot_can_not_be_reached(on: Stage, platform: Teams) -> None:
    await hear(on, platform, where=GROUP)
    on.teams.block(ADA)

    with pytest.raises(Refused, match="ConversationBlockedByUser"):
        await platform.reach(who())


async def test_who_blocks_the_bot_later_is_told_nothing_and_loses_nothing(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    on.teams.block(ADA)
    asked = await platform.reach(who())

    assert await tell(platform, asked) == [""]
    on.teams.block(ADA, blocked=False)
    await tell(platform, await platform.reach(who()), "notice-2")
    assert len(on.teams.said(ADA)) == 1


@pytest.mark.parametrize("status", [401, 409, 412, 500, 503])
async def test_while_teams_can_not_open_a_chat_it_is_tried_later(on: Stage, platform: Teams, status: int) -> None:
    await hear(on, platform, where=GROUP)
    on.teams.script.add(Fault(kind="status", status=status, method="POST", path="/conversations", times=9))

    with pytest.raises(Unavailable):
        await platform.reach(who())


async def test_a_wrong_setting_is_no_reason_to_give_somebody_up(on: Stage, platform: Teams) -> None:
    await hear(on, platform, where=GROUP)
    after = restarted(on)
    on.bearer._credentials = on.proven_by(Secret("CANARY-wrong"))

    with pytest.raises(Unavailable) as raised:
        await after.reach(who())
    assert "CANARY" not in str(raised.value)


async def test_a_database_that_fails_is_no_reason_either(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    await on.database.run(lambda connection: connection.execute(text("DROP TABLE reference")))

    with pytest.raises(StorageError):
        await platform.reach(who())
    with pytest.raises(StorageError):
        await platform.known(who())


# Who signs in


@pytest.mark.parametrize("where", ["", GROUP, GENERAL])
async def test_who_has_spoken_is_known_by_name_and_zone(on: Stage, platform: Teams, where: str) -> None:
    await hear(on, platform, where=where)

    assert await platform.known(who()) == Actor("teams", TENANT, ADA, "Ada Lovelace", "Europe/London")


async def test_after_a_restart_the_zone_is_the_bots_until_they_speak_again(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    after = restarted(on)

    assert await after.known(who()) == Actor("teams", TENANT, ADA, "Ada Lovelace", "Europe/Rome")
    await hear(on, after)
    assert await after.known(who()) == Actor("teams", TENANT, ADA, "Ada Lovelace", "Europe/London")


async def test_where_teams_does_not_tell_the_zone_it_is_the_one_told_before(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    asked = await hear(on, platform, localTimezone=None, entities=[])

    assert asked
    assert asked.actor.zone == "Europe/London"


@pytest.mark.parametrize("actor", [who(), who(GRACE, OTHER_TENANT), who("nobody")])
async def test_who_has_never_spoken_is_not_known(on: Stage, platform: Teams, actor: Actor) -> None:
    await hear(on, platform, user=GRACE)

    assert await platform.known(actor) is None


async def test_a_search_is_no_word_to_the_bot(on: Stage, platform: Teams) -> None:
    await hear(on, platform, "query")

    assert await platform.known(who()) is None


@pytest.mark.parametrize("where", ["", GROUP])
async def test_guests_are_not_known(on: Stage, platform: Teams, where: str) -> None:
    await hear(on, platform, user=GUEST, where=where)

    assert await platform.known(who(GUEST)) is None


async def test_people_of_another_tenant_are_not_known_by_either_name(on: Stage, platform: Teams) -> None:
    await hear(on, platform, user=STRANGER)

    assert await platform.known(who(STRANGER)) is None


async def test_who_has_left_the_conversation_is_not_known(on: Stage, platform: Teams) -> None:
    await hear(on, platform, where=GROUP)
    on.teams.workspace.add(replace(on.teams.workspace.conversation(GROUP), members=(GRACE,)))

    assert await platform.known(who()) is None


async def test_while_teams_can_not_say_nobody_is_known_or_unknown(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    on.teams.script.add(Fault(kind="status", status=503, path="/members/", times=9))

    with pytest.raises(Unavailable):
        await restarted(on).known(who())


# Who has left


async def test_who_removes_the_bot_from_their_chat_is_gone(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    gone = await hear(on, platform, "removed")

    assert gone
    assert (gone.what, gone.actor.key, gone.via) == (Gone(TENANT, ADA), who().key, "removed")
    assert await platform.known(who()) is None
    with pytest.raises(Refused):
        await platform.reach(who())


async def test_who_comes_back_is_known_again(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    await hear(on, platform, "removed")
    await hear(on, platform)

    assert await platform.known(who())


@pytest.mark.parametrize("where", [GROUP, GENERAL])
async def test_who_removes_the_bot_from_a_group_or_a_team_is_not(on: Stage, platform: Teams, where: str) -> None:
    await hear(on, platform)
    await hear(on, platform, user=GRACE, where=where)

    assert await hear(on, platform, "removed", where=where) is None
    assert await platform.known(who())
    assert await platform.known(who(GRACE)) is None  # there was no other place to meet


@pytest.mark.parametrize(
    "changes",
    [{"from": None}, {"conversation.id": "19:two@unq.gbl.spaces"}, {"conversation.conversationType": "groupChat"}],
)
async def test_a_removal_that_names_nobody_never_stands_for_the_whole_tenant(
    on: Stage, platform: Teams, changes: dict[str, Any]
) -> None:
    assert await hear(on, platform, "removed", **changes) is None


async def test_a_refusal_by_teams_is_no_farewell(on: Stage, platform: Teams) -> None:
    await hear(on, platform)
    asked = await platform.reach(who())
    on.teams.script.add(Fault(kind="status", status=403, method="POST", path="/activities"))

    assert await tell(platform, asked) == [""]
    assert await platform.known(who())
