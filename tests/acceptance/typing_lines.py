"""`interact say` for each line of stdin, in one process: what takes long is to start. A form feed ends each answer."""

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


if __name__ == "__main__":
    answer()
