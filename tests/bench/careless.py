"""A floor that can't count: `python -m tests.bench.careless`."""

import os

from aiohttp import web

from bench.subjects.slack_floor import SlackFloor


class Careless(SlackFloor):
    """Of each ten requests it hangs up on one, forgets one, answers one twice, and tells one what it did not ask."""

    async def reply(self, where: str, text: str) -> None:
        slip = where[-1]
        if slip == "7":
            return
        await super().reply(where, "sorry?" if slip == "9" else text)
        if slip == "8":
            await super().reply(where, text)

    async def _handle(self, request: web.Request) -> web.Response:
        asked = self.read(request.headers, await request.read())
        if asked and asked[0].endswith("6") and request.transport:
            request.transport.abort()
        return await super()._handle(request)


if __name__ == "__main__":
    web.run_app(Careless(os.environ).app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
