"""A file that goes with a reply is put where the person is: they can open it there."""

from itertools import count
from pathlib import Path

from bot.text import clean
from commands.reply import File

_UNFIT = str.maketrans(dict.fromkeys('/\\:*?"<>|\ufffd\n\t', "-"))


def save(file: File, folder: Path) -> str:
    """Writes it under its name, or one that is free; gives that back. Raises OSError."""
    name = Path(clean(file.name).translate(_UNFIT).strip(" .-") or "file")
    for number in count(1):
        path = folder / (f"{name.stem}-{number}{name.suffix}" if number > 1 else name.name)
        try:
            with path.open("xb") as target:
                target.write(file.content)
        except FileExistsError:
            continue
        return path.name
    raise AssertionError
