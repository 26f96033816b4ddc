"""How answers look in Slack and in Teams: one page with both side by side, which needs nothing but itself."""

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from bot.plan import Plan
from bot.slack import render as slack
from bot.slack.escape import escape as slack_escape
from bot.slack.sandbox.draw import draw_messages
from bot.slack.sandbox.workspace import BOT, Person, Posted
from bot.teams import render as teams
from bot.teams.sandbox.draw import draw_card
from bot.terminal.conversation import Conversation
from bot.terminal.desk import at_scratch_desk
from bot.terminal.person import person
from bot.terminal.screen import PlainScreen
from commands.reply import Reply

Asked = tuple[str, Reply]
"""Words, and what was answered."""

_FOLDER = Path(__file__).parent
_FRAME = Template((_FOLDER / "preview.html").read_text("utf-8"))
_STYLE = (_FOLDER / "preview.css").read_text("utf-8")
# Nothing is loaded, run or sent: a picture in a reply is a placeholder, and its buttons do nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
_YOU = "U0YOU"
_PEOPLE = {BOT: Person(BOT, "interact", "Interact", "UTC"), _YOU: Person(_YOU, "you", "You", "UTC")}


async def ask(plan: Plan, questions: Iterable[str]) -> list[Asked]:
    """Each question is answered in turn, as at the terminal. Raises StorageError."""
    async with at_scratch_desk(plan) as desk:
        conversation = Conversation(desk, person(plan.settings), PlainScreen(io.StringIO()), plan.clock)
        return [(words, (await conversation.say(words)).reply) for words in questions]


def draw(asked: Sequence[Asked]) -> str:
    """The page, one question below the other."""
    title = escape(", ".join(words for words, _ in asked))
    answers = "".join(_answer(words, reply) for words, reply in asked)
    return _FRAME.substitute(policy=escape(_POLICY), title=title, style=_STYLE, answers=answers)


def _answer(words: str, reply: Reply) -> str:
    ids = [f"offer-{number}" for number, _ in enumerate(reply.pressed)]
    sides = _slack(words, slack.render(reply, ids)) + _teams(words, teams.render(reply, ids))
    return f"<section><h1>{escape(words)}</h1><div class=sides>{sides}</div></section>"


def _slack(words: str, messages: Sequence[slack.Message]) -> str:
    posts = [Posted("0", "", _YOU, f"<@{BOT}> {slack_escape(words)}")]
    posts += [Posted(str(n), "", BOT, each.text, list(each.blocks)) for n, each in enumerate(messages, 1)]
    return _side("Slack", "slack", draw_messages(posts, _PEOPLE, ""), messages)


def _teams(words: str, messages: Sequence[teams.Message]) -> str:
    question = f"<li class='message mine'><p>{escape(words)}</p></li>"
    face = "<span class=face aria-hidden=true>I</span>"
    answers = (
        f"<li class='message bot'>{face}<div><p class=who>Interact</p>{draw_card(each.card)}</div></li>" for each in messages
    )
    return _side("Microsoft Teams", "teams", question + "".join(answers), messages)


def _side(title: str, name: str, drawn: str, messages: Sequence[Any]) -> str:
    raw = escape(json.dumps([asdict(message) for message in messages], ensure_ascii=False, indent=2))
    folded = f"<details><summary>JSON</summary><pre>{raw}</pre></details>"
    return f'<article class="side {name}"><h2>{title}</h2><ol>{drawn}</ol>{folded}</article>'
