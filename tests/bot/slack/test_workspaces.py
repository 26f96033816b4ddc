"""Each workspace is answered with its own token, which is exchanged before it expires; what leaves is forgotten."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from bot.platform import Gone, Press, Words
from bot.slack.rotation import ExpiredError
from bot.slack.sandbox.workspace import ADA, GENERAL, GUEST, LINUS, OTHER_GENERAL, OTHER_TEAM, TEAM
from commands.call import Actor
from commands.reply import Button, Item, Reply
from storage.errors import StorageError
from storage.installations import Installation
from tests.bot.slack.several import Several, several

_HOUR = 3600.0
REPLY = Reply("Your integrations", items=(Item("Calendar", detail="connected", buttons=(Button("Test", "status"),)),))


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Several]:
    async with several(tmp_path) as opened:
        yield opened


async def installed(on: Several) -> Installation:
    await on.install()
    found = await on.installations.find("slack", OTHER_TEAM)
    assert found is not None
    return found


def calls(on: Several, method: str) -> list[Any]:
    return [entry for entry in on.sandbox.journal if entry.path == f"/api/{method}"]


async def answer(on: Several, reply: Reply = REPLY, ids: tuple[str, ...] = ("o1",)) -> None:
    asked = await on.asked()
    assert asked is not None
    await on.slack.send(on.slack.render(asked, reply, "call-1", ids), (), look=True)


async def asked_in(on: Several, team: str) -> Any:
    return await on.slack.reach(Actor("slack", team, ADA if team == TEAM else LINUS))


# Whose token


async def test_each_workspace_is_answered_in_its_own(on: Several) -> None:
    await installed(on)
    await on.sandbox.elsewhere.people.mention("hello", user=LINUS, channel=OTHER_GENERAL)
    await answer(on, Reply("to Linus"), ())
    await on.sandbox.mention("hello", user=ADA, channel=GENERAL)
    await answer(on, Reply("to Ada"), ())

    assert [said["text"] for said in on.said(OTHER_TEAM)] == ["to Linus"]
    assert [said["text"] for said in on.said(TEAM)] == ["to Ada"]


async def test_a_workspace_that_has_not_installed_the_bot_is_dropped_with_one_line(
    on: Several, caplog: pytest.LogCaptureFixture
) -> None:
    await on.sandbox.elsewhere.people.mention("hello", user=LINUS, channel=OTHER_GENERAL)

    assert await on.asked() is None
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        f"something came from workspace {OTHER_TEAM}, where the bot is not installed"
    ]


async def test_slack_is_asked_once_whose_the_token_of_the_settings_is(on: Several) -> None:
    await installed(on)
    for _ in range(3):
        await asked_in(on, TEAM)
        await asked_in(on, OTHER_TEAM)

    assert len(calls(on, "auth.test")) == 1


async def test_a_token_of_the_settings_that_slack_turns_down_leaves_the_other_workspaces_alone(on: Several) -> None:
    await installed(on)
    on.sandbox.refuse("auth.test", "account_inactive")

    assert (await asked_in(on, OTHER_TEAM)).place.conversation == "D0LINUS"
    with pytest.raises(Refused):
        await asked_in(on, TEAM)


async def test_no_token_need_be_in_the_settings(tmp_path: Path) -> None:
    async with several(tmp_path, own=False) as on:
        await on.install(TEAM)
        await on.sandbox.mention("hello")
        await answer(on, Reply("to Ada"), ())

        assert [said["text"] for said in on.said(TEAM)] == ["to Ada"]
        assert await on.app.check() == "in 1 workspaces"


async def test_people_are_reached_in_their_own_workspace_only(on: Several) -> None:
    await installed(on)
    asked = await on.slack.reach(Actor("slack", OTHER_TEAM, LINUS))

    assert asked.place.tenant == OTHER_TEAM
    with pytest.raises(Refused):
        await on.slack.reach(Actor("slack", OTHER_TEAM, GUEST))


# Tokens that expire


async def test_a_token_is_exchanged_ahead_of_its_end_and_the_new_one_is_stored(on: Several) -> None:
    before = await installed(on)
    on.clock.skipped = 10.5 * _HOUR
    await asked_in(on, OTHER_TEAM)
    after = await on.installations.find("slack", OTHER_TEAM)

    assert after is not None
    assert (on.sandbox.installs.refreshes, after.version) == (1, before.version + 1)
    assert not set(before.secrets.values()) & set(after.secrets.values())


async def test_long_before_its_end_it_is_left_alone(on: Several) -> None:
    await installed(on)
    on.clock.skipped = 9 * _HOUR
    await asked_in(on, OTHER_TEAM)

    assert on.sandbox.installs.refreshes == 0


async def test_two_processes_of_eight_workers_exchange_it_once(on: Several) -> None:
    of = await installed(on)
    rotations = [on.another_process(), on.another_process()]
    on.clock.skipped = 10.5 * _HOUR
    await asyncio.gather(*(rotation.fresh(of) for rotation in rotations for _ in range(8)))
    found = await on.installations.find("slack", OTHER_TEAM)

    assert on.sandbox.installs.refreshes == 1
    assert found is not None
    assert (await rotations[0].fresh(found)).secrets == found.secrets


async def test_who_knows_only_the_former_token_takes_the_new_one_over(on: Several) -> None:
    of = await installed(on)
    on.clock.skipped = 10.5 * _HOUR
    new = await on.another_process().fresh(of)

    assert (await on.another_process().fresh(of)).secrets == new.secrets
    assert on.sandbox.installs.refreshes == 1


@pytest.mark.parametrize("kind", ["drop_before", "malformed", "status"])
async def test_while_slack_does_not_exchange_it_the_former_one_serves(on: Several, kind: Any) -> None:
    before = await installed(on)
    on.sandbox.script.add(Fault(kind=kind, path="oauth.v2.access", times=5))
    on.clock.skipped = 10.5 * _HOUR
    await asked_in(on, OTHER_TEAM)
    after = await on.installations.find("slack", OTHER_TEAM)

    assert after == before


async def test_once_it_is_over_what_arrives_waits_for_slack(on: Several) -> None:
    await installed(on)
    on.sandbox.script.add(Fault(kind="status", status=503, path="oauth.v2.access", times=5))
    on.clock.skipped = 13 * _HOUR
    with pytest.raises(Unavailable):
        await asked_in(on, OTHER_TEAM)


async def test_a_token_that_can_not_be_exchanged_any_more_ends_with_one_clear_line(
    on: Several, caplog: pytest.LogCaptureFixture
) -> None:
    of = await installed(on)
    on.sandbox.installs.uninstall(OTHER_TEAM)
    on.clock.skipped = 13 * _HOUR
    with pytest.raises(ExpiredError):
        await on.another_process().fresh(of)

    assert f"the token of workspace {OTHER_TEAM} (invalid_refresh_token): install the bot there again" in caplog.text
    assert not [secret for secret in of.secrets.values() if secret in caplog.text]


async def test_a_new_token_that_could_not_be_stored_is_not_lost(on: Several, monkeypatch: pytest.MonkeyPatch) -> None:
    of = await installed(on)
    rotation = on.another_process()
    on.clock.skipped = 10.5 * _HOUR
    with monkeypatch.context() as down:
        down.setattr(on.installations, "renew", _down)
        with pytest.raises(StorageError):
            await rotation.fresh(of)
    on.clock.skipped += 61  # the lease is over
    fresh = await rotation.fresh(of)

    assert (on.sandbox.installs.refreshes, fresh.version) == (1, of.version + 1)


async def _down(*_: Any) -> None:
    raise StorageError("The database can't be used now.")


@pytest.mark.parametrize(
    "garbage",
    [
        {},
        {"access_token": ""},
        {"access_token": None},
        {"access_token": "xoxb-new"},
        {"access_token": "xoxb-new", "refresh_token": "xoxe-new", "expires_in": -1},
        {"access_token": "xoxb-new", "refresh_token": "xoxe-new", "expires_in": "soon"},
        {"access_token": "xoxb-new", "refresh_token": "xoxe-new", "expires_in": 1e18},
        {"access_token": "xoxb-new", "refresh_token": "", "expires_in": 43_200},
        {"access_token": "xoxb-new", "refresh_token": "xoxe-new", "expires_in": 43_200, "team": "T1"},
    ],
)
async def test_garbage_never_takes_the_place_of_a_good_token(
    on: Several, monkeypatch: pytest.MonkeyPatch, garbage: dict[str, Any]
) -> None:
    of = await installed(on)
    monkeypatch.setattr(on.sandbox.installs, "access", lambda _: garbage)
    on.clock.skipped = 10.5 * _HOUR
    await on.another_process().fresh(of)
    found = await on.installations.find("slack", OTHER_TEAM)

    assert found == of


# Who leaves


async def test_a_workspace_that_uninstalls_the_bot_is_gone(on: Several) -> None:
    await installed(on)
    await asked_in(on, OTHER_TEAM)
    on.clock.skipped = 10.0
    await on.sandbox.uninstall(OTHER_TEAM)
    heard = [await on.asked(), await on.asked()]
    await on.installations.remove("slack", OTHER_TEAM, on.clock.time())

    assert [asked.what for asked in heard if asked] == [Gone(OTHER_TEAM)] * 2
    with pytest.raises(Refused):
        await asked_in(on, OTHER_TEAM)


async def test_what_was_installed_again_since_stays(on: Several) -> None:
    await on.install()
    on.clock.skipped = 10.0
    await on.sandbox.uninstall(OTHER_TEAM)
    on.clock.skipped = 20.0
    await on.install()

    assert [await on.asked(), await on.asked()] == [None, None]


async def test_the_workspace_of_the_settings_can_leave_too(on: Several) -> None:
    await on.sandbox.uninstall()

    assert [asked.what for asked in [await on.asked(), await on.asked()] if asked] == [Gone(TEAM)] * 2


async def test_a_deactivated_person_is_gone_and_other_changes_of_people_are_not_even_stored(on: Several) -> None:
    await on.sandbox.event({"type": "user_change", "user": {"id": ADA, "deleted": False, "profile": {"status_text": "lunch"}}})
    await on.sandbox.leave(user=ADA)
    asked = await on.asked()

    assert asked is not None
    assert (asked.what, asked.actor.key) == (Gone(TEAM, ADA), f"slack:{TEAM}:{ADA}")
    assert on.taken.empty()


async def test_what_is_to_be_said_where_the_bot_is_not_any_more_is_dropped_with_a_line(
    on: Several, caplog: pytest.LogCaptureFixture
) -> None:
    outgoing = on.slack.render(await asked_in(on, TEAM), Reply("hi"), "c", ())
    elsewhere = json.dumps({**json.loads(outgoing), "team": OTHER_TEAM})
    assert await on.slack.send(elsewhere, (), look=False) == ()
    assert f"workspace {OTHER_TEAM} is dropped" in caplog.text


# To speak first


async def test_a_person_is_spoken_to_alone_once_however_often_it_is_sent(on: Several) -> None:
    await installed(on)
    asked = await on.slack.reach(Actor("slack", OTHER_TEAM, LINUS, "Linus Elsewhere"))
    told = on.slack.render(asked, Reply("Your calendar needs you.", private=True), "call-7", ())
    for _ in range(3):
        await on.slack.send(told, (), look=True)

    assert (asked.via, asked.place.conversation) == ("notice", "D0LINUS")
    assert [(said["text"], said["channel"], said["only_for"]) for said in on.said()] == [
        ("Your calendar needs you.", "D0LINUS", "")
    ]


async def test_while_slack_does_not_answer_nobody_is_reached(on: Several) -> None:
    on.sandbox.refuse("conversations.open", "internal_error", times=5)
    with pytest.raises(Unavailable):
        await asked_in(on, TEAM)


# The Home tab


async def test_who_looks_at_the_home_tab_sees_the_integrations_there(on: Several) -> None:
    await on.sandbox.open_home(user=ADA)
    delivery = await on.delivery()
    asked = await on.slack.read(delivery)
    assert asked is not None
    told = on.slack.render(asked, REPLY, "call-1", ["o1"])
    stands = [await on.slack.send(told, (), look=False), await on.slack.send(told, ["home"], look=True)]

    assert (asked.what, asked.via) == (Words("integrations"), "home")
    assert stands == [["home"], ["home"]]
    assert on.said(TEAM) == []
    assert "Your integrations" in json.dumps(on.sandbox.views.homes[ADA]["blocks"])


async def test_other_tabs_ask_nothing(on: Several) -> None:
    await on.sandbox.event({"type": "app_home_opened", "user": ADA, "channel": "D0ADA", "tab": "messages"})

    assert on.taken.empty()


async def test_a_home_tab_is_never_longer_than_slack_takes(on: Several) -> None:
    await on.sandbox.open_home(user=ADA)
    many = Reply("Much", items=tuple(Item(f"Item {n}", buttons=(Button("Do", "status"),)) for n in range(90)))
    await answer(on, many, tuple(f"o{n}" for n in range(90)))

    assert len(on.sandbox.views.homes[ADA]["blocks"]) == 100


async def test_a_press_in_the_home_tab_is_answered_in_a_direct_message(on: Several) -> None:
    await on.sandbox.open_home(user=ADA)
    await answer(on)
    await on.sandbox.press_home("Test", user=ADA)
    asked = await on.asked()
    assert asked is not None
    await on.slack.send(on.slack.render(asked, Reply("All is well.", private=True), "call-2", ()), (), look=False)

    assert (asked.what, asked.via) == (Press("o1"), "button")
    assert [(said["text"], said["channel"], said["only_for"]) for said in on.said(TEAM)] == [("All is well.", "D0ADA", "")]
