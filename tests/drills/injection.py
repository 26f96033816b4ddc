"""Makes the system calls of a running process fail, or kills it inside one, by strace."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

FLUSHES = "fsync,fdatasync"
WRITES = "pwrite64,write,writev,pwritev"


def why_not() -> str:
    """Why nothing can be injected here; empty where it can."""
    if os.geteuid() != 0:
        return "only root may trace others' processes"
    return "" if shutil.which("strace") else "there is no strace"


@asynccontextmanager
async def injected(pids: Collection[int], calls: str, what: str, *paths: str) -> AsyncIterator[None]:
    """What becomes of these processes' calls while the block runs, as strace says it: "error=EIO", "signal=SIGKILL:when=3".

    With paths, only of those on these files.
    """
    attached = [part for pid in pids for part in ("-p", str(pid))]
    only = [part for path in paths for part in ("-P", path)]
    command = ("strace", "-f", *attached, "-e", f"trace={calls}", "-e", f"inject={calls}:{what}", *only)
    tracer = await asyncio.create_subprocess_exec(*command, "-o", os.devnull, stderr=subprocess.PIPE)
    assert tracer.stderr
    try:
        await tracer.stderr.readline()  # it says that it is attached
        yield
    finally:
        if tracer.returncode is None:
            tracer.send_signal(signal.SIGINT)  # it lets the process go
        await tracer.communicate()
