"""Who asks at the terminal, and in what zone."""

from pathlib import Path

import pytest

from tests.bot.command_line import python

WHO = """
from bot.settings import Settings
from bot.terminal.person import person
actor = person(Settings())
print(actor.key, actor.zone)
"""


@pytest.mark.parametrize(
    ("settings", "zone"),
    [
        ({"TZ": "Asia/Tokyo"}, "Asia/Tokyo"),
        ({"TZ": "Asia/Tokyo", "TIMEZONE": "Europe/Berlin"}, "Europe/Berlin"),
        ({"TZ": "Asia/Tokyo", "TIMEZONE": "UTC"}, "UTC"),
    ],
)
def test_the_setting_goes_before_the_machine(tmp_path: Path, settings: dict[str, str], zone: str) -> None:
    assert python(tmp_path, "-c", WHO, LOGNAME="ann", **settings).stdout.split() == ["terminal:local:ann", zone]
