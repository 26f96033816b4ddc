"""Where the audit ends stands in the log, once a day."""

import logging
from pathlib import Path

import pytest

from bot.heads import Heads
from storage.audit import Audit, Entry
from tests.bot.written import open_database

DAY = 86400.0


async def test_the_head_is_told_once_a_day_with_its_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.heads")
    async with open_database(f"sqlite:///{tmp_path / 'bot.sqlite'}") as database:
        audit = Audit(database)
        heads = Heads(audit)
        told = [await heads.tell(now) for now in (0.0, 3600.0)]
        await audit.append(Entry("d1", "call", 0.0, "slack:T1:U1", "", "", "", "", "", "", "", "", "CANARY"))
        told += [await heads.tell(now) for now in (DAY, DAY + 1, 2 * DAY - 1, 2 * DAY)]
        head = (await audit.verify()).head

    assert told == [0, 0, 1, 0, 0, 1]
    assert [each.getMessage() for each in caplog.records] == [f"the audit ends with number 1, {head}"] * 2
