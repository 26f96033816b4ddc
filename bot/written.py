"""A person's own writes, for commands that go back to one."""

import json

from commands.call import Call
from commands.writes import Write, Writes
from storage.effects import Effect, Effects


def conversation_of(call: Call) -> str:
    """Where it was asked, as it is kept beside a write."""
    return f"{call.place.platform}:{call.place.tenant}:{call.place.conversation}"


def writes_of(effects: Effects, call: Call) -> Writes:
    """Those of the asker of this call."""

    async def find(id: str) -> Write | None:
        found = await (effects.find(id) if id else effects.last(call.actor.key, conversation_of(call)))
        return _write(found) if found and found.actor == call.actor.key else None

    async def close(write: Write, done: bool) -> None:
        if found := await effects.find(write.id):
            await effects.finish(found.call, "done" if done else "failed")

    return Writes(find, close)


def _write(found: Effect) -> Write:
    undo_arguments = json.loads(found.undo_arguments) if found.undo else {}
    return Write(found.id, found.command, json.loads(found.arguments), found.state, found.undo, undo_arguments)
