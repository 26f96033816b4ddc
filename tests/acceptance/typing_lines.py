"""`interact say` for each line of stdin, in one process, which the fork server starts. A form feed ends each answer."""

import sys
from contextlib import suppress

from bot.__main__ import main

ENDS = "\f"


def answer() -> None:
    for line in sys.stdin:
        with suppress(SystemExit):
            main(["say", line.strip()])
        sys.stdout.write(f"{ENDS}\n")
        sys.stdout.flush()
