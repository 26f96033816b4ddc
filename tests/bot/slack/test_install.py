"""Other workspaces install the bot by themselves: in the browser that began it, once, and sealed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from yarl import URL

from adapters.faults import Fault
from bot.slack.manifest import SCOPES
from bot.slack.sandbox.workspace import LINUS, OTHER_GENERAL, OTHER_TEAM, TEAM
from tests.bot.slack.several import Several, several


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Several]:
    async with several(tmp_path) as opened:
        yield opened


async def test_people_are_sent_to_slack_with_the_bots_own_address_to_come_back_to(on: Several) -> None:
    url, cookies = await on.to_slack()
    query = parse_qs(urlsplit(url).query)

    assert url.startswith(f"{on.sandbox.address}oauth/v2/authorize?")
    assert query["redirect_uri"] == [f"{on.address}slack/oauth_redirect"]
    assert query["scope"] == [",".join(SCOPES)]
    assert cookies == {"slack-install": query["state"][0]}


@pytest.mark.parametrize("team", ["T1", "T1%26scope=admin", "T1%26redirect_uri=https://evil.example", "%0d%0aSet-Cookie:a=b"])
async def test_a_link_to_the_page_can_not_make_it_ask_for_more(on: Several, team: str) -> None:
    page = f"{on.address}slack/install?team={team}"
    async with on.browser.get(URL(page, encoded=True), allow_redirects=False) as answer:
        query = parse_qs(urlsplit(answer.headers["Location"]).query)

    assert query.keys() == {"state", "client_id", "scope", "redirect_uri"}
    assert {len(values) for values in query.values()} == {1}


async def test_whoever_installs_the_bot_can_talk_to_it(on: Several) -> None:
    status, text = await on.install()
    await on.sandbox.elsewhere.people.mention("ping", user=LINUS, channel=OTHER_GENERAL)
    asked = await on.asked()

    assert (status, text) == (200, "Interact is installed in Elsewhere. You can close this page.")
    assert asked is not None
    assert (asked.actor.key, asked.actor.name, asked.actor.zone) == (
        f"slack:{OTHER_TEAM}:{LINUS}",
        "Linus Elsewhere",
        "Europe/Helsinki",
    )


async def test_what_a_workspace_gave_is_kept_and_can_not_be_read_in_the_database(on: Several, tmp_path: Path) -> None:
    await on.install()
    found = await on.installations.find("slack", OTHER_TEAM)
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("bot.sqlite"))

    assert found is not None
    assert (found.name, set(found.secrets), found.expires > on.clock.time() + 11 * 3600) == (
        "Elsewhere",
        {"access", "refresh"},
        True,
    )
    assert not [name for name, secret in found.secrets.items() if secret.encode() in files]


async def test_a_token_that_lasts_is_kept_as_one(on: Several) -> None:
    on.sandbox.installs.rotates = False
    await on.install()
    found = await on.installations.find("slack", OTHER_TEAM)

    assert found is not None
    assert (set(found.secrets), found.expires) == ({"access"}, 0.0)


async def test_another_browser_can_not_end_what_this_one_began(on: Several) -> None:
    url, _ = await on.to_slack()
    _, other = await on.to_slack()
    back = on.sandbox.install(url, OTHER_TEAM)

    assert [await on.back(back, cookies) for cookies in ({}, other)] == [
        (400, "Please begin again from the start, in this browser.")
    ] * 2
    assert await on.installations.list() == []


async def test_a_state_that_comes_back_four_times_at_once_is_exchanged_once(on: Several) -> None:
    url, cookies = await on.to_slack()
    back = on.sandbox.install(url, OTHER_TEAM)
    answers = await asyncio.gather(*(on.back(back, cookies) for _ in range(4)))

    assert sorted(status for status, _ in answers) == [200, 401, 401, 401]
    assert len([entry for entry in on.sandbox.journal if entry.path == "/api/oauth.v2.access"]) == 1


async def test_a_state_lives_for_ten_minutes(on: Several) -> None:
    url, cookies = await on.to_slack()
    back = on.sandbox.install(url, OTHER_TEAM)
    on.clock.skipped += 601

    assert (await on.back(back, cookies))[0] == 401


async def test_who_says_no_is_told_that_nothing_was_changed(on: Several) -> None:
    url, cookies = await on.to_slack()

    assert await on.back(on.sandbox.install(url, "cancel"), cookies) == (
        200,
        "You did not let Interact in. Nothing was changed.",
    )


async def test_what_stands_in_the_address_is_not_repeated_on_the_page(on: Several) -> None:
    status, text = await on.back(f"{on.address}slack/oauth_redirect?error=<script>CANARY</script>", {})

    assert (status, text) == (200, "Slack did not let Interact in. Please begin again from the start.")


async def test_a_code_that_slack_does_not_know_installs_nothing_and_is_not_logged(
    on: Several, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url, cookies = await on.to_slack()
    [state] = parse_qs(urlsplit(url).query)["state"]
    status, _ = await on.back(f"{on.address}slack/oauth_redirect?code=CANARY-code&state={state}", cookies)

    assert (status, await on.installations.list()) == (401, [])
    assert "Slack refused an installation: invalid_code" in caplog.text
    assert not [
        record for record in caplog.records if "CANARY" in record.getMessage() and record.name.startswith(("bot", "slack"))
    ]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "malformed", "status"])
async def test_while_slack_does_not_answer_people_are_asked_to_come_again(on: Several, kind: str) -> None:
    on.sandbox.script.add(Fault(kind=kind, path="oauth.v2.access", times=5))
    status, text = await on.install()

    assert (status, text) == (503, "That did not work just now. Please begin again from the start in a minute.")
    assert await on.installations.list() == []


async def test_a_workspace_that_installs_the_bot_again_gets_the_new_token(on: Several) -> None:
    await on.install()
    first = await on.installations.find("slack", OTHER_TEAM)
    await on.install()
    second = await on.installations.find("slack", OTHER_TEAM)

    assert first is not None
    assert second is not None
    assert second.secrets["access"] != first.secrets["access"]


async def test_pages_that_hold_a_code_are_neither_kept_nor_told_of(on: Several) -> None:
    async with on.browser.get(f"{on.address}slack/oauth_redirect?code=x&state=y") as answer:
        told = {name: answer.headers[name] for name in ("Cache-Control", "Referrer-Policy")}
    async with on.browser.get(f"{on.address}slack/install", allow_redirects=False) as begun:
        cookie = begun.headers["Set-Cookie"]

    assert told == {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))


async def test_the_page_in_between_lets_one_choose_the_workspace(on: Several) -> None:
    url, cookies = await on.to_slack()
    async with on.browser.get(url) as page:
        html = await page.text()
    query = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
    async with on.browser.post(url.partition("?")[0], data=query | {"choice": OTHER_TEAM}, allow_redirects=False) as gone:
        back = gone.headers["Location"]

    assert all(name in html for name in (f'value="{TEAM}"', f'value="{OTHER_TEAM}"', "Allow in Elsewhere"))
    assert (await on.back(back, cookies))[0] == 200
