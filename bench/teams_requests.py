"""What Teams sends to a bot, with a token: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication.

Each request begins a thread of its own, in one of as many channels as there are people: 60 messages in half a minute are what
Teams takes in a channel, whichever thread they are in.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from bench.crowd import APART, PEOPLE, SAID, Crowd
from bench.wire import fetched, request

APP_ID = "7c9f5d3e-0b1a-4c6e-9a43-0e5b8a3c2d11"
TENANT = "b4a1c2d8-6f3e-4a57-8c90-5d2e7f1a9b36"

_TEAM = "19:bench0team@thread.tacv2"
_NAME = "Interact"
_MENTION = f"<at>{_NAME}</at>"
_FIRST = 1_763_800_000_000  # ids are milliseconds since the epoch
_THREAD = re.compile(r";messageid=(\d+)$")


def settings(api: str) -> Mapping[str, str]:
    """What a bot in this Teams is told."""
    return {
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_APP_PASSWORD": "bench-password",
        "TEAMS_TENANT_ID": TENANT,
        "TEAMS_SERVICE_HOSTS": api.split("/")[2],
        "TEAMS_OPENID_METADATA_URL": f"{api}openid",
        "TEAMS_LOGIN_URL": f"{api}login/",
        "TEAMS_GRAPH_URL": f"{api}graph/",
    }


def writers(api: str, crowd: Crowd = APART) -> Mapping[str, Callable[[int, float], bytes]]:
    """Teams sends the same token for a while; so all that is written here bears one. Raises ValueError for another crowd."""
    if crowd != APART:
        raise ValueError("only in Slack do people share conversations")
    return {"teams": partial(_message, api, fetched(f"{api}token"))}


def service_url(api: str) -> str:
    """Where Teams says that it is to be answered."""
    return f"{api}emea/{TENANT}/"


def number_of(conversation: str) -> int:
    """The number of the request that came from there."""
    thread = _THREAD.search(conversation)
    return int(thread[1]) - _FIRST if thread else -1


def _message(api: str, token: str, number: int, now: float) -> bytes:
    headers = {
        "User-Agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
        "Content-Type": "application/json; charset=utf-8",
        "Authorization": f"Bearer {token}",
    }
    body = json.dumps(_activity(number, now, service_url(api)), separators=(",", ":")).encode()
    return request("POST", "/api/messages", headers, body)


def _activity(number: int, now: float, service_url: str) -> Mapping[str, Any]:
    """`@bot ping hello`: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations."""
    id, person = str(_FIRST + number), number % PEOPLE
    channel = f"19:bench{person}@thread.tacv2"
    span = f'<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="0">{_NAME}</span>'
    time = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    return {
        "text": f"{_MENTION} ping {SAID}",
        "textFormat": "plain",
        "attachments": [{"contentType": "text/html", "content": f"<p>{span}&nbsp;ping {SAID}</p>"}],
        "type": "message",
        "timestamp": time,
        "localTimestamp": time,
        "id": id,
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": f"29:1bench{person}", "name": "Ada Lovelace", "aadObjectId": str(UUID(int=person))},
        "conversation": {
            "isGroup": True,
            "conversationType": "channel",
            "tenantId": TENANT,
            "id": f"{channel};messageid={id}",
        },
        "recipient": {"id": f"28:{APP_ID}", "name": _NAME},
        "entities": [
            {"mentioned": {"id": f"28:{APP_ID}", "name": _NAME}, "text": _MENTION, "type": "mention"},
            {"locale": "en-US", "country": "DE", "platform": "Web", "timezone": "Europe/Berlin", "type": "clientInfo"},
        ],
        "channelData": {
            "teamsChannelId": channel,
            "teamsTeamId": _TEAM,
            "channel": {"id": channel},
            "team": {"id": _TEAM, "aadGroupId": str(UUID(int=PEOPLE))},
            "tenant": {"id": TENANT},
        },
        "locale": "en-US",
        "localTimezone": "Europe/Berlin",
    }
