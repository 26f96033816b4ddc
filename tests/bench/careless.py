"""Floors that can't count: `python -m tests.bench.careless lose`, or `double`."""

import os
import sys

from aiohttp import web

from bench.subjects.floor import Floor


class Forgetful(Floor):
    """Loses one reply."""

    async def reply(self, channel: str, text: str) -> None:
        if not channel.endswith("7"):
            await super().reply(channel, text)


class Insistent(Floor):
    """Says one thing twice."""

    async def reply(self, channel: str, text: str) -> None:
        await super().reply(channel, text)
        if channel.endswith("7"):
            await super().reply(channel, text)


class Mumbling(Floor):
    """Answers something, but not what was asked."""

    async def reply(self, channel: str, text: str) -> None:
        await super().reply(channel, "sorry?")


_KINDS = {"lose": Forgetful, "double": Insistent, "mumble": Mumbling}

if __name__ == "__main__":
    floor = _KINDS[sys.argv[1]](os.environ)
    web.run_app(floor.app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
