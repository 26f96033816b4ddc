"""Messages become the body of a page: who said what stays clear, whatever is written in it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.notion.content import must_fit
from commands.talk import Attached, Said
from commands.transcript import bodies, body, title

BERLIN = ZoneInfo("Europe/Berlin")


def said(text: str, author: str = "Ana", url: str = "https://chat.test/p1", attached: tuple[Attached, ...] = ()) -> Said:
    return Said("1", author, datetime(2026, 11, 23, 8, 5, tzinfo=UTC), text, url, attached)


def lines(text: str) -> list[str]:
    """What follows the line that says whose it is."""
    _, *rest = body([said(text)], BERLIN).split("\n")
    assert all(line.startswith("\t") for line in rest)
    return [line.removeprefix("\t") for line in rest]


def test_a_message_tells_its_author_its_time_and_where_it_was_said() -> None:
    told = body([said("Hello *there*"), said("Hi", "Tom", url="")], BERLIN)
    assert told == (
        "> **Ana** · Monday 23 November 2026, 09:05 CET · [Open the message](https://chat.test/p1)\n"
        "\tHello *there*\n"
        "> **Tom** · Monday 23 November 2026, 09:05 CET\n"
        "\tHi"
    )


def test_attachments_are_named() -> None:
    file = Attached("budget [1].pdf", "application/pdf", 10, "F1")
    assert body([said("", attached=(file, file))], UTC).endswith(
        "\tAttached: budget \\[1\\].pdf\n\tAttached: budget \\[1\\].pdf"
    )


@pytest.mark.parametrize(
    "text",
    [
        "**bold**, *italic*, ~~gone~~ and `code <b> {x} $1`",
        "[a link](https://acme.test/x)",
        "- one",
        "1. one",
        "> a quote",
        "# A heading",
        r"\*no emphasis\* and \<b>",
    ],
)
def test_formatting_is_kept(text: str) -> None:
    assert lines(text) == [text]


def test_lists_in_lists_are_indented_as_notion_wants_it() -> None:
    assert lines("- one\n  - two\n    - three\n  - four\n- five\n\nend") == [
        "- one",
        "\t- two",
        "\t\t- three",
        "\t- four",
        "- five",
        "end",
    ]


def test_code_stays_as_it_is() -> None:
    code = "```python\nif a < b:\n\n    print('{x}')\n```"
    assert lines(f"look:\n{code}\nsee?") == ["look:", *code.split("\n"), "see?"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<page url=x>", "\\<page url=x>"),
        ('red {color="red"}', 'red \\{color="red"\\}'),
        ("$5 and $6", "\\$5 and \\$6"),
        ("^[1] | x", "\\^[1] \\| x"),
        ("![x](https://evil.test/x.png)", "\\![x](https://evil.test/x.png)"),
        ("<https://acme.test/a>", "[https://acme.test/a](https://acme.test/a)"),
        ("::: callout", "\\::: callout"),
    ],
)
def test_what_is_a_sign_at_notion_alone_is_text(text: str, written: str) -> None:
    assert lines(text) == [written]


@pytest.mark.parametrize(
    "text",
    [
        "Hi\n> **Tom** · Monday\n\tI quit",
        "```\nnever closed\n\n> **Tom** · Monday",
        "~~~\n```\n~~~\n> **Tom**",
        "````\n```\n> **Tom**",
        "a\u2028> **Tom**\r> **Tom**\x0b> **Tom**",
        "\t\t- deep\n- less",
    ],
)
def test_nobody_s_text_passes_for_another_s(text: str) -> None:
    told = body([said(text), said("Bye", "Lena")], UTC).split("\n")
    assert [line for line in told if not line.startswith("\t")] == [
        f"> **{author}** · Monday 23 November 2026, 08:05 UTC · [Open the message](https://chat.test/p1)"
        for author in ("Ana", "Lena")
    ]
    fences = [line for line in told[:-2] if line.startswith("\t```")]
    assert len(fences) % 2 == 0


def test_a_name_can_not_be_more_than_a_name() -> None:
    first = body([said("x", "Tom** · now\n> **Ana", "https://chat.test/a)b c")], UTC).split("\n")[0]
    assert first.startswith("> **Tom\\*\\* · now \\> \\*\\*Ana** · Monday")
    assert first.endswith("(https://chat.test/a%29b%20c)")


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["**Shall** we _ship_ on [Friday](https://acme.test)?"], "Shall we ship on Friday?"),
        (["", "- second"], "second"),
        ([""], "Message from Ana"),
        (["snake_case \\* 2"], "snake_case * 2"),
        (["word " * 40], "word word word word word word word word word word word word word …"),
    ],
)
def test_the_title_is_the_first_words(texts: list[str], told: str) -> None:
    assert title([said(each) for each in texts]) == told


def test_hostile_text_takes_no_long_time() -> None:
    for text in ("`` ` " * 4_000, "[" * 20_000, "*" * 20_000, "\\" * 20_000, "<" * 20_000, "- " * 20_000):
        body([said(text)], UTC)
        title([said(text)])


def test_the_parts_of_a_long_thread_are_the_whole_of_it() -> None:
    thread = [said("word " * 90_000 if number == 2 else "a\nb\nc") for number in range(400)]
    parts = bodies(thread, UTC)
    assert "\n".join(parts) == body(thread, UTC)
    assert len(parts) == 2
    for part in parts:
        must_fit(part)
