"""A call as it is stored, and back."""

import json
from datetime import datetime

from commands.call import Actor, Call, Place


def dump(call: Call) -> str:
    told = {**vars(call), "arguments": dict(call.arguments), "actor": vars(call.actor), "place": vars(call.place)}
    return json.dumps({**told, "asked": call.asked.isoformat()}, ensure_ascii=False)


def load(text: str) -> Call:
    told = json.loads(text)
    parts = {"actor": Actor(**told["actor"]), "place": Place(**told["place"]), "asked": datetime.fromisoformat(told["asked"])}
    return Call(**{**told, **parts})
