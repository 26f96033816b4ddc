"""Commands are validated here without the bot, which would load dateparser when somebody needs it."""

import pytest

from commands.days import load_dateparser


@pytest.fixture(autouse=True, scope="session")
def _dateparser() -> None:
    load_dateparser()
