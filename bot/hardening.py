"""Keys and tokens are in this process's memory: no copy of that memory is to be had."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4  # https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html


def harden() -> None:
    """No core file is written when the process crashes; on Linux nobody but root may look into it either."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
