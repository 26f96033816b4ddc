"""What was typed at the prompt, kept for the next time, for its author's eyes only."""

from pathlib import Path

from prompt_toolkit.history import FileHistory


def history(directory: Path) -> FileHistory:
    """A history in that directory, which is made where it is missing. Raises OSError."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / "history"
    path.touch(mode=0o600)
    path.chmod(0o600)
    return FileHistory(str(path))
