"""Notion's Markdown becomes plain Markdown, and nothing that is said gets lost."""

import pytest

from adapters.notion.content import content_of, letters, plain_letters, readable


@pytest.mark.parametrize(
    ("notion", "plain"),
    [
        ("one\ntwo", "one\n\ntwo"),
        ("- one\n\t- two\n\t\t- three\n- four", "- one\n    - two\n        - three\n- four"),
        (
            "> **Ana** · 9:00\n\tHello\n\t- yes\n> **Tom**\n\tHi",
            "> **Ana** · 9:00\n>\n> Hello\n>\n> - yes\n\n> **Tom**\n>\n> Hi",
        ),
        ('# Plan {color="red"}\n\tInside', "# Plan\n\nInside"),
        (
            "before\n```python\nif a < b:\n\tx = '<b>'\n\n```\nafter",
            "before\n\n```python\nif a < b:\n\tx = '<b>'\n\n```\n\nafter",
        ),
        ("- one\n\t```\n\tx = 1\n\t```", "- one\n\n    ```\n    x = 1\n    ```"),
        ('<callout icon="💡">\n\tMind the gap\n</callout>', "Mind the gap"),
        ("<details>\n<summary>More</summary>\n\tInside\n</details>", "**More**\n\nInside"),
        ('<page url="https://www.notion.so/x">Plan</page>', "[Plan](https://www.notion.so/x)"),
        ('<page url="javascript:alert(1)">Plan</page>', "Plan"),
        ('Ask <mention-user url="u">Tom</mention-user> by <mention-date start="2026-12-01"/>', "Ask @Tom by 2026-12-01"),
        ('A <span color="red">red</span> word<br>here', "A red word here"),
        ("`<b>` and \\<b>", "`<b>` and \\<b>"),
        ("<empty-block/>\ntext", "text"),
        ("", ""),
    ],
)
def test_it_reads_as_plain_markdown(notion: str, plain: str) -> None:
    assert readable(notion) == plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("1. Ask **Tom**\n\t- about [it](https://acme.test)", "Ask Tom\nabout it"),
        ("- [x] done", "done"),
        ("```python\nx = 1\n```", "x = 1"),
        ("> quoted\n## Heading", "quoted Heading"),
    ],
)
def test_the_letters_are_those_of_the_blocks_that_it_makes(markdown: str, text: str) -> None:
    assert letters(markdown) == plain_letters(text)


def test_hostile_text_takes_no_long_time() -> None:
    many = ("<" * 50_000, "<a " * 20_000, "`" * 50_000, "\t" * 50_000, "\\" * 50_000, '{a="' * 20_000, "> " * 20_000)
    for text in (*many, "> \n" * 20_000, ">\n" * 20_000, " {" * 20_000):
        readable(text)
        letters(text)


def test_of_much_the_beginning_is_given() -> None:
    content = content_of({"markdown": "word " * 50_000, "truncated": False})
    assert (len(content.markdown) <= 100_000, content.truncated) == (True, True)
