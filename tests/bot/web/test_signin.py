"""Signing in with Slack's stand-in: who comes back is who the platform says, in the browser that went away."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from yarl import URL

from adapters.faults import Fault
from adapters.http import Http, pooled_session
from bot.actors import restored
from bot.sandboxes import serving
from bot.slack.sandbox.workspace import ADA, GRACE
from bot.teams.sandbox import TeamsSandbox
from bot.teams.sandbox.workspace import ADA as TEAMS_ADA
from bot.web.identity import entra
from bot.web.openid import OpenId
from bot.web.signin import SignIn
from commands.call import Actor
from tests.bot.web.connecting import MovingClock, Stage
from tests.bot.web.served import MALLORY, Answer, Site, Window, site, token


async def away(on: Stage, window: Window, person: str = ADA) -> str:
    """Where the browser of somebody who signs in is sent back to."""
    left = await window.get("/signin/slack")
    assert left.status == 303
    return on.slack.sign_in(left.location, person)


async def whoever(on: Stage, window: Window) -> Actor | None:
    session = await on.site.sessions.find(window.id) if window.id else None
    return restored(session.actor) if session and session.actor else None


async def test_the_page_offers_the_platforms(on: Stage) -> None:
    async with on.site.window() as window:
        answer = await window.get("/signin")

    assert "Sign in with Slack" in answer.words
    assert 'href="/signin/slack"' in answer.text


async def test_whoever_signs_in_is_who_slack_says(on: Stage) -> None:
    async with on.site.window() as window:
        back = await window.get(await away(on, window))

        assert (back.status, back.location) == (303, f"{on.site.url}integrations")
        assert await whoever(on, window) == Actor("slack", on.slack.workspace.team, ADA, "Ada Lovelace", "Europe/London")


async def test_slack_is_asked_with_all_that_proves_whose_answer_it_is(on: Stage) -> None:
    async with on.site.window() as window:
        url = urlsplit((await window.get("/signin/slack")).location)
    query = parse_qs(url.query)

    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{on.slack.address}openid/connect/authorize"
    assert query["scope"] == ["openid profile"]
    assert query["redirect_uri"] == [f"{on.site.url}signin/slack/callback"]
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


async def test_the_session_is_another_one_after_signing_in(on: Stage) -> None:
    async with on.site.window() as window:
        back = await away(on, window)
        before = window.id
        await window.get(back)

        assert before
        assert window.id != before
        assert await on.site.sessions.find(before) is None


async def test_an_id_that_somebody_planted_is_not_taken_over(on: Stage) -> None:
    planted = secrets.token_urlsafe(32)
    async with on.site.window() as window, on.site.window() as other:
        window.wear(planted)
        other.wear(planted)
        back = await away(on, window)
        assert window.id not in ("", planted)

        await window.get(back)
        assert await whoever(on, window)
        assert await whoever(on, other) is None


async def test_what_comes_back_to_another_browser_signs_nobody_in(on: Stage) -> None:
    async with on.site.window() as mallory, on.site.window() as fresh, on.site.window(MALLORY) as ada:
        back = await away(on, mallory, GRACE)

        assert [(await each.get(back)).status for each in (fresh, ada)] == [400, 400]
        assert await whoever(on, fresh) is None
        assert (await whoever(on, ada)) == MALLORY


async def test_another_sessions_code_is_not_taken(on: Stage) -> None:
    """The state is Ada's own; the code was given for Mallory's verifier and nonce."""
    async with on.site.window() as mallory, on.site.window() as ada:
        injected = URL(await away(on, ada)).update_query(code=URL(await away(on, mallory, GRACE)).query["code"])

        assert (await ada.get(str(injected))).status == 403
        assert await whoever(on, ada) is None


async def test_what_came_back_once_is_used_up(on: Stage) -> None:
    async with on.site.window() as window:
        back = await away(on, window)
        first, second = await window.get(back), await window.get(back)

        assert (first.status, second.status) == (303, 400)
        assert await whoever(on, window)


async def test_it_takes_ten_minutes_at_most(on: Stage) -> None:
    async with on.site.window() as window:
        back = await away(on, window)
        on.clock.at += 11 * 60

        assert (await window.get(back)).status == 400


async def test_whoever_does_not_want_to_is_not_signed_in(on: Stage) -> None:
    async with on.site.window() as window:
        answer = await window.get(await away(on, window, "cancel"))

        assert answer.status == 403
        assert "You are not signed in" in answer.words
        assert await whoever(on, window) is None


async def test_guests_and_strangers_do_not_come_in(on: Stage) -> None:
    on.strangers.add(f"slack:{on.slack.workspace.team}:{GRACE}")
    async with on.site.window() as window:
        assert (await window.get(await away(on, window, GRACE))).status == 403
        assert await whoever(on, window) is None


async def test_signing_out_ends_the_session(on: Stage) -> None:
    async with on.site.window(MALLORY) as window, on.site.window() as thief:
        thief.wear(window.id)
        answer = await window.post("/signout")

        assert (answer.status, answer.location) == (303, f"{on.site.url}signin")
        assert (window.id, await whoever(on, thief)) == ("", None)


@pytest.mark.parametrize(
    "path", ["/signin/google", "/signin/google/callback", "/signin/slack/", "/signin/Slack", "/signin/%2e%2e"]
)
async def test_there_are_no_other_platforms(on: Stage, path: str) -> None:
    async with on.site.window() as window:
        assert (await window.get(path)).status == 404


@pytest.mark.parametrize(
    "query", ["", "?state=", "?state=a&code=b", "?code=b", "?error=x", "?state=%00", "?state=%ff", "?state=" + "a" * 3000]
)
async def test_a_callback_out_of_nowhere_is_a_friendly_page(on: Stage, query: str) -> None:
    async with on.site.window() as window, on.site.window(MALLORY) as signed_in:
        for each in (window, signed_in):
            answer = await each.get(f"/signin/slack/callback{query}")
            assert (answer.status, "You are not signed in" in answer.words) == (400, True)


async def test_slack_out_of_order_is_said_so(on: Stage) -> None:
    async with on.site.window() as window:
        back = await away(on, window)
        on.slack.script.add(Fault(kind="status", method="POST", path="/api/openid.connect.token"))
        answer = await window.get(back)

    assert answer.status == 503
    assert "Slack can't answer now" in answer.words


async def test_no_secret_of_signing_in_gets_into_a_log(on: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with on.site.window() as window:
        back = await away(on, window)
        await window.get(back)
        await window.get(back)
        secret = [*URL(back).query.values(), window.id, on.slack.client_secret]

    assert not [each for each in secret if each in caplog.text]


@dataclass
class Entra:
    """Signing in with the made-up Microsoft Entra."""

    site: Site
    teams: TeamsSandbox

    async def sign_in(self, window: Window, person: str) -> Answer:
        left = await window.get("/signin/teams")
        return await window.get(self.teams.sign_in(left.location, person))

    async def whoever(self, window: Window) -> Actor | None:
        session = await self.site.sessions.find(window.id)
        return restored(session.actor) if session and session.actor else None


@pytest.fixture
async def entra_too(tmp_path: Path) -> AsyncIterator[Entra]:
    clock = MovingClock()
    teams = TeamsSandbox(clock.now, "http://127.0.0.1:1/")

    async def known(actor: Actor) -> Actor | None:
        return actor

    async with serving({"teams": teams}, 0) as shared, pooled_session() as session:
        teams.address = f"{shared}teams/"
        provider = entra(f"{teams.address}login/", teams.tenant, {teams.tenant}, teams.app_id, teams.app_password)

        def add_routes(to: Site) -> None:
            identities = {"teams": OpenId(provider, Http(session), clock)}
            SignIn(to.pages, to.browser, to.states, identities, known, to.url, token).add_routes(to.app.router)

        async with site(f"sqlite:///{tmp_path / 'entra.db'}", clock.time, add_routes) as served:
            yield Entra(served, teams)


async def test_whoever_signs_in_with_microsoft_is_who_teams_knows_them_as(entra_too: Entra) -> None:
    async with entra_too.site.window() as window:
        assert "Sign in with Microsoft" in (await window.get("/signin")).words
        back = await entra_too.sign_in(window, TEAMS_ADA)

        assert (back.status, back.location) == (303, f"{entra_too.site.url}integrations")
        assert await entra_too.whoever(window) == Actor("teams", entra_too.teams.tenant, TEAMS_ADA, "Ada Lovelace")


async def test_people_of_another_tenant_do_not_come_in(entra_too: Entra) -> None:
    strangers = [each.object_id for each in entra_too.teams.workspace.people.values() if each.tenant != entra_too.teams.tenant]
    async with entra_too.site.window() as window:
        answers = [await entra_too.sign_in(window, person) for person in strangers]

        assert {each.status for each in answers} == {403}
        assert "not for people of your organisation" in answers[0].words
        assert await entra_too.whoever(window) is None
