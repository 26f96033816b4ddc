"""What is noted of a delivery, for its asker to look up later: what they asked and what came of it."""

from bot.leaked import dumped, scrubbed
from bot.platform import Asked, Filled, Words
from bot.words import Sorry
from commands.call import Call
from commands.reply import Reply
from storage.activity import Entry
from storage.delivery import Delivery

OUTCOMES = ("done", "asked back", "not connected", "refused", "unknown", "gave up", "too old", "broke", "a key in a message")
"""What may come of it, in the words that it is noted by."""

_LONGEST = 300  # characters of each text that are kept
_LOOKED_AT = "home"  # to open the bot's Home tab in Slack is to look at a page: nobody asked for anything


def entry_of(delivery: Delivery, asked: Asked, call: Call | None, reply: Reply) -> Entry | None:
    """None where nobody asked anything of ours. No secret gets into it."""
    command = call.command if call else _wanted(asked)
    if not command or asked.via == _LOOKED_AT:
        return None
    arguments = dumped(call.arguments) if call else ""
    outcome = reply.outcome if isinstance(reply, Sorry) else "done"
    said = reply.text.partition("\n")[0]
    texts = (_kept(command), _kept(arguments), asked.via, asked.place.conversation)
    return Entry(delivery.key, asked.actor.key, *texts, delivery.received, outcome, _kept(said))


def _wanted(asked: Asked) -> str:
    match asked.what:
        case Words(text):
            return text
        case Filled(command):
            return command
        case _:
            return ""


def _kept(text: str) -> str:
    return scrubbed(text)[:_LONGEST]
