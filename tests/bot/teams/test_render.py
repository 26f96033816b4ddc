"""Replies become cards that Teams takes, that say everything, and in which nothing from outside comes alive."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from bot.teams.escape import inert, shorten
from bot.teams.render import Message, render
from bot.teams.sandbox.cards import wrong_in_card
from bot.text import clean, is_web_address
from commands.reply import Button, Field, File, Item, Reply
from tests.bot.slack.test_render import GOOD, PAYLOADS, REPLY, everywhere, ids

MOST = (28 - 4) * 1024  # bytes of summary and card; the rest is left to whatever carries them


def rendered(reply: Reply) -> list[Message]:
    return render(reply, ids(reply), "call-1")


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
    return [element for message in messages for element in elements(message.card["body"])]


def runs(messages: Sequence[Message]) -> list[Mapping[str, Any]]:
    return [element for element in shown(messages) if element["type"] == "TextRun"]


def read(messages: Sequence[Message]) -> str:
    return "".join(run["text"] for run in runs(messages))


def buttons(messages: Sequence[Message]) -> list[Mapping[str, Any]]:
    return [action for element in shown(messages) if element["type"] == "ActionSet" for action in element["actions"]]


def body(reply: Reply) -> list[Any]:
    [message] = rendered(reply)
    return list(message.card["body"])


# What a reply looks like


def test_a_plain_reply_is_one_card_that_can_be_found_by_its_call() -> None:
    [message] = rendered(Reply("3 meetings on Monday"))
    assert message.text == "3 meetings on Monday"
    assert (message.card["type"], message.card["version"], "msteams" in message.card) == ("AdaptiveCard", "1.5", False)
    assert message.card["body"] == [
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "3 meetings on Monday"}], "id": "call:call-1:0"}
    ]


def test_each_message_bears_its_number_and_without_a_call_there_is_no_mark() -> None:
    long = Reply("word " * 8_000)
    first = [message.card["body"][0] for message in rendered(long)]
    assert [element["id"] for element in first] == [f"call:call-1:{part}" for part in range(len(first))]
    assert len(first) > 1
    assert not [element for element in shown(render(long)) if "id" in element]


def test_items_have_bold_titles_that_lead_where_they_should() -> None:
    reply = Reply("Found", items=(Item("Roadmap", "edited today", "https://notion.so/1"), Item("Plan"), Item("", "just so")))
    assert [element["inlines"] for element in body(reply)[1:]] == [
        [
            {
                "type": "TextRun",
                "text": "Roadmap",
                "weight": "Bolder",
                "color": "Accent",
                "selectAction": {"type": "Action.OpenUrl", "url": "https://notion.so/1"},
            },
            {"type": "TextRun", "text": " — edited today"},
        ],
        [{"type": "TextRun", "text": "Plan", "weight": "Bolder"}],
        [{"type": "TextRun", "text": "just so"}],
    ]
    assert rendered(reply)[0].text == "Found\nRoadmap — edited today\nPlan\njust so"


def test_fields_stand_under_each_other_by_bold_names() -> None:
    [message] = rendered(Reply("Deal", fields=(Field("Stage", "won"), Field("Amount", "5 €"))))
    assert message.text == "Deal\nStage: won\nAmount: 5 €"
    assert [run["text"] for run in runs([message]) if run.get("weight") == "Bolder"] == ["Stage: ", "\nAmount: "]


def test_an_items_buttons_leave_the_list_and_a_replys_own_replace_it() -> None:
    items = (Item("a", buttons=(Button("Join", url="https://meet.test/a"), Button("Cancel", "calendar cancel"))), Item("b"))
    own = (Button("More", "x", style="primary"), Button("No", "x", style="danger"), Button("Odd", "x", style="odd"))
    reply = Reply("Two", items=items, buttons=own)
    assert [element["type"] for element in body(reply)] == [
        *("RichTextBlock", "RichTextBlock", "ActionSet", "RichTextBlock", "ActionSet")
    ]
    assert buttons(rendered(reply)) == [
        {"type": "Action.OpenUrl", "title": "Join", "url": "https://meet.test/a"},
        {"type": "Action.Submit", "title": "Cancel", "data": {"offer": "id-0"}},
        {"type": "Action.Execute", "title": "More", "verb": "press", "data": {"offer": "id-1"}, "style": "positive"},
        {"type": "Action.Execute", "title": "No", "verb": "press", "data": {"offer": "id-2"}, "style": "destructive"},
        {"type": "Action.Execute", "title": "Odd", "verb": "press", "data": {"offer": "id-3"}},
    ]


def test_a_button_with_a_form_opens_a_task_module_wherever_it_stands() -> None:
    form = Button("Fill in", "calendar create", form=True)
    opens = {"type": "Action.Submit", "title": "Fill in", "data": {"offer": "id-0", "msteams": {"type": "task/fetch"}}}
    assert buttons(rendered(Reply("x", buttons=(form,)))) == [opens]
    assert buttons(rendered(Reply("x", items=(Item("y", buttons=(form,)),)))) == [opens]


def test_ids_are_given_in_the_order_of_the_pressed_buttons() -> None:
    items = tuple(Item(str(n), buttons=tuple(Button(f"{n}.{m}", "x y") for m in range(n))) for n in range(4))
    reply = Reply("x", items=items, buttons=(Button("last", "x y"),))
    given = [button.label for button in reply.pressed]
    drawn = buttons(render(reply, given))
    assert [button["data"]["offer"] for button in drawn] == given == [button["title"] for button in drawn]


def test_every_button_needs_its_id_and_no_more() -> None:
    reply = Reply("x", buttons=(Button("a", "b"), Button("c", url="https://d.test")))
    for wrong in ([], ["1", "2"]):
        with pytest.raises(ValueError):
            render(reply, wrong)


def test_a_button_that_leads_nowhere_is_left_out() -> None:
    assert buttons(rendered(Reply("x", buttons=(Button("a"), Button("b", url="javascript:alert(1)"))))) == []


def test_the_replys_image_is_shown_with_a_text_instead_and_no_other() -> None:
    assert body(Reply("A cat <3", image="https://cdn.test/cat.png"))[1] == {
        "type": "Image",
        "url": "https://cdn.test/cat.png",
        "altText": "A cat <3",
    }
    for url in ("", "http://", "data:image/png;base64,AA", "file:///etc/passwd", "cdn.test/cat.png"):
        assert "Image" not in {element["type"] for element in shown(rendered(Reply("x", image=url)))}


def test_a_file_is_told_by_name_and_size() -> None:
    [message] = rendered(Reply("Here", file=File("day\n1.ics", b"x" * 12_000, "text/calendar")))
    assert message.text == "Here\nday 1.ics (12 kB)"


def test_an_empty_reply_still_is_a_message() -> None:
    assert [message.text for message in rendered(Reply(""))] == ["…"]
    assert read(rendered(Reply(""))) == "…"
    [message] = rendered(Reply("", buttons=(Button("", "x"),)))
    assert (message.text, buttons([message])[0]["title"]) == ("…", "…")


def test_what_is_long_gets_the_full_width() -> None:
    [message] = rendered(Reply("word " * 200))
    assert message.card["msteams"] == {"width": "Full"}


# Limits, and nothing lost


def is_within_limits(messages: Sequence[Message]) -> bool:
    for message in messages:
        assert 0 < len(message.text) <= 500
        assert len(json.dumps([message.text, message.card], ensure_ascii=False).encode()) <= MOST
        assert list(wrong_in_card(message.card)) == []
        for element in elements(message.card["body"]):
            match element["type"]:
                case "RichTextBlock":
                    assert element["inlines"]
                case "TextRun":
                    assert 0 < len(element["text"]) <= 2_500
                case "ActionSet":
                    assert 0 < len(element["actions"]) <= 6
                case "Image":
                    assert 0 < len(element["altText"]) <= 500
                case "Action.Execute" | "Action.Submit":
                    assert 0 < len(element["title"]) <= 75
                case "Action.OpenUrl":
                    assert 0 < len(element.get("title", "in a text")) <= 75
                case "Container":
                    assert element["items"]
                case other:
                    assert other == "task/fetch", f"{other} is nothing that we draw"
    return True


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
    "sign",
    [
        "x",
        "&",
        "<",
        '"',
        "é",
        "水",
        "😀",
        "\n",
        "\t",
        "\x00",
        "e\u0301",
        "👨‍👩‍👧",
        "word ",
        "line of words\n",
        "*a",
        "- ",
        "{{DATE(",
    ],
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


def test_the_longest_addresses_fit() -> None:
    url = f"https://a.test/{'水' * 990}"
    assert is_web_address(url)
    every = tuple(Button("x" * 80, url=url) for _ in range(20))
    messages = rendered(Reply("x", items=(Item("*a" * 20, "y", url, every),) * 9, buttons=every, image=url))
    assert is_within_limits(messages)
    assert len(buttons(messages)) == 200
    linked = [run for run in runs(messages) if "selectAction" in run]
    assert 9 <= len(linked) <= 9 * 8, "and are not repeated without end"


def test_buttons_stand_six_to_a_row() -> None:
    rows = [element["actions"] for element in body(Reply("x", buttons=(Button("x", "y"),) * 14))[1:]]
    assert [len(row) for row in rows] == [6, 6, 2]


def test_what_is_shortened_ends_with_an_ellipsis() -> None:
    assert (shorten(" a ", 3), shorten("abcd", 3), shorten("abc", 3), shorten(" ", 3)) == ("a", "ab…", "abc", "…")


# Nothing comes alive

# The part of CommonMark that cards know: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
MARKDOWN = MarkdownIt("commonmark").disable("autolink")
LIVING = (
    *("{{DATE(2017-02-14T06:00:00Z, SHORT)}}", "{{TIME(2017-02-14T06:00:00Z)}}", "<at>Ada Lovelace</at>", "**bold** and _it_"),
    *("2*3*4", "*a*b*c*", "[x](https://evil.test) [y](evil.test)", "[]()", "a\n- b\n- c", "1. a\n2. b", "see [1](tel:123)"),
    *("snake_case_name_", "_file_name_", "**[x](y)**", "![x](https://evil.test/a.png)", "a - b 2. c"),
)
# What Microsoft's own parser takes for markup in one run, and what its renderers take for a date
MARKUP = re.compile(r"\]\(|- |\d\. |\{\{(?:DATE|TIME)\(|://|mailto:.|www\.", re.IGNORECASE | re.ASCII)


def is_dead(text: str) -> bool:
    """Nothing in one run can be found by whoever looks for markup in it."""
    assert not MARKUP.search(text)
    html = MARKDOWN.renderInline(text)
    return not any(tag in html for tag in ("<a ", "<img", "<em>", "<strong>"))


@pytest.mark.parametrize("payload", [*PAYLOADS, *LIVING], ids=lambda text: ascii(text)[:30])
def test_no_text_from_outside_comes_alive(payload: str) -> None:
    messages = rendered(everywhere(payload))
    assert is_within_limits(messages)
    for element in shown(messages):
        match element["type"]:
            case "TextRun":
                assert is_dead(element["text"])
            case "Action.OpenUrl":
                assert element["url"] == GOOD or (element["url"] == payload and is_web_address(payload))
            case "Image":
                assert element["url"] == payload
                assert is_web_address(payload)
    assert read(messages).count(clean(payload)) >= 8, "and it can be read as it was written"


@pytest.mark.parametrize("payload", [*PAYLOADS, *LIVING], ids=lambda text: ascii(text)[:30])
def test_nothing_is_in_a_card_that_would_be_parsed_or_could_mention_anybody(payload: str) -> None:
    for message in rendered(everywhere(payload)):
        assert {element["type"] for element in elements(message.card)}.isdisjoint({"TextBlock", "FactSet"})
        assert message.card.get("msteams", {}).keys() <= {"width"}
        assert message.card["fallbackText"] == rendered(Reply("x"))[0].card["fallbackText"]


@settings(deadline=None)
@given(REPLY)
def test_no_run_of_any_reply_is_markup(reply: Reply) -> None:
    assert all(is_dead(run["text"]) for run in runs(rendered(reply)))


def test_only_what_could_come_alive_is_taken_apart() -> None:
    assert inert("plain (really) [x] 3.5 {a} file_name-2.txt 10:30") == ["plain (really) [x] 3.5 {a} file_name-2.txt 10:30"]
    assert inert("[x](https://y)") == ["[x]", "(https:", "//y)"]
    assert inert("") == []
