"""The flow apart from its pages: who gets a link, where it leads, and what a browser can make of what comes back."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from yarl import URL

from adapters.errors import Refused
from bot.oauth import NotConnected
from storage.hashing import hashed
from tests.bot.web.connecting import KEY, Stage, stage
from tests.bot.web.served import ADA, ADMIN, MALLORY

SERVICE = "google_calendar"
SESSION = "a session's id, that nobody can guess"


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(f"sqlite:///{tmp_path / 'bot.db'}") as built:
        yield built


async def came_back(on: Stage, session: str = SESSION, account: str = "ada@acme.test") -> Mapping[str, str]:
    """What the provider sends back after the actor has allowed it."""
    url = await on.connecting.begin(session, ADA, SERVICE)
    return dict(URL(on.google.authorization.approve(url, account)).query)


async def test_a_link_leads_to_our_own_page_and_only_its_hash_is_stored(on: Stage) -> None:
    link = await on.connecting.link(ADA, SERVICE)
    ticket = link.removeprefix(f"{on.site.url}connect/")

    assert len(ticket) == 43
    rows = await on.site.database.read(lambda it: it.exec_driver_sql("SELECT * FROM ticket").all())
    assert [row.hash for row in rows] == [hashed(ticket)]
    assert ticket not in str(rows)


async def test_there_is_no_link_where_it_could_not_be_used(on: Stage) -> None:
    for actor, service, team in (
        (replace(ADA, platform="terminal"), SERVICE, False),
        (replace(ADA, platform="teams"), SERVICE, False),
        (ADA, "nothing", False),
        (ADA, SERVICE, True),
    ):
        with pytest.raises(Refused):
            await on.connecting.link(actor, service, team)
    assert await on.connecting.link(ADMIN, SERVICE, team=True)


async def test_a_service_with_keys_has_no_page_to_be_sent_to(on: Stage) -> None:
    with pytest.raises(Refused, match="Keyed is connected with a key"):
        await on.connecting.begin(SESSION, ADA, "keyed")
    with pytest.raises(NotConnected) as refused:
        await on.connecting.finish(SESSION, "keyed", {"state": "a.b", "code": "a"})
    assert refused.value.status == 404


async def test_nobody_begins_for_the_team_who_does_not_run_the_bot(on: Stage) -> None:
    with pytest.raises(Refused):
        await on.connecting.begin(SESSION, ADA, SERVICE, team=True)
    with pytest.raises(Refused):
        await on.connecting.add_key(ADA, "keyed", True, KEY)


async def test_what_comes_back_to_its_own_session_connects(on: Stage) -> None:
    connection = await on.connecting.finish(SESSION, SERVICE, await came_back(on))

    assert (connection.account, connection.owner.key) == ("ada@acme.test", ADA.key)


async def test_what_comes_back_to_no_session_connects_nothing(on: Stage) -> None:
    """Not even where it went away from no session: an empty secret proves nothing."""
    for went, comes in (("", ""), (SESSION, ""), ("", SESSION), (SESSION, "another"), ("another", SESSION)):
        with pytest.raises(NotConnected) as refused:
            await on.connecting.finish(comes, SERVICE, await came_back(on, went))
        assert refused.value.status == 400
    assert on.exchanges == 0


async def test_the_state_and_the_proof_are_sealed_where_they_are_stored(on: Stage) -> None:
    query = await came_back(on)
    rows = await on.site.database.read(lambda it: it.exec_driver_sql("SELECT * FROM oauth_state").all())

    assert len(rows) == 1
    assert query["state"].partition(".")[0] not in str(rows)
    assert b"verifier" not in rows[0].sealed
    assert SESSION not in str(rows)


async def test_states_proofs_and_marks_differ_each_time(on: Stage) -> None:
    urls = [URL(await on.connecting.begin(SESSION, ADA, SERVICE)) for _ in range(20)]

    assert len({url.query["state"] for url in urls}) == 20
    assert len({url.query["code_challenge"] for url in urls}) == 20


async def test_an_error_is_told_without_the_code_and_the_state(on: Stage) -> None:
    query = {**await came_back(on), "code": "CANARY-code"}
    with pytest.raises(NotConnected) as refused:
        await on.connecting.finish(SESSION, SERVICE, query)

    told = f"{refused.value} {refused.value.text} {refused.value.reason}"
    assert "CANARY" not in told
    assert query["state"] not in told


async def test_only_the_link_of_somebody_else_is_burned(on: Stage) -> None:
    link = (await on.connecting.link(ADA, SERVICE)).rpartition("/")[2]
    await on.connecting.intruded("no link of ours", MALLORY)
    assert on.told == []

    await on.connecting.intruded(link, MALLORY)
    await on.connecting.intruded(link, MALLORY)
    assert [actor for actor, _, _ in on.told] == [ADA, MALLORY]
    assert link not in str(on.told)
