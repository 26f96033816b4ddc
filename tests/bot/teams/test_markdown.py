"""What people wrote in Teams reads as it did, whatever HTML is made of it."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.prose import plain
from bot.teams.markdown import markdown, pictures


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>a <b>b </b><i><s>c</s></i> <code>x*y</code></p>", "a **b** *~~c~~* `x*y`"),
        ("<p>one<br>two</p><p>&nbsp;</p><p>three</p>", "one\ntwo\n\nthree"),
        ('<at id="0">Ada Lovelace</at>&nbsp;hi', "@Ada Lovelace hi"),
        ('<a href="https://a.test/x?a=1&amp;b=2">it</a>', "[it](<https://a.test/x?a=1&b=2>)"),
        ('<a href="javascript:alert(1)">it</a> <a>that</a>', "it that"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n\n  - c"),
        ('<ol start="3"><li>x</li><li><p>y</p></li></ol>', "3. x\n4. y"),
        ("<blockquote><p>q</p><p>r</p></blockquote>then", "> q\n>\n> r\n\nthen"),
        ("<pre>a\n  b\n\nc</pre>", "```\na\n  b\n\nc\n```"),
        ('<codeblock class="Python"><code>x = [1]<br>y</code></codeblock>', "```\nx = [1]\ny\n```"),
        ("<pre>```</pre>", "````\n```\n````"),
        ("<code>a`b</code>", "`` a`b ``"),
        ('<emoji id="x" alt="😀" title="Grin"></emoji>', "😀"),
        ('<img alt="a > b" src="https://elsewhere.test/x.png">', "a \\> b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td><p>c</p></td></tr></table>", "a | b\nc"),
        ("<h2>Head</h2>text", "## Head\n\ntext"),
        ('<attachment id="1"></attachment><p>yes</p>', "> **Ada:** no?\n\nyes"),
        ("<p>[not](https://evil.test) *a* _b_ # c</p>", "\\[not\\](https://evil.test) \\*a\\* \\_b\\_ # c"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "\\<script\\>alert(1)\\</script\\>"),
        ("<script>alert(1)</script><style>p{}</style>seen<!-- not -->", "seen"),
        ("<b>unclosed <i>both", "**unclosed *both***"),
        ("</b></p>closed", "closed"),
        ("1 < 2 <3", "1 \\< 2 \\<3"),
        ("", ""),
    ],
)
def test_a_message_reads_as_it_did(html: str, wanted: str) -> None:
    assert markdown(html, {"1": "> **Ada:** no?"}) == wanted


def test_pictures_that_graph_keeps_are_known_by_their_ids() -> None:
    ours = '<img src="https://graph.microsoft.com/v1.0/chats/c/messages/1/hostedContents/aWQ9eF8=/$value" alt="image">'
    html = f'<p>{ours}{ours}<img src="https://evil.test/x.png"></p><a href="/hostedContents/no/$value">x</a>'

    assert pictures(html) == ["aWQ9eF8="]
    assert markdown(ours, {}) == ""


@given(st.text(alphabet=st.sampled_from("abc *_`#[]<>&\n\t\"'()!~-1.\\é"), max_size=80))
@example(" #")
def test_text_stays_what_it_was(text: str) -> None:
    html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    seen = plain(markdown(f"<p>{html}</p>", {})).translate(str.maketrans("", "", "• \n\t\xa0.1-\\"))

    assert seen == text.translate(str.maketrans("", "", "• \n\t\xa0.1-\\"))


HOSTILE = [
    "<div>",
    "<b>",
    '<a href="',
    "<",
    "</",
    "<!--",
    "<![CDATA[",
    "&",
    "<ul><li>",
    "<blockquote>",
    "<x ",
    "<p>",
    "`",
    "<i a=",
]


@pytest.mark.parametrize("part", HOSTILE)
def test_whatever_is_nested_and_never_closed_it_is_read_in_time(part: str) -> None:
    """Python's own parser took three minutes for one of these."""
    began = time.perf_counter()
    markdown(part * (100_000 // len(part)), {})
    pictures(part * (100_000 // len(part)))

    assert time.perf_counter() - began < 3


@given(
    st.lists(st.sampled_from([*HOSTILE, "</li>", "</ul>", "<code>", "</code>", "<pre>", "</b>", "<br>", "x", '"', ">", "<td>"]))
)
def test_any_html_at_all_is_survived(parts: list[str]) -> None:
    plain(markdown("".join(parts), {}))
