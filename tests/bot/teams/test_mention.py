import time
import timeit
from typing import Any

import pytest

from bot.teams.mention import mentions, names, others, plain

BOT = "28:bot"


def mention(text: str | None, id: str = BOT, name: str = "Interact") -> dict[str, Any]:
    entity = {"type": "mention", "mentioned": {"id": id, "name": name}}
    return entity if text is None else entity | {"text": text}


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("<at>Interact</at> calendar today", "calendar today"),
        ("<at>Interact</at>&nbsp;calendar today&nbsp;\n", "calendar today"),
        ("\r\n<at>Interact</at>: calendar today\r\n", "calendar today"),
        ('<at id="0">Interact</at> calendar today', "calendar today"),
        ("<AT>Interact</AT>, calendar today", "calendar today"),
        ("calendar <at>Interact</at> today", "calendar today"),
        ("calendar today <at>Interact</at>", "calendar today"),
        ("<at>Interact</at> what is <at>Interact</at>?", "what is Interact?"),
        ("<at>Interact</at> share with=<at>Grace Hopper</at> now", "share with=Grace Hopper now"),
        ("<at>Grace</at> <at>Hopper</at> and <at>Interact</at> today", "Grace Hopper and today"),
        ("<at>Interactive</at> today", "Interactive today"),
        ("<at>Interact</at>", ""),
        ("Interact calendar", "Interact calendar"),
        ("", ""),
    ],
)
def test_the_first_mention_of_the_bot_is_taken_off_and_others_become_names(sent: str, typed: str) -> None:
    assert plain(sent, {"Interact"}) == typed


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("find A &amp; B", "find A & B"),
        ("find &amp;lt;b&amp;gt;", "find &lt;b&gt;"),
        ("find &lt;at&gt;Interact&lt;/at&gt;", "find <at>Interact</at>"),
        ("find 1 < 2 & 3 <data>", "find 1 < 2 & 3 <data>"),
        ("it&#39;s &quot;it&apos;s&quot; &#x1F600;", "it's \"it's\" 😀"),
        ("https://acme.test/?a=1&copy=2&lt=3&region=eu&amp=4", "https://acme.test/?a=1&copy=2&lt=3&region=eu&amp=4"),
        ("&copy; stays", "&copy; stays"),
        ("no&nbsp;break\xa0space", "no break space"),
        ("nothing &#0;broken &#xD800;&#x110000;", "nothing \ufffdbroken \ufffd\ufffd"),
        ("two\r\nlines\nor three", "two\r\nlines\nor three"),
        ("ｃａｌｅｎｄａｒ", "ｃａｌｅｎｄａｒ"),
        ("\u202eyadot", "\u202eyadot"),
        ("to\u0336d\u0336ay", "to\u0336d\u0336ay"),
    ],
)
def test_entities_are_undone_once_and_all_else_stays_as_it_is(sent: str, typed: str) -> None:
    assert plain(sent, {"Interact"}) == typed


def test_the_bot_is_known_by_its_id_whatever_it_is_called_there() -> None:
    entities = [mention("<at>Grace</at>", "29:grace", "Interact"), mention("<at>Our bot</at>")]
    called = names(mentions(entities, BOT))
    assert called == {"Our bot"}
    assert plain("<at>Grace</at> <at>Our bot</at> today", called) == "Grace today"


def test_a_mention_without_a_text_of_its_own_goes_by_its_name() -> None:
    called = names(mentions([mention(None, name="Tom & Jerry")], BOT))
    assert called == names(mentions([mention("<at>Tom &amp; Jerry</at>")], BOT))
    assert plain("<at>Tom &amp; Jerry</at> today", called) == plain("<at>Tom & Jerry</at> today", called) == "today"


def test_a_name_is_no_regular_expression() -> None:
    called = names(mentions([mention("<at>A.*</at>", name="A.*")], BOT))
    assert plain("<at>A.*</at> answer All", called) == "answer All"


@pytest.mark.parametrize(
    "entities",
    [
        None,
        {},
        "mention",
        [None, 7, "x", {}],
        [{"type": "mention"}],
        [{"type": "mention", "mentioned": None}],
        [{"type": "mention", "mentioned": {"id": None}}],
        [{"type": "clientInfo", "mentioned": {"id": BOT}}],
        [mention("<at>Grace</at>", "29:grace")],
    ],
)
def test_what_does_not_mention_the_bot_mentions_nobody(entities: object) -> None:
    assert mentions(entities, BOT) == []


def test_nobody_is_mentioned_by_an_empty_id() -> None:
    assert mentions([mention("<at>x</at>", "")], "") == []


def test_people_and_channels_that_are_mentioned_keep_their_ids() -> None:
    entities = [
        mention("<at>Interact</at>"),
        mention("<at>Tom &amp; Ada</at>", "29:tom"),
        mention("<at>General</at>", "19:general@thread.tacv2"),
    ]
    said = "<at>Interact</at> audit who=<at>Tom &amp; Ada</at> in <at>General</at> with <at>Nobody</at>"

    assert plain(said, {"Interact"}, others(entities)) == (
        "audit who=<@29:tom|Tom%20&%20Ada> in <#19:general@thread.tacv2|General> with Nobody"
    )


def test_of_two_who_are_called_alike_nobody_is_meant() -> None:
    entities = [mention("<at>Grace</at>", f"29:{number}") for number in (1, 2)] + [mention("<at>Ada</at>", "29:3")]

    assert others(entities) == {"Ada": "29:3"}


@pytest.mark.parametrize("id", ["28:another-bot", "29:", "29:a|b", "29:a b", "29:<at>", 7])
def test_what_is_no_id_of_a_person_or_channel_is_none(id: Any) -> None:
    assert others([mention("<at>Grace</at>", id), None, {"type": "mention"}]) == others(None) == {}


def seconds(text: str) -> float:
    """Of the processor alone: the machine may be busy."""
    return min(timeit.repeat(lambda: plain(text, {"Interact"}, {"x": "29:x"}), timer=time.process_time, number=1, repeat=3))


@pytest.mark.parametrize(
    "piece",
    ["<", "<at", "<at ", "<at>", "<at a", "<at>x</at", "<at>x</at>", "&", "&#", "&#x1", "&nbsp;", "<at>Interact</at>,", " "],
)
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    """Eight times the text takes about eight times as long; were each "<" searched to the end, sixty-four times."""
    assert seconds(piece * 40_000) < 24 * seconds(piece * 5_000) + 0.02
