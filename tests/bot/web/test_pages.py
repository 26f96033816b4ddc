"""Templates are filled in safely, and what pages load never changes under its address."""

import re

import pytest
from jinja2 import UndefinedError

from bot.web.browser import Visitor
from bot.web.pages import Pages
from tests.bot.web.reading import PAYLOADS, Read
from tests.bot.web.site import ADA, ICON, Site


def message(title: str = "Title", text: str = "Text") -> str:
    told = {"title": title, "text": text, "reason": text, "link": ("/", text)}
    shown = Visitor("id", ADA, False, "csrf").shown
    return Pages().show("message.html", 404, **told, **shown).text or ""


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
def test_nothing_that_a_page_is_given_comes_alive(payload: str) -> None:
    page = Read(message(payload, payload))
    assert page.alien == []
    assert page.text.count("alert") == 5 * payload.count("alert")


def test_there_are_at_least_thirty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 30


def test_a_page_that_would_miss_something_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        Pages().show("message.html", title="Title", text="Text", **Visitor().shown)


def test_nothing_hides_in_a_text_or_turns_it_around() -> None:
    html = message(text="moc.evil\u202elive\ud800\0")
    assert "moc.evillive\ufffd\ufffd" in html
    html.encode()


def test_a_page_says_what_became_of_the_request() -> None:
    response = Pages().show("base.html", 404, title="Title", **Visitor().shown)
    assert (response.status, response.content_type, response.charset) == (404, "text/html", "utf-8")


def test_what_has_another_content_has_another_address() -> None:
    first, second = Pages({"x": ICON}), Pages({"x": ICON + b" "})
    assert first.url("x.svg") != second.url("x.svg")
    assert first.url("style.css") == second.url("style.css")
    with pytest.raises(KeyError):
        first.url("y.svg")


async def test_what_pages_load_may_be_kept_for_ever_and_do_nothing(site: Site) -> None:
    _, html = await site.get("integrations", await site.sign_in(ADA))
    addresses = set(re.findall(r'"(/static/[^"]+)"', html))
    assert len(addresses) == 2
    for address in addresses:
        async with site.client.get(site.address + address[1:]) as answer:
            assert answer.status == 200
            assert answer.content_type in ("text/css", "image/svg+xml")
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["style.css", "style.000000000000.css", "..%2fpages.py", "%2e%2e%2fpages.py", "..%5cpages.py", "templates", ""]
)
async def test_nothing_else_is_served(site: Site, name: str) -> None:
    assert (await site.get(f"static/{name}"))[0] == 404
