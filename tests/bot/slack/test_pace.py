"""Slack is not asked more often than it lets a bot: in each channel, and in each workspace."""

from collections import Counter

import pytest

from adapters.errors import Unavailable
from bot.slack.pace import Pace, Parts


async def test_a_channel_that_is_too_busy_is_come_back_to_later() -> None:
    async def sleep(seconds: float) -> None:
        """Nobody waits here: the time stands still."""

    pace = Pace(sleep, now=lambda: 100.0)
    for _ in range(31):
        await pace.turn("busy")
    with pytest.raises(Unavailable) as raised:
        await pace.turn("busy")
    await pace.turn("quiet")

    assert raised.value.retry_after == 31.0


def shown(parts: Parts, time: list[float], answers: int, seconds: int, team: str = "T") -> Counter[str]:
    """How many parts each answer shows that looks once a second whether it may."""
    told: Counter[str] = Counter()
    for tick in range(seconds * answers):
        answer = f"{team}-{tick % answers}"
        time[0] += 1 / answers
        told[answer] += parts.may(team, answer)
    return told


@pytest.mark.parametrize(("answers", "each"), [(1, 60), (2, 40), (8, 10)])
def test_answers_that_grow_at_once_share_what_their_workspace_may(answers: int, each: int) -> None:
    time = [100.0]
    told = shown(Parts(0.75, now=lambda: time[0]), time, answers, 60)

    assert told.total() <= 60 / 0.75 + answers, "eighty a minute, and the first part of each"
    assert all(abs(told[name] - each) <= each * 0.3 for name in told), told


def test_another_workspace_has_its_own() -> None:
    time = [100.0]
    parts = Parts(0.75, now=lambda: time[0])
    shown(parts, time, 8, 60)
    assert parts.may("U", "another")


def test_an_answer_that_has_ended_leaves_its_turns_to_the_others() -> None:
    time = [100.0]
    parts = Parts(2.0, now=lambda: time[0])
    shown(parts, time, 8, 60)
    time[0] += 16
    assert shown(parts, time, 1, 60)["T-0"] >= 19
