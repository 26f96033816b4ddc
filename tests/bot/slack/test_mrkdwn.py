import pytest

from bot.slack.mrkdwn import plain


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("calendar create Lunch guests=<mailto:ann@acme.test|ann@acme.test>", "calendar create Lunch guests=ann@acme.test"),
        ("see <https://acme.test/a|acme.test/a> now", "see acme.test/a now"),
        ("see <https://acme.test/a> now", "see https://acme.test/a now"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("hello <@U123> and <!here> in <#C1|general>", "hello <@U123> and <!here> in <#C1|general>"),
        ("1 < 2", "1 < 2"),
        ("", ""),
    ],
)
def test_slacks_markup_becomes_what_was_typed(sent: str, typed: str) -> None:
    assert plain(sent) == typed
