"""What people and channels have chosen to be the usual, for the commands that go by it."""

from functools import partial

from bot.written import conversation_of
from commands.call import Call
from commands.preferences import Chosen, Preferences
from storage import preferences


def preferences_of(stored: preferences.Preferences, call: Call) -> Preferences:
    """Those of the place and the person of this call."""

    def chosen(owner: str) -> Chosen:
        return Chosen(partial(stored.get, owner), partial(stored.put, owner))

    return Preferences(chosen(conversation_of(call)), chosen(call.actor.key))
