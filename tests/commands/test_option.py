import inspect
from typing import Annotated, Any, Literal

import pytest

from commands.option import PRIVATE, Option, option_of
from commands.when import TODAY, Day, Minutes, When


def option(annotation: Any, default: Any = inspect.Parameter.empty) -> Option:
    return option_of(inspect.Parameter("sky", inspect.Parameter.KEYWORD_ONLY, default=default), annotation)


@pytest.mark.parametrize(
    ("annotation", "default", "usage"),
    [
        (str, inspect.Parameter.empty, "<sky>"),
        (Literal["sun", "moon"], inspect.Parameter.empty, "<sun|moon>"),
        (Literal["sun", "moon"], "sun", "[sky=sun|moon]"),
        (Literal["sun", "moon"] | None, None, "[sky=sun|moon]"),
        (int, 30, "[sky=30]"),
        (Day, TODAY, "[sky=today]"),
        (str, "", "[sky=…]"),
        (str | None, None, "[sky=…]"),
        (tuple[str, ...], (), "[sky=…]"),
        (list[str], inspect.Parameter.empty, "<sky>"),
    ],
)
def test_the_usage_shows_what_is_required_and_what_holds_otherwise(annotation: Any, default: Any, usage: str) -> None:
    assert option(annotation, default).usage == usage


def test_the_outermost_text_is_the_help() -> None:
    assert option(Annotated[Annotated[str, "inner"], 5, "outer"]).about == "outer"
    assert option(Annotated[Minutes, "how long"]).about == "how long"
    assert option(Annotated[Minutes, "how long"] | None, None).about == "how long"
    assert option(When).about == ""


@pytest.mark.parametrize(
    "annotation", [Minutes, Annotated[Minutes, "how long"], Minutes | None, Annotated[Minutes | None, "how long"]]
)
def test_the_type_is_bare(annotation: Any) -> None:
    assert option(annotation, None).type is int


def test_lists_and_tuples_take_several_values() -> None:
    assert option(list[str]).many
    assert option(tuple[str, ...]).many
    assert option(list[str] | None).many
    assert not option(str).many


def test_an_option_says_that_its_words_are_private() -> None:
    assert option(Annotated[str, "a question", PRIVATE]).private
    assert not option(Annotated[str, "a question"]).private
