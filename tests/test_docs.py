"""What the documents show is code that runs in some test."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_write_that_is_shown_whole_is_the_one_that_is_tried_out() -> None:
    shown = re.findall(r"```python\n(.*?)```", (ROOT / "docs/writes.md").read_text(), re.DOTALL)

    assert len(shown) == 3
    assert [code for code in shown if code.strip("\n") not in (ROOT / "tests/bot/board.py").read_text()] == []
