"""Who asks at the terminal, and in what zone."""

from pathlib import Path

from tests.bot.command_line import python

WHO = """
import os
from bot.settings import Settings
from bot.terminal.person import person
for zone in (None, "Europe/Berlin", "UTC"):
    if zone:
        os.environ["TIMEZONE"] = zone
    actor = person(Settings())
    print(actor.key, actor.zone)
"""


def test_the_setting_goes_before_the_machine(tmp_path: Path) -> None:
    told = python(tmp_path, "-c", WHO, LOGNAME="ann", TZ="Asia/Tokyo").stdout.splitlines()
    assert told == [f"terminal:local:ann {zone}" for zone in ("Asia/Tokyo", "Europe/Berlin", "UTC")]
