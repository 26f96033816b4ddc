"""The page on which somebody says yes or no: as people see it, and with nothing on it that a client says."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest

from adapters import ADAPTERS
from adapters.base import Adapter, OAuth2
from adapters.oauth import OAuthClient
from adapters.sandbox_authorization import AuthorizationServer
from tests.adapters.authorization.asking import ADA, BACK, VERIFIER, asking, opens, sent_with
from tests.adapters.servers import Calendar


class Page(HTMLParser):
    """The parts of a page that matter here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str | None]:
        return [fields.get("value") for tag, fields in self.tags if fields.get("name") == name]


async def page(browser: aiohttp.ClientSession, url: str) -> Page:
    async with browser.get(url) as answer:
        assert answer.status == 200
        return Page(await answer.text())


async def press(browser: aiohttp.ClientSession, url: str, decision: str, **changes: Any) -> str:
    """Fills in the page that is shown at `url` and presses a button; gives where it leads."""
    shown = await page(browser, url)
    form = {"request": shown.values("request")[0], "account": ADA, "scope": shown.values("scope"), **changes}
    fields = [(name, each) for name, value in form.items() for each in (value if isinstance(value, list) else [value])]
    sent = urlencode([*fields, ("decision", decision)])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with browser.post(urlsplit(url).path, data=sent, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.headers["Location"]


async def test_the_whole_flow_by_hand(
    client: OAuthClient, browser: aiohttp.ClientSession, server: AuthorizationServer, address: str
) -> None:
    back = sent_with(await press(browser, asking(client), "allow", other=""))
    assert (back["state"], back["iss"]) == ("s-1", address)
    issued = await client.exchange(back["code"], BACK, VERIFIER)
    assert (issued.lifetime, issued.scopes) == (3600, ("read", "write"))
    assert await opens(address, issued.access)
    assert server.counts.exchanges == 1


async def test_who_says_no_is_sent_back_without_a_code(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    assert sent_with(await press(browser, asking(client), "deny"))["error"] == "access_denied"


async def test_another_account_may_be_named(
    client: OAuthClient, browser: aiohttp.ClientSession, server: AuthorizationServer
) -> None:
    back = sent_with(await press(browser, asking(client), "allow", other=" zoe@acme.test "))
    issued = await client.exchange(back["code"], BACK, VERIFIER)
    async with browser.get("mine", headers={"Authorization": f"Bearer {issued.access.reveal()}"}) as answer:
        assert await answer.json() == {"account": "zoe@acme.test"}


async def test_less_than_was_asked_for_may_be_granted_and_no_more(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    back = sent_with(await press(browser, asking(client), "allow", scope=["read", "everything"]))
    assert (await client.exchange(back["code"], BACK, VERIFIER)).scopes == ("read",)
    assert sent_with(await press(browser, asking(client), "allow", scope=["everything"]))["error"] == "access_denied"


async def test_where_nothing_is_asked_for_leave_can_be_given_all_the_same(
    client: OAuthClient, browser: aiohttp.ClientSession
) -> None:
    assert "code" in sent_with(await press(browser, asking(client, scope=None), "allow"))


async def test_a_page_is_good_for_one_answer(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    shown = await page(browser, asking(client))
    form = {"request": str(shown.values("request")[0]), "account": ADA, "scope": "read", "decision": "allow"}
    statuses = []
    for _ in range(2):
        async with browser.post("authorize", data=form, allow_redirects=False) as answer:
            statuses.append(answer.status)
    assert statuses == [303, 400]


async def test_a_hint_comes_first_and_is_offered_once(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    usual = (await page(browser, asking(client))).values("account")
    assert usual == ["ada@acme.test", "grace@acme.test"]
    hinted = (await page(browser, asking(client, login_hint="grace@acme.test"))).values("account")
    assert hinted == ["grace@acme.test", "ada@acme.test"]
    other = (await page(browser, asking(client, login_hint="zoe@acme.test"))).values("account")
    assert other == ["zoe@acme.test", *usual]


EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}'


@pytest.mark.parametrize("name", ["login_hint", "state", "scope", "extra"])
async def test_nothing_that_a_client_says_becomes_part_of_the_page(
    client: OAuthClient, browser: aiohttp.ClientSession, name: str
) -> None:
    tags = {tag for tag, _ in (await page(browser, asking(client, **{name: EVIL}))).tags}
    assert "script" not in tags
    assert "img" not in tags


@pytest.mark.parametrize(
    ("scope", "shown"), [("crm.objects.deals.read", 2), ("https://www.googleapis.com/auth/calendar.events", 3)]
)
async def test_a_scope_is_told_in_full_and_in_short_where_that_is_something_else(
    client: OAuthClient, browser: aiohttp.ClientSession, scope: str, shown: int
) -> None:
    async with browser.get(asking(client, scope)) as answer:
        assert (await answer.text()).count(scope.rpartition("/")[2]) == shown  # one of them is in the form


async def test_the_page_calls_the_service_as_people_do(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    async with browser.get(asking(client)) as answer:
        assert "<h1>Sign in to Diary</h1>" in await answer.text()


@pytest.mark.parametrize("adapter", [each for each in ADAPTERS if isinstance(each.auth, OAuth2)], ids=lambda each: each.name)
def test_a_stand_in_to_sign_in_to_has_the_title_of_its_service(adapter: Adapter) -> None:
    assert adapter.sandbox(Calendar()).title == adapter.title


async def test_the_page_can_be_used_without_a_mouse_or_a_script(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    async with browser.get(asking(client)) as answer:
        text = await answer.text()
        assert "Set-Cookie" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
    shown = Page(text)
    assert {fields.get("id") for tag, fields in shown.tags if tag == "button"} == {"allow", "deny"}
    visible = [fields for tag, fields in shown.tags if tag == "input" and fields["type"] != "hidden"]
    assert len(re.findall(r"<label>(?:(?!</label>).)*<input(?:(?!</label>).)*</label>", text, re.DOTALL)) == len(visible)
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:3000;" in policy
