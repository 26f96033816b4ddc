"""What a model writes is shown as it meant it, and leads nowhere that it was not given."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prose import Block, Run, plain, read
from commands.links import addresses

OK = "https://docs.acme.test/a?b=c"
EVIL = "https://evil.test/?q=CANARY-prose"


def run(text: str, **style: object) -> Run:
    return Run(text, **style)  # type: ignore[arg-type]  # the styles are named by whoever calls


def test_words_keep_their_emphasis() -> None:
    assert read("a **b *c*** ~~d~~ `e`") == [
        Block(
            "paragraph",
            (
                run("a "),
                run("b ", bold=True),
                run("c", bold=True, italic=True),
                run(" "),
                run("d", strike=True),
                run(" "),
                run("e", code=True),
            ),
        )
    ]


def test_lists_keep_their_numbers_and_depth() -> None:
    found = read("3. a\n4. b\n   - c\n\n- d")
    assert [(block.marker, block.depth, block.text) for block in found] == [
        ("3.", 0, "a"),
        ("4.", 0, "b"),
        ("•", 1, "c"),
        ("•", 0, "d"),
    ]


def test_code_and_quotes_are_told_apart() -> None:
    assert [(block.kind, block.text) for block in read("# t\n> q\n\n```py\nx = 1\n\ny\n```\n")] == [
        ("heading", "t"),
        ("quote", "q"),
        ("code", "x = 1\n\ny"),
    ]


@pytest.mark.parametrize(
    "markdown",
    [
        f"[x]({EVIL})",
        f"<{EVIL}>",
        EVIL,
        f"![x]({EVIL})",
        f"[x][r]\n\n[r]: {EVIL}",
        f'<a href="{EVIL}">x</a>',
        f'<img src="{EVIL}">',
        f"[{OK}]({EVIL})",
        f"[x](<{EVIL}>)",
        f"**[x]({EVIL} 'title')**",
        "[x](javascript:alert(1))",
        "[x](mailto:a@evil.test)",
        f"[x]({OK}.evil.test)",
        f"[x]({OK}#evil)",
    ],
)
def test_nothing_leads_where_it_was_not_given(markdown: str) -> None:
    assert {each.url for block in read(markdown, [OK]) for each in block.runs} <= {"", OK}
    assert not any(each.url == OK for block in read(markdown, [OK]) for each in block.runs if "evil" in each.text)


def test_where_it_may_not_lead_can_still_be_read() -> None:
    assert plain(f"[x]({EVIL})") == f"x ({EVIL})"


@pytest.mark.parametrize("markdown", [f"see {OK}.", f"[it]({OK})", f"<{OK}>", f"({OK})"])
def test_what_it_was_given_leads_there(markdown: str) -> None:
    [block] = read(markdown, addresses(f"Look at {OK}, please."))
    assert [each.url for each in block.runs if each.url] == [OK]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://u:p@x.test"])
def test_only_web_addresses_can_be_given(url: str) -> None:
    [block] = read(f"[x]({url})", [url])
    assert not any(each.url for each in block.runs)


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_none_gets_lost_as_a_link(markdown: str) -> None:
    assert all(each.url == "" for block in read(markdown) for each in block.runs)


@pytest.mark.parametrize(
    "hostile", ["[" * 20_000, "*a" * 20_000, "> " * 10_000, "- " * 10_000, "`" * 20_000 + "a", "![" * 10_000]
)
def test_hostile_markdown_takes_no_longer_than_other(hostile: str) -> None:
    began = time.process_time()
    read(hostile)
    assert time.process_time() - began < 5


def test_what_comes_after_an_item_without_words_is_none() -> None:
    assert [(each.kind, each.marker) for each in read("1. ```\n\nafter")] == [("code", ""), ("paragraph", "")]


@pytest.mark.parametrize("sign", ["[", "![", "[a](", "*a", "a**b", "`a", "~~a"])
def test_what_is_all_signs_is_text_and_holds_up_nobody(sign: str) -> None:
    began = time.process_time()
    assert plain(sign * 4000) == sign * 4000
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize("hostile", ["[a](" * 90 + "b" * 100_000, ("[a](" + "b" * 1_100) * 90, "- a\n\n" * 2_400])
def test_what_is_left_open_or_very_small_is_read_soon(hostile: str) -> None:
    """A hundred thousand characters of open links, and of the smallest items as many as are shown of a page."""
    began = time.process_time()
    read(hostile)
    assert time.process_time() - began < 0.2


def test_many_links_in_one_paragraph_lead_there() -> None:
    [block] = read(f"[it]({OK}), " * 60, [OK])
    assert sum(bool(each.url) for each in block.runs) == 60


def test_what_is_full_of_open_links_is_text() -> None:
    text = "[a](" * 90 + "b" * 12_000
    assert [block.runs for block in read(text)] == [(Run(text),)]


def test_a_long_answer_is_taken_apart_so_soon_that_it_may_be_shown_each_second_while_it_grows() -> None:
    """As long as answers are: a hundred paragraphs."""
    answer = "\n\n".join(f"The **leap second** number {number} is `code` and [x]({OK})." for number in range(100))
    began = time.process_time()
    assert len(read(answer, [OK])) == 100
    assert time.process_time() - began < 0.2


@given(st.text(st.sampled_from("ab 1.)#->=+!('\"]|:é"), max_size=40))
def test_what_has_no_markup_reads_as_if_it_had_some(words: str) -> None:
    """An escaped sign at its end is markup; but for that, nothing is different."""
    assert [block.text for block in read(f"x{words}x")] == [block.text[:-1] for block in read(f"x{words}x\\*")]
