"""A Slack Web API that only counts and answers: `python -m bench.slack_api 4010`. It knows the methods below."""

import json
import sys

from bench.slack_requests import BOT, TEAM, number_of
from bench.stand_in import Posts, serve

_KNOWN = {
    "auth.test": {"ok": True, "url": "http://127.0.0.1/", "team": "bench", "user": "bot", "team_id": TEAM, "user_id": BOT},
    "users.info": {"ok": True, "user": {"name": "ada", "real_name": "Ada", "tz": "Europe/Berlin"}},
}


class SlackApi:
    """Keeps what was posted."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts
        self._count = 0

    def answer(self, path: str, body: bytes) -> object:
        method = path.removeprefix("/api/")
        if method == "chat.postMessage":
            return self._post(json.loads(body))
        return _KNOWN.get(method) or {"ok": False, "error": "unknown_method"}

    def _post(self, message: dict[str, str]) -> object:
        self._count += 1
        text = message.get("text", "")
        self._posts.add(number_of(message["channel"], text), text)
        return {"ok": True, "channel": message["channel"], "ts": f"{1_700_000_000 + self._count}.000100"}


if __name__ == "__main__":
    every = Posts()
    serve(int(sys.argv[1]), every, SlackApi(every).answer)
