from datetime import UTC, datetime

import pytest

from commands.parse import parse
from commands.ping import ping


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "pong"), ("hello", "pong hello"), ("hello  out there", "pong hello  out there"), ("text=hello", "pong hello")],
)
async def test_ping_answers_pong_and_what_followed(typed: str, said: str) -> None:
    arguments = ping.validate(parse(ping, typed), datetime.now(UTC))

    assert [reply.text async for reply in ping.run(arguments, {}, datetime.now(UTC))] == [said]
