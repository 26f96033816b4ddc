"""How long the event loop was held up."""

import asyncio
import time

_OTHERS = 0.25  # seconds that the rest of a busy machine may take from it


async def longest_hold() -> float:
    """Until it is cancelled: the longest time, in seconds, that the loop worked without a pause.

    To wait on the loop counts as well, as far as no busy machine explains it.
    """
    longest, worked, last = 0.0, time.thread_time(), time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.002)
            longest = max(longest, time.thread_time() - worked, time.monotonic() - last - _OTHERS)
            worked, last = time.thread_time(), time.monotonic()
    except asyncio.CancelledError:  # it may have been held up to the end
        return max(longest, time.thread_time() - worked, time.monotonic() - last - _OTHERS)
