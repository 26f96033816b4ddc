"""An account is connected, used, renewed and let go: at our own stand-in, and at one that somebody else wrote."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import aiohttp
import pytest

from adapters.base import Secret, Service
from adapters.errors import NeedsConnection, Refused
from adapters.google_calendar import ADAPTER, AUTH
from adapters.google_calendar.client import GoogleCalendar
from adapters.oauth import Issued, OAuthClient, Registration
from tests.adapters.google_calendar.stage import Stage, connected, opened, staged
from tests.adapters.switched_on import Moment
from tests.emulate import Emulate

BACK = "http://127.0.0.1:3000/oauth/google_calendar/callback"
VERIFIER = "CANARY-verifier-" + "1" * 40


class Form(HTMLParser):
    """The first form of a page, as a browser sends it when its first button is pressed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self._left = False
        self._pressed = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        field = dict(attrs)
        if tag == "form" and not self._left:
            self.action = field.get("action") or ""
        if tag == "button":
            pressed, self._pressed = not self._pressed, True
        else:
            pressed = tag == "input" and (field.get("type") not in ("radio", "checkbox") or "checked" in field)
        if pressed and not self._left and field.get("name"):
            self.fields.append((str(field["name"]), field.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        self._left = self._left or tag == "form"


@dataclass(frozen=True)
class Google:
    """Somebody's Google: its calendars, its authorization server, and a browser."""

    service: Service
    client: OAuthClient
    session: aiohttp.ClientSession

    def open(self, token: Secret) -> GoogleCalendar:
        return opened(self.service, token.reveal(), "Europe/Berlin", Moment())

    async def brought_back(self, verifier: str = VERIFIER) -> dict[str, str]:
        """What a browser has in its hands after a person has pressed the first button that they saw."""
        async with self.session.get(self.client.authorization_url(BACK, ADAPTER.scopes, "s-1", verifier)) as answer:
            assert answer.status == 200
            form = Form(await answer.text())
        action = urljoin(str(answer.url.with_query(None)), form.action)
        async with self.session.post(action, data=form.fields, allow_redirects=False) as answer:
            assert answer.status in (302, 303)
            assert answer.headers["Location"].startswith(f"{BACK}?")
            return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    async def issued(self) -> Issued:
        return await self.client.exchange((await self.brought_back())["code"], BACK, VERIFIER)


def google(service: Service, session: aiohttp.ClientSession) -> Google:
    registration = Registration("google_calendar-client", Secret("google_calendar-client-secret"), ADAPTER.env)
    client = OAuthClient(ADAPTER.name, ADAPTER.title, AUTH.at(service.base_url), registration, service.http)
    return Google(service, client, session)


@pytest.fixture(scope="session")
def emulated(emulate: Emulate) -> Iterator[str]:
    with emulate.running("google") as address:
        yield address


@pytest.fixture(params=["sandbox", pytest.param("emulate", marks=pytest.mark.emulate)])
async def anybody(request: pytest.FixtureRequest) -> AsyncIterator[Google]:
    """Both, for what holds at both."""
    if request.param == "sandbox":
        async with staged() as stage:
            yield google(stage.service, stage.session)
        return
    async with connected(f"{request.getfixturevalue('emulated')}/") as (service, session):
        yield google(service, session)


@pytest.fixture
def own(stage: Stage) -> Google:
    """Our own stand-in, with all of Google's habits."""
    return google(stage.service, stage.session)


def refresh_of(issued: Issued) -> Secret:
    assert issued.refresh is not None
    return issued.refresh


# At both


async def test_a_person_connects_and_the_bot_knows_their_account(anybody: Google) -> None:
    back = await anybody.brought_back()
    assert back["state"] == "s-1"
    assert back.get("iss", AUTH.at(anybody.service.base_url).issuer) == AUTH.at(anybody.service.base_url).issuer
    issued = await anybody.client.exchange(back["code"], BACK, VERIFIER)
    assert (issued.scopes, issued.lifetime) == (ADAPTER.scopes, 3600)
    assert await ADAPTER.account(anybody.open(issued.access)) in ("ada@acme.test", "primary")  # as emulate calls everybody's


async def test_a_connection_is_renewed_as_often_as_it_has_to_be(anybody: Google) -> None:
    issued = await anybody.issued()
    first, second = [await anybody.client.refresh(refresh_of(issued)) for _ in range(2)]
    assert first.refresh is second.refresh is None
    assert len({each.access.reveal() for each in (issued, first, second)}) == 3
    assert await anybody.open(second.access).calendars()


async def test_a_connection_that_was_let_go_is_gone(anybody: Google) -> None:
    issued = await anybody.issued()
    await anybody.client.revoke(refresh_of(issued))
    await anybody.client.revoke(refresh_of(issued))  # once more does no harm
    with pytest.raises(NeedsConnection):
        await anybody.client.refresh(refresh_of(issued))


async def test_a_code_is_worth_nothing_to_somebody_without_the_proof(anybody: Google) -> None:
    back = await anybody.brought_back()
    with pytest.raises(Refused, match="connect again"):
        await anybody.client.exchange(back["code"], BACK, "w" * 43)


async def test_a_code_is_good_once(anybody: Google) -> None:
    back = await anybody.brought_back()
    await anybody.client.exchange(back["code"], BACK, VERIFIER)
    with pytest.raises(Refused, match="connect again"):
        await anybody.client.exchange(back["code"], BACK, VERIFIER)


async def test_a_refresh_token_that_nobody_gave_needs_a_connection(anybody: Google) -> None:
    with pytest.raises(NeedsConnection):
        await anybody.client.refresh(Secret("CANARY-refresh-made-up"))


# Google's habits


async def test_the_account_is_the_address_of_the_person_s_own_calendar(stage: Stage, own: Google) -> None:
    page = own.client.authorization_url(BACK, ADAPTER.scopes, "s-1", VERIFIER)
    back = dict(parse_qsl(urlsplit(stage.sandbox.authorization.approve(page, "zoe@acme.test")).query))
    issued = await own.client.exchange(back["code"], BACK, VERIFIER)
    assert await own.open(issued.access).account() == "zoe@acme.test"


@pytest.mark.parametrize("missing", ["access_type", "prompt"])
async def test_a_refresh_token_comes_only_when_asked_for_as_google_wants(stage: Stage, own: Google, missing: str) -> None:
    page = own.client.authorization_url(BACK, ADAPTER.scopes, "s-1", VERIFIER).replace(missing, "some_other")
    back = dict(parse_qsl(urlsplit(stage.sandbox.authorization.approve(page, "zoe@acme.test")).query))
    assert (await own.client.exchange(back["code"], BACK, VERIFIER)).refresh is None


async def test_letting_go_of_one_token_ends_all_that_the_account_granted(stage: Stage, own: Google) -> None:
    one, other = await own.issued(), await own.issued()
    await own.client.revoke(one.access)
    for issued in (one, other):
        with pytest.raises(NeedsConnection):
            await own.open(issued.access).calendars()
        with pytest.raises(NeedsConnection):
            await own.client.refresh(refresh_of(issued))
    assert stage.sandbox.authorization.counts.revocations == 1


async def test_after_an_hour_the_calendar_wants_a_new_token(stage: Stage, own: Google) -> None:
    issued = await own.issued()
    stage.now.value += timedelta(seconds=3600)
    with pytest.raises(NeedsConnection):
        await own.open(issued.access).calendars()
    assert await own.open((await own.client.refresh(refresh_of(issued))).access).calendars()


async def test_a_person_may_grant_less(stage: Stage, own: Google) -> None:
    page = own.client.authorization_url(BACK, ADAPTER.scopes, "s-1", VERIFIER)
    back = dict(parse_qsl(urlsplit(stage.sandbox.authorization.approve(page, "zoe@acme.test", ADAPTER.scopes[:1])).query))
    assert (await own.client.exchange(back["code"], BACK, VERIFIER)).scopes == ADAPTER.scopes[:1]


async def test_a_drill_at_the_token_endpoint_costs_no_connection(stage: Stage, own: Google) -> None:
    issued = await own.issued()
    stage.fail("drop_after", path="oauth2/token")
    assert await own.client.refresh(refresh_of(issued))
    assert stage.sandbox.authorization.counts.refreshes == 2
