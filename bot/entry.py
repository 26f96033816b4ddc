"""What is noted for good of each call and each decision: who asked what, as whom, who confirmed it, and what came of it."""

from dataclasses import replace

from bot.leaked import scrubbed
from bot.platform import Asked, Filled, Press, Words
from bot.withheld import arguments_of, begins, may_be_noted, said_of
from bot.words import Sorry
from commands.call import Call
from commands.catalog import Catalog
from commands.reply import Reply
from storage.entry import Entry

OUTCOMES = (
    "done",
    "done before",
    "previewed",
    "to be confirmed",
    "confirmed",
    "cancelled",
    "led on",
    "asked back",
    "not connected",
    "refused",
    "decided already",
    "too late",
    "unknown",
    "gave up",
    "stopped",
    "too old",
    "broke",
    "a key in a message",
    "repeated",
)
"""What may come of it, in the words that it is noted by."""

_DECISIONS = {"confirm": "confirmed", "dismiss": "cancelled"}  # the commands that decide, and what they do
_A_BUTTON = "(a button)"  # nobody knows any more what it stood for
_LONGEST = 300  # characters of each text that are kept
_LOOKED_AT = "home"  # to open the bot's Home tab in Slack is to look at a page: nobody asked for anything


def entries_of(
    id: str, at: float, asked: Asked, call: Call | None, ran: Call | None, reply: Reply, catalog: Catalog
) -> tuple[Entry, ...]:
    """One for what was asked, and where that led to another command, one for that; none where nobody asked anything of ours.

    `id` is the delivery's, or any. `call` is what was asked, `ran` what it turned out to mean. No secret gets into it, and
    of what was said to an AI model, nothing but how long it was.
    """
    if asked.via == _LOOKED_AT:
        return ()
    if call is None or ran is None:
        wanted, text = _wanted(asked, reply.text, catalog)
        reply = _saying(reply, text)
        return (_entry(id, at, asked, wanted, "", "", reply, _outcome(None, reply)),) if wanted else ()
    reply, arguments = _saying(reply, said_of(ran, reply.text, catalog)), arguments_of(ran, catalog)
    told = _entry(id, at, asked, ran.command, arguments, ran.confirmed_by, reply, _outcome(ran, reply))
    if ran.command == call.command:
        return (told,)
    first = Reply(f"It led to “{ran.command}”.", record=str(call.arguments.get("id", "")))
    outcome = _DECISIONS.get(call.command, "led on")
    return (_entry(id, at, asked, call.command, arguments_of(call, catalog), "", first, outcome), told)


def _entry(id: str, at: float, asked: Asked, command: str, arguments: str, by: str, reply: Reply, outcome: str) -> Entry:
    return Entry(
        id=id,
        kind="decision" if command in _DECISIONS or command == _A_BUTTON else "call",
        at=at,
        actor=asked.actor.key,
        name=asked.actor.name,
        via=asked.via,
        conversation=asked.place.conversation,
        command=kept(command),
        arguments=kept(arguments),
        account=kept(reply.account),
        confirmed_by=by,
        outcome=outcome,
        said=kept(reply.text.partition("\n")[0]),
        record=kept(reply.proposal or reply.record),
    )


def _saying(reply: Reply, text: str) -> Reply:
    return reply if reply.text == text else replace(reply, text=text)


def _outcome(ran: Call | None, reply: Reply) -> str:
    if isinstance(reply, Sorry):
        return reply.outcome
    if reply.proposal:
        return "to be confirmed"
    if ran and ran.command in _DECISIONS:
        return _DECISIONS[ran.command]
    return "previewed" if ran and ran.dry_run else "done"


def _wanted(asked: Asked, said: str, catalog: Catalog) -> tuple[str, str]:
    """What was asked for that came to no call, and what is kept of the answer, which may quote it."""
    match asked.what:
        case Words(text):
            return (text, said) if may_be_noted(text, catalog) else (begins(text), "")
        case Filled(command):
            return command, said if may_be_noted(command, catalog) else ""
        case Press():
            return _A_BUTTON, said
        case _:
            return "", said


def kept(text: str) -> str:
    """As much of a text as is kept, without keys."""
    return scrubbed(text)[:_LONGEST] if text else ""
