"""Whoever is mentioned in a title is called by name; where people or channels are asked for, their ids are kept."""

import time
import timeit
from datetime import UTC, datetime
from typing import Annotated

import pytest

from commands.command import command
from commands.mention import mention, named
from commands.option import MENTIONS
from commands.parse import parse
from commands.reply import Reply

NOW = datetime.now(UTC)


@command
async def invite(title: str, who: Annotated[str, "whom", MENTIONS] = "", to: str = "") -> Reply:
    """Invite somebody."""
    return Reply(f"{title} {who} {to}")


@pytest.mark.parametrize("name", ["ada", "Grace Hopper", "100% <|> sure"])
def test_a_mention_is_one_word_and_becomes_the_name_but_where_people_are_asked_for(name: str) -> None:
    somebody = mention("@", "U1", name)
    raw = parse(invite, f"who={somebody} to={somebody} Lunch with {somebody}")

    assert invite.validate(raw, NOW) == {"title": f"Lunch with @{name}", "who": somebody, "to": f"@{name}"}


def test_what_the_bot_itself_puts_back_is_left_as_it_is() -> None:
    title = mention("@", "U1", "ada")

    assert invite.validate({"title": title}, NOW, typed=False)["title"] == title


@pytest.mark.parametrize("text", ["<@U1>", "<@U1|>", "<@|x>", "<!here>", "a <b|c> d", mention("#", "C1", "")])
def test_what_has_no_name_or_is_none_stays(text: str) -> None:
    assert named(text) == text


@pytest.mark.parametrize("piece", ["<", "<@", "<@a", "<@a|", "<@a|b", "<@a|b>", "%"])
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    assert seconds(piece * 40_000) < 24 * seconds(piece * 5_000) + 0.02


def seconds(text: str) -> float:
    return min(timeit.repeat(lambda: named(text), timer=time.process_time, number=1, repeat=3))
