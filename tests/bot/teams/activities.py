"""Activities as Teams sends them, for tests to bend."""

from typing import Any

TENANT = "b28fdbfd-2b78-4f93-b0f8-8881793f0f8f"
ADA = "eddfa9d4-346e-4cce-a18f-fa6261ad776b"
BOT = {"id": "28:608cacfd-1cea-40c9-b678-4b93e69bb72b", "name": "Interact"}
CHANNEL = "19:0b7f32667e064dd9b25d7969801541f4@thread.tacv2"
THREAD = f"{CHANNEL};messageid=1700000000000"
SERVICE_URL = "https://smba.trafficmanager.net/emea/"
MENTION = {"type": "mention", "mentioned": BOT, "text": "<at>Interact</at>"}
CLIENT = {"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web", "timezone": "Europe/Berlin"}

COMMON: dict[str, Any] = {
    "id": "1700000000001",
    "timestamp": "2023-11-14T22:13:20.0012345Z",
    "serviceUrl": SERVICE_URL,
    "channelId": "msteams",
    "from": {"id": "29:1ljv6N86roXr5pjPrCJVIz6xHh5QxjI", "name": "Ada Lovelace", "aadObjectId": ADA},
    "conversation": {"conversationType": "personal", "id": "a:1C234VF3xRJJjyvni80pqqw", "tenantId": TENANT},
    "recipient": BOT,
    "entities": [CLIENT],
    "channelData": {"tenant": {"id": TENANT}},
    "locale": "en-GB",
}
MESSAGE: dict[str, Any] = {
    **COMMON,
    "type": "message",
    "text": "calendar today",
    "textFormat": "plain",
    "localTimestamp": "2023-11-14T23:13:20.0012345+01:00",
    "localTimezone": "Europe/Berlin",
}
IN_CHANNEL: dict[str, Any] = {
    **MESSAGE,
    "text": "<at>Interact</at> calendar today\n",
    "entities": [MENTION, CLIENT],
    "conversation": {"isGroup": True, "conversationType": "channel", "id": THREAD, "tenantId": TENANT},
    "attachments": [{"contentType": "text/html", "content": "<div><span>Interact</span>&nbsp;calendar today</div>"}],
    "channelData": {
        "channel": {"id": CHANNEL},
        "team": {"aadGroupId": "da849743-4259-475f-ae7a-4f4b0fb49943", "name": "Sales", "id": CHANNEL},
        "tenant": {"id": TENANT},
    },
}
IN_GROUP: dict[str, Any] = {
    **IN_CHANNEL,
    "conversation": {"isGroup": True, "conversationType": "groupChat", "id": "19:8f3c@thread.v2", "tenantId": TENANT},
    "channelData": {"tenant": {"id": TENANT}},
}
SUBMIT: dict[str, Any] = {**COMMON, "type": "message", "text": None, "value": {"offer": "opaque"}, "replyToId": "1699999999999"}
EXECUTE: dict[str, Any] = {
    **COMMON,
    "type": "invoke",
    "name": "adaptiveCard/action",
    "id": "f:5c1b2f7a-0001",
    "value": {"action": {"type": "Action.Execute", "verb": "press", "data": {"offer": "opaque"}}, "trigger": "manual"},
    "replyToId": "1699999999999",
}
FETCH: dict[str, Any] = {
    **EXECUTE,
    "name": "task/fetch",
    "value": {"data": {"offer": "opaque", "msteams": {"type": "task/fetch"}}, "context": {"theme": "default"}},
}
FORM: dict[str, Any] = {
    **EXECUTE,
    "name": "task/submit",
    "value": {"data": {"form": "calendar create", "title": "Lunch"}, "context": {"theme": "default"}},
}
QUERY: dict[str, Any] = {
    **EXECUTE,
    "name": "composeExtension/query",
    "value": {"commandId": "calendar.find", "parameters": [{"name": "text", "value": "lunch"}], "queryOptions": {"skip": 0}},
}
SHORTCUT: dict[str, Any] = {
    **EXECUTE,
    "name": "composeExtension/fetchTask",
    "conversation": IN_CHANNEL["conversation"],
    "channelData": IN_CHANNEL["channelData"],
    "value": {
        "commandId": "message.notion.save-message",
        "commandContext": "message",
        "requestId": "7f7d22ef",
        "messagePayload": {
            "id": "1700000000009",
            "replyToId": "1700000000000",
            "linkToMessage": "https://teams.microsoft.com/l/message/x/1700000000009",
            "body": {"contentType": "html", "content": "<div>Hello</div>"},
            "from": {"user": {"id": ADA, "displayName": "Ada Lovelace"}},
        },
    },
}
SHORTCUT_FORM: dict[str, Any] = {
    **SHORTCUT,
    "name": "composeExtension/submitAction",
    "value": {
        **SHORTCUT["value"],
        "data": {"form": "notion save-message", "message": "1700000000009", "into": "Notes"},
    },
}
INSTALLED: dict[str, Any] = {
    **COMMON,
    "type": "installationUpdate",
    "action": "add",
    "id": "f:816eb23d-bfa1-afa3-dfeb-d2aa338e9541",
    "conversation": {"isGroup": True, "conversationType": "channel", "id": CHANNEL, "tenantId": TENANT},
    "channelData": IN_CHANNEL["channelData"] | {"settings": {"selectedChannel": {"id": CHANNEL}}},
}
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("message", MESSAGE),
    ("message", IN_CHANNEL),
    ("message", IN_GROUP),
    ("submit", SUBMIT),
    ("execute", EXECUTE),
    ("fetch", FETCH),
    ("form", FORM),
    ("query", QUERY),
    ("shortcut", SHORTCUT),
    ("shortcut form", SHORTCUT_FORM),
    ("installed", INSTALLED),
]
