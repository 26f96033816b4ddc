"""Cards that Teams would take, and what is wrong with the others."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.teams.sandbox.cards import wrong_in_card
from bot.teams.sandbox.forms import filled, inputs
from bot.teams.sandbox.walk import actions, elements, words
from tests.bot.teams.sandboxed import block, card, execute, opens, submit

JUNK: tuple[Any, ...] = (None, 1, "", "x", [], [1], {}, {"type": "x"}, [{}], True)
RUN = {"type": "TextRun", "text": "read on", "selectAction": {"type": "Action.OpenUrl", "url": "https://a.test"}}
RICH = {"type": "RichTextBlock", "inlines": ["plain, ", RUN]}
CHOICES = [{"title": "Red", "value": "r"}, {"title": "Blue", "value": "b"}]
COLOR = {"type": "Input.ChoiceSet", "id": "color", "label": "Color", "choices": CHOICES}
TITLE = {"type": "Input.Text", "id": "title", "label": "Title", "isRequired": True, "maxLength": 10}
DAY = {"type": "Input.Date", "id": "day"}
MINUTES = {"type": "Input.Number", "id": "minutes", "value": "30"}
ALL_DAY = {"type": "Input.Toggle", "id": "all_day", "title": "All day", "valueOn": "yes", "valueOff": "no"}
FORM = card(TITLE, COLOR, DAY, MINUTES, ALL_DAY, actions=[submit("Save")])
FACTS = {"type": "FactSet", "facts": [{"title": "Owner", "value": "Ada"}]}
COLUMNS = {"type": "ColumnSet", "columns": [{"type": "Column", "width": "auto", "items": [block("left")]}, {"items": [RICH]}]}
TABLE = {"type": "Table", "columns": [{"width": 1}], "rows": [{"type": "TableRow", "cells": [{"items": [block("cell")]}]}]}
IMAGE = {"type": "Image", "url": "https://a.test/x.png", "altText": "x"}
SET = {"type": "ActionSet", "actions": [execute("Inside")]}
SHOW = {"type": "Action.ShowCard", "title": "More", "card": card(block("hidden"), actions=[submit("Deep")])}


@pytest.mark.parametrize(
    "fine",
    [
        card(),
        card(block("x", size="ExtraLarge", weight="bolder", color="Attention"), RICH, FACTS, COLUMNS, TABLE, IMAGE, SET),
        card({"type": "Container", "style": "emphasis", "items": [{"type": "ImageSet", "images": [{"url": IMAGE["url"]}]}]}),
        card(actions=[execute(str(number)) for number in range(6)]),
        card(actions=[{**submit(), "style": "destructive"}, opens(), SHOW, {**submit(), "data": "just text"}]),
        card(actions=[{"type": "Action.OpenUrl", "title": "Mail", "url": "mailto:ada@a.test"}]),
        FORM,
        {"type": "AdaptiveCard", "version": "1.0", "actions": [submit()]},
        card(block("Hi <at>Ada</at>"), msteams={"entities": [{"text": "<at>Ada</at>", "mentioned": {"id": "29:1"}}]}),
    ],
)
def test_teams_takes_it(fine: Any) -> None:
    assert list(wrong_in_card(fine)) == []


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (None, "no AdaptiveCard"),
        ([], "no AdaptiveCard"),
        ({"type": "Card"}, "no AdaptiveCard"),
        (card(version="1.6"), "version"),
        (card(version=None), "version"),
        ({"type": "AdaptiveCard", "version": "1.5"}, "nothing on it"),
        (card(body="x"), "body"),
        (card(body=["x"]), "body"),
        (card({"type": "Textblock", "text": "x"}), "Textblock"),
        (card({"type": "Media", "sources": []}), "Media"),
        (card({"text": "x"}), "unsupported element"),
        (card({"type": "TextBlock"}), "text"),
        (card(block("")), "text"),
        (card(block("x", size="huge")), "size"),
        (card(block("x", color="red")), "color"),
        (card(block("x", spacing="wide")), "spacing"),
        (card(block("x", id=1)), "id"),
        (card({"type": "RichTextBlock", "inlines": []}), "inlines"),
        (card({"type": "RichTextBlock", "inlines": [{"text": "x"}]}), "inline"),
        (card({"type": "RichTextBlock", "inlines": [{**RUN, "selectAction": {"type": "Action.OpenUrl"}}]}), "url"),
        (card({"type": "Image", "url": "x.png"}), "url"),
        (card({"type": "FactSet", "facts": [{"title": "x"}]}), "value"),
        (card({"type": "FactSet"}), "facts"),
        (card({"type": "Container"}), "items"),
        (card({"type": "ColumnSet", "columns": [block("x")]}), "Column"),
        (card({"type": "ActionSet"}), "actions"),
        (card({"type": "ActionSet", "actions": [execute()] * 7}), "more than 6"),
        (card({"type": "Container", "items": [block("x")], "selectAction": SHOW}), "selectAction"),
        (card(actions=[execute(str(number)) for number in range(7)]), "more than 6"),
        (card(actions=[{"type": "Action.Http", "title": "x"}]), "Action.Http"),
        (card(actions=[{"type": "Action.Execute", "verb": "x"}]), "title"),
        (card(actions=[{**execute(), "title": ""}]), "title"),
        (card(actions=[{**execute(), "style": "danger"}]), "style"),
        (card(actions=[{**execute(), "data": [1]}]), "data"),
        (card(actions=[{**submit(), "verb": "press"}]), "verb"),
        (card(actions=[{"type": "Action.OpenUrl", "title": "x", "url": "javascript:alert(1)"}]), "url"),
        (card(actions=[{"type": "Action.OpenUrl", "title": "x", "url": "https://[x"}]), "url"),
        (card(actions=[{"type": "Action.ShowCard", "title": "x"}]), "card"),
        (card(actions=[{"type": "Action.ToggleVisibility", "title": "x"}]), "targetElements"),
        (card({"type": "Input.Text", "label": "x"}), "id"),
        (card({"type": "Input.Toggle", "id": "x"}), "title"),
        (card({"type": "Input.ChoiceSet", "id": "x", "choices": [{"title": "x"}]}), "value"),
        (card({**COLOR, "style": "dropdown"}), "style"),
        (card(block("x", id="a"), block("y", id="a")), "twice"),
        (card(TITLE, actions=[{**submit(), "id": "title"}]), "twice"),
        (card(block("x", id="a"), actions=[{**SHOW, "card": card(block("y", id="a"))}]), "twice"),
        (card(msteams={"entities": [{"text": "<at>Ada</at>", "mentioned": {"id": "29:1"}}]}), "not in the text"),
        (card(block("Ada"), msteams={"entities": [{"text": "Ada", "mentioned": {"id": "29:1"}}]}), "malformed"),
        (card(msteams="x"), "msteams"),
        (card(msteams={"entities": ["x"]}), "entities"),
    ],
)
def test_teams_does_not_take_it_and_says_why(bad: Any, word: str) -> None:
    assert word in "; ".join(wrong_in_card(bad))


def test_whatever_stands_in_the_place_of_a_part_is_answered() -> None:
    """Junk is either refused in words, or can be walked through."""
    mention = {"text": "<at>Ada</at>", "mentioned": {"id": "29:1"}}
    parts = (block("Hi <at>Ada</at>", id="hi"), RICH, SET, COLUMNS, TABLE, FACTS, IMAGE, *FORM["body"])
    full = card(*parts, actions=[SHOW, {**execute(), "id": "do"}], msteams={"entities": [mention]})
    assert list(wrong_in_card(full)) == []
    for path in paths(full):
        for junk in JUNK:
            bent = replaced(full, path, junk)
            if not list(wrong_in_card(bent)):
                assert words(bent) + str(inputs(bent)) + str(list(actions(bent)))


def paths(value: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield from ((name, *path) for path in paths(inner))


def replaced(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], junk)
    return copy


def test_a_card_is_read_line_by_line_at_any_depth() -> None:
    full = card(block("One"), COLUMNS, FACTS, TABLE, TITLE, ALL_DAY, actions=[SHOW])
    assert words(full).split("\n") == ["One", "left", "plain, read on", "Owner: Ada", "cell", "Title", "All day", "hidden"]
    assert "Column" in [element.get("type") for element in elements(full)]


def test_its_buttons_are_found_wherever_they_are() -> None:
    found = list(actions(card(RICH, SET, COLUMNS, actions=[SHOW, execute("Last")])))
    assert [each.get("title", each.get("url")) for each in found] == [
        "More",
        "Deep",
        "Last",
        "https://a.test",
        "Inside",
        "https://a.test",
    ]


# Filling in


def test_fields_are_found_wherever_they_are() -> None:
    inside = card({"type": "Container", "items": [TITLE]}, actions=[{**SHOW, "card": card(DAY)}])
    assert [field["id"] for field in inputs(inside)] == ["title", "day"]


def test_what_is_not_filled_in_keeps_its_value_and_some_of_what_is_empty_is_not_sent() -> None:
    assert filled(FORM, {"title": "Lunch"}) == {"title": "Lunch", "day": "", "minutes": "30", "all_day": "no"}
    everything = {"title": "Lunch", "color": "b", "day": "2026-11-23", "minutes": "45", "all_day": "yes"}
    assert filled(FORM, everything) == everything


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({}, "Title has to be filled in"),
        ({"title": "x", "when": "now"}, "no field when"),
        ({"title": "x" * 11}, "too long"),
        ({"title": "x", "color": "green"}, "choices"),
        ({"title": "x", "day": "tomorrow"}, "day"),
        ({"title": "x", "minutes": "many"}, "minutes"),
        ({"title": "x", "all_day": "perhaps"}, "switched"),
    ],
)
def test_what_the_client_would_not_send_is_refused(typed: dict[str, str], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        filled(FORM, typed)


def test_several_choices_are_separated_by_commas() -> None:
    several = card({**COLOR, "isMultiSelect": True})
    assert filled(several, {"color": "r,b"}) == {"color": "r,b"}
    with pytest.raises(ValueError, match="choices"):
        filled(several, {"color": "r,x"})
