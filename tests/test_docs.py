"""What the documents show is code that runs in some test, and what they list is what there is."""

import re
from pathlib import Path

from bot.ruling import OWN

ROOT = Path(__file__).parents[1]


def test_the_write_that_is_shown_whole_is_the_one_that_is_tried_out() -> None:
    shown = re.findall(r"```python\n(.*?)```", (ROOT / "docs/writes.md").read_text(), re.DOTALL)

    assert len(shown) == 3
    assert [code for code in shown if code.strip("\n") not in (ROOT / "tests/bot/board.py").read_text()] == []


def test_what_no_rule_reaches_is_listed_whole() -> None:
    [told] = re.findall(r"everybody's own no rule reaches: (.*?)\.", (ROOT / "docs/writes.md").read_text(), re.DOTALL)

    assert re.findall(r"`(.+?)`", told) == sorted(OWN)
