"""Bolt for Python as its documentation shows it. It keeps nothing, and opens a session for each call of the Web API.

https://docs.slack.dev/tools/bolt-python/concepts/async/. One thing is other than there: where the Web API is.
"""

import os

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bench.subjects.bolt import listen

app = AsyncApp(client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_BASE_URL"]))
listen(app)

if __name__ == "__main__":
    app.start(int(os.environ["PORT"]), host="127.0.0.1")
