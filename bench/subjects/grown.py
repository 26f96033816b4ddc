"""The bot with so many commands: `python -m bench.subjects.grown 100`. In one channel it speaks as often as it likes."""

import runpy
import sys
from collections.abc import Iterator
from types import ModuleType

import commands
from bot.slack import pace
from commands import help, ping

_EACH = 10  # in a subject
_COMMAND = '''
@command(example="{subject} verb{number} hello")
async def verb{number}(text: Annotated[str, "what comes back"], times: Annotated[int, "how often"] = 1) -> Reply:
    """Say it back, as the command before does."""
    return Reply(text * times)
'''
_HEAD = '''"""What number {number} is about."""
from typing import Annotated
from commands.command import command
from commands.reply import Reply
'''


def _subject(number: int) -> ModuleType:
    module = ModuleType(f"commands.subject{number}")
    source = [_HEAD.format(number=number), *(_COMMAND.format(subject=f"subject{number}", number=n) for n in range(_EACH))]
    exec("\n".join(source), vars(module))  # noqa: S102 - our own text
    return module


def _subjects(number: int) -> Iterator[ModuleType]:
    """`ping` is the last of them, and the help must be there."""
    yield help
    yield from map(_subject, range((number - 2) // _EACH))
    yield ping


if __name__ == "__main__":
    vars(commands)["SUBJECTS"] = tuple(_subjects(int(sys.argv[1])))
    pace._INTERVAL = 0.0  # else one conversation would take one command a second
    sys.argv = ["bot", "run"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
