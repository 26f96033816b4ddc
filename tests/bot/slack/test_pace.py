import pytest

from adapters.errors import Unavailable
from bot.slack.pace import Pace


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
