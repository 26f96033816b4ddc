import time
import timeit

import pytest

from bot.slack.mrkdwn import plain


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("calendar create Lunch guests=<mailto:ann@acme.test|ann@acme.test>", "calendar create Lunch guests=ann@acme.test"),
        ("see <https://acme.test/a|acme.test/a> now", "see acme.test/a now"),
        ("see <https://acme.test/a> now", "see https://acme.test/a now"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("hello <@U123> and <!here> in <#C1|general>", "hello <@U123> and @here in <#C1|general>"),
        ("ask <!subteam^S1|@eng> and <#C1|>", "ask @eng and <#C1>"),
        ("who=<@U1|Tom &amp; Ada> &lt;@U1|x&gt;", "who=<@U1|Tom%20&%20Ada> <@U1|x>"),
        ("1 < 2", "1 < 2"),
        ("", ""),
    ],
)
def test_slacks_markup_becomes_what_was_typed(sent: str, typed: str) -> None:
    assert plain(sent) == typed


def seconds(text: str) -> float:
    """Of the processor, at best: what else the machine does must not count."""
    return min(timeit.repeat(lambda: plain(text), timer=time.process_time, number=1, repeat=4))


@pytest.mark.parametrize("piece", ["<", "<http://", "<a", "<a@", "<mailto:a|", "<!a|", "<@A|", "<@A|b>", "&lt;<"])
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    """Four times the text takes about four times as long; were each "<" searched to the end, sixteen times."""
    assert seconds(piece * 80_000) < 10 * seconds(piece * 20_000) + 0.01
