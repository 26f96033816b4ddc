"""Accounts are connected, tried, shared and taken away."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from bot.listing import Listing, Offer
from bot.masking import masked
from commands.integrations import Integration
from storage.changes import owned
from storage.vault import Owner, Tokens
from tests.bot.conftest import FixedClock
from tests.bot.household import ADA, BOSS, DAY, LIFE, OWNER, TEAM, World, open_world, tokens_of
from tests.bot.notes import ADAPTER, SCOPES


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(tmp_path, clock) as world:
        yield world


async def connect(world: World, owner: Owner = OWNER, account: str = "ada@acme.test") -> Tokens:
    issued = await world.bot.allow(world.sandbox, account)
    await world.bot.accounts.connected(owner, "notes", issued, ADA)
    return tokens_of(issued)


async def listed(world: World, conversation: str = "") -> Integration:
    offer = Offer({"notes"}, (), (), {"notes": ["note add"]})
    [integration] = await Listing(world.bot.vault, [ADAPTER], offer).mine(ADA, conversation)
    return integration


def revocations(world: World) -> int:
    return world.sandbox.authorization.counts.revocations


async def test_what_was_allowed_is_kept_told_and_what_waited_is_resumed(world: World, clock: FixedClock) -> None:
    tokens = await connect(world)
    grant = await world.bot.vault.usable(OWNER, "notes", "")
    [(actor, reply)] = world.bot.diary.told.values()

    assert grant
    kept = grant.connection
    assert (grant.tokens, kept.account, kept.scopes) == (tokens, "ada@acme.test", SCOPES)
    assert (kept.expires, actor.key) == (clock.time() + LIFE, ADA.key)
    assert (reply.text, [(each.label, each.command) for each in reply.buttons]) == (
        "ad…@acme.test is connected to Notes.",
        [("Remove", "disconnect")],
    )
    assert world.bot.diary.resumed == [(ADA.key, "notes")]


async def test_an_account_whose_name_can_t_be_had_is_kept_all_the_same(world: World) -> None:
    issued = await world.bot.allow(world.sandbox)
    world.sandbox.script.add(Fault(kind="status", status=401, path="mine"))
    connection = await world.bot.accounts.connected(OWNER, "notes", issued, ADA)

    assert (connection.account, connection.state) == ("", "connected")
    assert world.bot.diary.said() == ["An account is connected to Notes."]


async def test_another_account_in_place_of_the_former_revokes_that_one(world: World) -> None:
    former = await connect(world)
    latter = await connect(world, account="grace@acme.test")

    assert (revocations(world), await world.bot.is_taken(former.access), await world.bot.is_taken(latter.access)) == (
        1,
        False,
        True,
    )


async def test_the_same_account_anew_stays_alive_where_one_revocation_ends_all_of_it(world: World) -> None:
    world.sandbox.authorization.habits.revokes_account = True
    await connect(world)
    latter = await connect(world)

    assert await world.bot.is_taken(latter.access)


async def test_an_account_whose_name_is_not_known_may_be_the_same_and_ends_nothing(world: World) -> None:
    world.sandbox.authorization.habits.revokes_account = True
    await connect(world)
    issued = await world.bot.allow(world.sandbox)
    world.sandbox.script.add(Fault(kind="status", status=401, path="mine"))
    nameless = await world.bot.accounts.connected(OWNER, "notes", issued, ADA)
    latter = await connect(world)

    assert (nameless.account, revocations(world)) == ("", 0)
    assert await world.bot.is_taken(latter.access)


async def test_connecting_anew_heals_what_was_broken(world: World) -> None:
    await connect(world)
    await world.bot.vault.break_((await world.bot.vault.of(OWNER))[0], "gone")
    assert (await listed(world)).state == "needs reconnect"
    await connect(world)

    assert (await listed(world)).state == "connected"


async def test_a_key_is_tried_before_it_is_kept(world: World) -> None:
    with pytest.raises(Refused, match="does not accept this key") as raised:
        await world.bot.accounts.add_key(OWNER, "notes", Secret("CANARY-wrong"), ADA)
    assert await world.bot.vault.of(OWNER) == []
    assert "CANARY" not in str(raised.value)
    world.sandbox.script.add(Fault(kind="status", status=503, path="mine", times=3))
    with pytest.raises(Unavailable):
        await world.bot.accounts.add_key(OWNER, "notes", Secret("CANARY-untried"), ADA)
    assert await world.bot.vault.of(OWNER) == []
    key = world.sandbox.grant("ada@acme.test")
    connection = await world.bot.accounts.add_key(TEAM, "notes", Secret(key), BOSS)

    assert (connection.kind, connection.account, connection.expires) == ("key", "ada@acme.test", 0.0)
    assert key not in str(world.bot.diary.told)


async def test_disconnecting_revokes_and_deletes(world: World) -> None:
    tokens = await connect(world)

    assert await world.bot.accounts.disconnect(OWNER, "notes") == "ada@acme.test"
    assert not await world.bot.is_taken(tokens.access)
    assert (await world.bot.vault.counts(), revocations(world)) == ({}, 1)
    assert await world.bot.accounts.disconnect(OWNER, "notes") == ""


async def test_what_can_t_be_revoked_now_is_unusable_at_once_and_revoked_later(world: World) -> None:
    await connect(world)
    world.sandbox.script.add(Fault(kind="status", status=500, path="revoke", times=3))
    await world.bot.accounts.disconnect(OWNER, "notes")

    assert await world.bot.vault.usable(OWNER, "notes", "") is None
    assert await world.bot.vault.counts() == {("notes", "stopped"): 1}
    await world.bot.upkeep.revoke()
    assert (await world.bot.vault.counts(), revocations(world)) == ({}, 1)


async def test_somebody_who_has_left_leaves_nothing_and_others_keep_theirs(world: World) -> None:
    other = Owner("slack", "T1", "U-other")
    await connect(world)
    await connect(world, other, "other@acme.test")
    await world.bot.accounts.offboard(OWNER, world.clock.time())

    assert await world.bot.vault.of(OWNER) == []
    assert len(await world.bot.vault.of(other)) == 1
    assert (revocations(world), world.bot.diary.shredded) == (1, [])


async def test_who_is_back_keeps_what_they_have_connected_since_however_often_it_is_tried(
    world: World, clock: FixedClock
) -> None:
    await connect(world)
    left = clock.time()
    world.sandbox.failing = {"/revoke"}
    with pytest.raises(Unavailable):
        await world.bot.accounts.offboard(OWNER, left)
    clock.at += timedelta(seconds=60)
    back = await connect(world)
    world.sandbox.failing = set()
    async with world.another_process("two") as two:  # whose breaker knows of nothing
        await two.accounts.offboard(OWNER, left)
        await two.accounts.offboard_tenant("slack", "T1", left)

        assert (revocations(world), two.diary.shredded) == (1, [])
    assert await world.bot.is_taken(back.access)
    assert await world.bot.vault.counts() == {("notes", "connected"): 1}


async def test_a_service_that_this_bot_left_keeps_nobody_from_leaving(world: World, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):
        await connect(world, Owner("slack", "T1", f"U-{number}"))
    world.bot.revoking._clients.clear()  # type: ignore[attr-defined]
    await world.bot.accounts.disconnect(Owner("slack", "T1", "U-0"), "notes")
    assert await world.bot.vault.counts() == {("notes", "connected"): 2, ("notes", "stopped"): 1}
    await world.bot.accounts.offboard_tenant("slack", "T1", world.clock.time())

    assert (await world.bot.vault.counts(), world.bot.diary.shredded) == ({}, ["slack:T1"])
    assert caplog.text.count("this bot is not registered there any more") == 1


async def test_disconnecting_revokes_nothing_of_others(world: World) -> None:
    other = Owner("slack", "T1", "U-other")
    await connect(world, other, "other@acme.test")
    await world.bot.vault.stop(*owned(other))
    await connect(world)
    await world.bot.accounts.disconnect(OWNER, "notes")

    assert await world.bot.vault.counts() == {("notes", "stopped"): 1}


async def test_of_a_tenant_that_has_left_all_is_revoked_before_its_key_is_destroyed(world: World) -> None:
    people = [Owner("slack", "T1", f"U-{number}") for number in range(5)]
    for person in people:
        await connect(world, person, f"{person.person}@acme.test")
    await connect(world, Owner("slack", "T2", "U-other"), "other@acme.test")
    world.sandbox.failing = {"/revoke"}
    with pytest.raises(Unavailable, match="could not be revoked yet"):
        await world.bot.accounts.offboard_tenant("slack", "T1", world.clock.time())
    assert await world.bot.vault.of_tenant("slack", "T1") == []
    assert world.bot.diary.shredded == []
    world.sandbox.failing = set()
    async with world.another_process("two") as two:  # whose breaker knows of nothing
        await two.accounts.offboard_tenant("slack", "T1", world.clock.time())

        assert (revocations(world), two.diary.shredded) == (5, ["slack:T1"])
    assert await world.bot.vault.counts() == {("notes", "connected"): 1}


async def test_trying_out_tells_how_it_stands(world: World) -> None:
    await connect(world)
    world.sandbox.script.add(Fault(kind="status", status=418, path="mine"))
    await world.bot.accounts.test(OWNER, "notes")
    found = await listed(world)
    assert (found.state, found.error) == ("provider problem", "Notes said 418.")
    await world.bot.accounts.test(OWNER, "notes")

    assert ((await listed(world)).state, (await listed(world)).error) == ("connected", "")


async def test_trying_out_what_was_broken_heals_it_where_the_service_takes_it_again(world: World) -> None:
    await connect(world)
    [connection] = await world.bot.vault.of(OWNER)
    await world.bot.breaking.break_(connection, "gone")
    world.sandbox.script.add(Fault(kind="status", status=503, path="mine", times=3))
    await world.bot.accounts.test(OWNER, "notes")
    assert (await listed(world)).state == "needs reconnect"
    async with world.another_process("two") as two:  # whose breaker knows of nothing
        await two.accounts.test(OWNER, "notes")

    assert ((await listed(world)).state, (await listed(world)).error) == ("connected", "")


async def test_the_team_s_account_is_opened_to_a_channel_and_closed_again(world: World) -> None:
    with pytest.raises(Refused, match="has not connected Notes"):
        await world.bot.accounts.share(TEAM, "notes", "C1", True)
    await connect(world, TEAM)
    assert (await listed(world, "C1")).state == "not connected"
    await world.bot.accounts.share(TEAM, "notes", "C1", True)
    found = await listed(world, "C1")
    assert (found.state, found.mine, found.channels) == ("connected", False, ("C1",))
    assert (await listed(world, "C2")).state == "not connected"
    assert (await listed(world)).state == "connected"
    await world.bot.accounts.share(TEAM, "notes", "C1", False)

    assert (await listed(world, "C1")).state == "not connected"


async def test_a_connection_that_was_granted_too_little_is_limited(world: World) -> None:
    issued = await world.bot.allow(world.sandbox, scopes=["notes.read"])
    await world.bot.accounts.connected(OWNER, "notes", issued, ADA)
    found = await listed(world)

    assert (found.state, found.scopes, found.missing) == ("limited", ("notes.read",), ("notes.write",))
    assert "Not all that was asked for was allowed" in world.bot.diary.said()[0]


@pytest.mark.parametrize(
    ("offer", "state"),
    [
        (Offer((), (), (), {}), "not set up"),
        (Offer({"notes"}, (), (), {}), "not connected"),
        (Offer({"notes"}, (), {"notes"}, {}), "lent"),
        (Offer((), {"notes"}, (), {}), "connected"),
    ],
)
async def test_where_nothing_is_connected_it_is_told_what_there_is_instead(offer: Offer, state: str, world: World) -> None:
    listing = Listing(world.bot.vault, [ADAPTER], offer)
    [mine], [team] = await listing.mine(ADA), await listing.of_team(ADA)

    assert mine.state == state
    assert team.state in ("not set up", "not connected")
    assert ("NOTES_CLIENT_ID" in mine.note) == (state == "not set up")


async def test_when_it_worked_last_is_told(world: World, clock: FixedClock) -> None:
    await connect(world)
    clock.at += timedelta(seconds=DAY)
    await world.bot.accounts.test(OWNER, "notes")

    assert (await listed(world)).synced == clock.now()


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("alice@gmail.com", "al…@gmail.com"),
        ("a@b.c", "a…@b.c"),
        ("Ada's workspace", "Ada's workspace"),
        ("@acme", "@acme"),
        ("x\n<!channel>\u202e", "x <!channel>"),
        ("", ""),
        ("n" * 100, "n" * 79 + "…"),
    ],
)
def test_in_a_chat_an_account_is_named_so_that_its_owner_knows_it(account: str, shown: str) -> None:
    assert masked(account) == shown
