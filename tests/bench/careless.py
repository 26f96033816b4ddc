"""Floors that can't count: `python -m tests.bench.careless lose`, or `double`."""

import os
import sys

from aiohttp import web

from bench.subjects.slack_floor import SlackFloor


class Forgetful(SlackFloor):
    """Loses one reply."""

    async def reply(self, where: str, text: str) -> None:
        if not where.endswith("7"):
            await super().reply(where, text)


class Insistent(SlackFloor):
    """Says one thing twice."""

    async def reply(self, where: str, text: str) -> None:
        await super().reply(where, text)
        if where.endswith("7"):
            await super().reply(where, text)


class Mumbling(SlackFloor):
    """Answers something, but not what was asked."""

    async def reply(self, where: str, text: str) -> None:
        await super().reply(where, "sorry?")


_KINDS = {"lose": Forgetful, "double": Insistent, "mumble": Mumbling}

if __name__ == "__main__":
    floor = _KINDS[sys.argv[1]](os.environ)
    web.run_app(floor.app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
