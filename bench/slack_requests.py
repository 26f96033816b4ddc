"""What Slack sends to a bot, signed: https://docs.slack.dev/authentication/verifying-requests-from-slack.

Unless told otherwise, each request has a channel of its own: no subject is held up by the one message a second that a
channel takes.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

from bench.crowd import APART, PEOPLE, SAID, Crowd
from bench.wire import request

SECRET = "bench-signing-secret"
TEAM = "T0BENCH"
BOT = "U0BOT"

_FIRST_CHANNEL = 1_000_000
_NUMBER = re.compile(r" (\d+)$")


def settings(api: str) -> Mapping[str, str]:
    """What a bot in this Slack is told."""
    return {"SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": "xoxb-bench", "SLACK_BASE_URL": f"{api}api/"}


def writers(_: str, crowd: Crowd = APART) -> Mapping[str, Callable[[int, float], bytes]]:
    return {"command": partial(command, crowd=crowd), "event": partial(event, crowd=crowd)}


def sign(timestamp: str, body: bytes, secret: str = SECRET) -> str:
    base = b"v0:%b:%b" % (timestamp.encode(), body)
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def number_of(channel: str, text: str) -> int:
    """The number of the request that is answered there so."""
    told = _NUMBER.search(text)
    return int(told[1]) if told else int(channel[1:]) - _FIRST_CHANNEL


def command(number: int, now: float, crowd: Crowd = APART) -> bytes:
    """`/ping hello`: https://docs.slack.dev/interactivity/implementing-slash-commands/#app_command_handling."""
    team = _team(number, crowd)
    fields = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": team,
        "team_domain": "bench",
        "channel_id": _channel(number, crowd),
        "channel_name": "general",
        "user_id": _person(number),
        "user_name": "ada",
        "command": "/ping",
        "text": f"{SAID} {number}",
        "api_app_id": "A0BENCH",
        "is_enterprise_install": "false",
        "response_url": f"http://127.0.0.1:9/commands/{team}/{number}",
        "trigger_id": f"{number}.{int(now)}.398738663015",
    }
    return _signed("application/x-www-form-urlencoded", urlencode(fields).encode(), now)


def event(number: int, now: float, crowd: Crowd = APART) -> bytes:
    """`@bot ping hello`: https://docs.slack.dev/reference/events/app_mention/."""
    team = _team(number, crowd)
    mention = {
        "client_msg_id": f"a5e4c6b0-{number:012x}",
        "type": "app_mention",
        "user": _person(number),
        "text": f"<@{BOT}> ping {SAID} {number}",
        "ts": f"{now:.6f}",
        "team": team,
        "channel": _channel(number, crowd),
        "event_ts": f"{now:.6f}",
    }
    body = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": team,
        "api_app_id": "A0BENCH",
        "event": mention,
        "type": "event_callback",
        "event_id": f"Ev{number}",
        "event_time": int(now),
        "authorizations": [{"enterprise_id": None, "team_id": team, "user_id": BOT, "is_bot": True}],
        "is_ext_shared_channel": False,
    }
    return _signed("application/json", json.dumps(body).encode(), now)


def _channel(number: int, crowd: Crowd) -> str:
    return f"C{_FIRST_CHANNEL + (number % crowd.conversations if crowd.conversations else number)}"


def _team(number: int, crowd: Crowd) -> str:
    return TEAM if crowd.tenants == 1 else f"{TEAM}{number % crowd.tenants}"


def _person(number: int) -> str:
    return f"U{number % PEOPLE}"


def _signed(content_type: str, body: bytes, now: float) -> bytes:
    timestamp = str(int(now))
    headers = {
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept": "application/json,*/*",
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(timestamp, body),
    }
    return request("POST", "/slack/events", headers, body)
