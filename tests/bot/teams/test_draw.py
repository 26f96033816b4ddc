"""Cards are drawn as HTML, and nothing that is said on them harms the page."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from bot.teams.form import form_card
from bot.teams.render import render
from bot.teams.sandbox.draw import draw_card
from bot.teams.sandbox.walk import actions
from bot.text import clean
from commands.calendar import create, respond
from commands.reply import Button, Field, Item, Reply
from tests.bot.slack.test_render import PAYLOADS, everywhere, ids
from tests.bot.slack.test_sandbox_page import HARMFUL
from tests.bot.terminal.replies import FULL

VOID = {"img", "input", "br"}


def drawn(reply: Reply) -> str:
    return "".join(draw_card(message.card) for message in render(reply, ids(reply)))


def said(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_texts_links_and_buttons_are_drawn_in_their_order() -> None:
    item = Item(
        "Standup", "at nine", "https://meet.test/1", (Button("Cancel", "x y"), Button("Join", url="https://meet.test/2"))
    )
    html = drawn(Reply("Today", (item,), (Field("Zone", "London"),), (Button("Undo", "x y", style="danger"),)))
    assert said(html) == "TodayZone: LondonStandup — at nineCancelJoinUndo"
    assert (
        '<a href="https://meet.test/1" target=_blank rel="noopener noreferrer"><span class=accent><b>Standup</b></span></a>'
        in html
    )
    assert '<a class="button " href="https://meet.test/2" target=_blank rel="noopener noreferrer">Join</a>' in html
    assert '<button class="destructive" name=button value=3>Undo</button>' in html


def test_a_button_is_known_by_its_number_among_the_actions_of_the_card() -> None:
    [message] = render(FULL, ids(FULL))
    every = list(actions(message.card))
    for number, label in re.findall(r"<button [^>]*value=(\d+)>([^<]*)</button>", draw_card(message.card)):
        assert every[int(number)]["title"] == label
    assert [every[int(n)]["title"] for n in re.findall(r" value=(\d+)>", draw_card(message.card))] == [
        button.label for button in FULL.pressed
    ]


def test_a_card_is_one_form_that_is_sent_where_the_page_says() -> None:
    [message] = render(FULL, ids(FULL))
    html = draw_card(message.card, "<input type=hidden name=user value=ada>", "submit")
    assert html.startswith('<form method=post action="submit" class="card"><input type=hidden name=user value=ada>')
    assert html.count("<form") == 1


def test_a_wide_card_is_drawn_wide() -> None:
    assert 'class="card wide"' in drawn(Reply("word " * 100))


def test_every_field_of_a_form_is_drawn_with_what_is_known() -> None:
    html = draw_card(form_card(create, {"title": 'a "b" <c>', "video": True}, {"start": "I can't read <that>."}))
    assert re.findall(r'name="field:(\w+)"', html) == [option.name for option in create.options]
    assert 'value="a &quot;b&quot; &lt;c&gt;"' in html
    assert "<span class=attention>I can&#x27;t read &lt;that&gt;.</span>" in html
    assert '<input type=checkbox name="field:video" value="true" checked>' in html
    assert '<option value="maybe" selected>maybe</option>' in draw_card(form_card(respond, {"answer": "maybe"}))


def test_elements_that_others_may_send_are_drawn_too() -> None:
    column = {"items": [{"type": "TextBlock", "text": "in a column", "weight": "Bolder"}]}
    body = [
        {"type": "Container", "items": [{"type": "ColumnSet", "columns": [column]}]},
        {"type": "FactSet", "facts": [{"title": "a", "value": "b"}]},
        {"type": "RichTextBlock", "inlines": ["plain", {"type": "TextRun", "text": "mono", "fontType": "Monospace"}]},
        {"type": "Later", "text": "unknown"},
    ]
    html = draw_card({"type": "AdaptiveCard", "body": body})
    assert said(html) == "in a columnabplainmonounknown"
    assert "<code>mono</code>" in html


class Balance(HTMLParser):
    """Notes every tag, and that each is closed where it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
def test_nothing_that_is_said_comes_alive_on_the_page(payload: str) -> None:
    html = drawn(everywhere(payload))
    tags = re.findall(r"<[^>]*>", html)
    assert [tag for tag in tags if HARMFUL.search(tag)] == []
    assert said(html).count(clean(payload)) >= 8, "and it can be read as it was written"
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
