"""What was typed is kept, and kept private."""

import os
import stat
from pathlib import Path

from bot.terminal.history import history


def test_what_was_typed_is_there_the_next_time(tmp_path: Path) -> None:
    history(tmp_path / "data").store_string("calendar today")
    assert list(history(tmp_path / "data").load_history_strings()) == ["calendar today"]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    history(directory)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (directory, directory / "history")]
    assert modes == [0o700, 0o600]


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.touch()
    os.chmod(path, 0o644)  # noqa: PTH101 - the umask must not help
    history(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
