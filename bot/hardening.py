"""Keys and tokens are in this process's memory: no copy of that is to be had, and what it writes is nobody else's."""

import ctypes
import os
import resource
import sys

_PR_SET_DUMPABLE = 4  # https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html


def harden() -> None:
    """No core file is written when the process crashes; on Linux nobody but root may look into it either. Files are its own."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
