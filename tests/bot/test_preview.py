"""A page for people to look at: what is answered, as Slack and as Teams show it."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from bot.plan import Plan
from bot.preview import ask, draw
from commands.reply import Reply
from tests.acceptance.forked_command import interact
from tests.bot.slack.test_render import PAYLOADS, everywhere
from tests.bot.slack.test_sandbox_page import HARMFUL
from tests.bot.terminal.replies import FULL


def sides(html: str) -> list[str]:
    return re.findall(r'<article class="side \w+">.*?</article>', html, re.DOTALL)


def said(html: str) -> str:
    """What there is to read, without what is folded."""
    return unescape(re.sub(r"<details>.*?</details>|<[^>]*>", " ", html, flags=re.DOTALL))


def test_a_page_is_written_and_its_path_is_told(tmp_path: Path) -> None:
    done = interact(tmp_path, "preview", "calendar today", "ping hello")
    assert (done.returncode, done.stdout, done.stderr) == (0, "preview.html\n", "")
    html = (tmp_path / "preview.html").read_text("utf-8")
    assert re.findall(r"<h1>([^<]*)</h1>", html) == ["calendar today", "ping hello"]
    slack_today, teams_today, slack_ping, teams_ping = map(said, sides(html))
    assert "today" in slack_today
    assert "today" in teams_today
    assert ("@interact ping hello" in slack_ping, "pong hello" in slack_ping, "pong hello" in teams_ping) == (True, True, True)


def test_the_page_goes_where_it_is_wanted(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    assert interact(tmp_path, "preview", "ping", "--out", str(out)).stdout == f"{out}\n"
    assert "pong" in out.read_text("utf-8")
    refused = interact(tmp_path, "preview", "ping", "--out", str(tmp_path / "nowhere" / "page.html"))
    assert (refused.returncode, "--out" in refused.stderr, "Traceback" in refused.stderr) == (2, True, False)


async def test_what_is_not_understood_is_shown_as_well(make_plan: Callable[..., Plan]) -> None:
    [(words, reply), (_, help)] = await ask(make_plan(sandbox_port=0), ["nonsense", "help"])
    assert words == "nonsense"
    assert "nonsense" in reply.text
    assert help.items


def test_both_sides_show_everything_and_the_raw_messages_are_folded_below() -> None:
    slack, teams = sides(draw([("a question", FULL)]))
    for side in (slack, teams):
        for text in ("a question", FULL.text, "Room 1", "Stand-up", "09:00, daily", "Cancel", "Undo", "Open", "Fill in a form"):
            assert text in said(side)
    assert unescape(slack).count('"type": "rich_text"') == 4
    assert unescape(teams).count('"type": "AdaptiveCard"') == 1
    assert "<details><summary>JSON</summary><pre>" in slack
    assert "<details><summary>JSON</summary><pre>" in teams


def test_a_long_answer_is_shown_in_all_its_messages() -> None:
    slack, teams = sides(draw([("long", Reply("word " * 8_000))]))
    assert slack.count('class="message bot"') > 1
    assert teams.count("<form") > 1
    assert said(slack).count("word") == said(teams).count("word") == 8_000


def test_the_page_needs_nothing_but_itself() -> None:
    html = draw([("x", FULL)])
    assert "default-src &#x27;none&#x27;; style-src &#x27;unsafe-inline&#x27;; img-src data:; form-action" in html
    assert not re.search(r"<(?:script|link|iframe|object|embed)\b|@import|url\((?!\"data:)", html)
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
def test_nothing_that_is_said_comes_alive_on_the_page(payload: str) -> None:
    html = draw([(payload, everywhere(payload))])
    tags = re.findall(r"<[^>]*>", html.split("</style>")[1])
    assert [tag for tag in tags if HARMFUL.search(tag)] == []
    assert len(sides(html)) == 2
