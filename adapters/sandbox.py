"""What every stand-in of a service shares: strict tokens that expire, scripted faults, and a journal of what it was asked."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web


class Sandbox:
    """A stateful stand-in of one service, as an aiohttp application that can be mounted below any path.

    Beside the vendor's routes it answers `/_sandbox/tokens`, `/_sandbox/faults` and `/_sandbox/journal`.
    """

    def __init__(self, name: str, now: Callable[[], datetime]) -> None:
        self.name = name
        self.now = now
        self.app = web.Application()
