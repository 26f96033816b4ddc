"""What every write goes through, whoever asked for it and wherever: seen first, confirmed where it must be, done once."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from hmac import compare_digest

from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from bot import replies
from bot.clock import Clock
from bot.connections import Account
from bot.doubts import Sought, Unsettled
from bot.previews import Seen, as_whom, declared, dry
from bot.rules import Judge
from bot.written import conversation_of
from commands.call import Call
from commands.command import Command
from commands.preview import Preview
from commands.reply import Button, Field, Reply
from commands.usage import UsageError
from storage.effects import Effect, Effects

BY_HAND = frozenset({"slash", "mention", "message", "button", "form", "shortcut", "terminal", "search"})
"""The ways by which a person's own typing or pressing comes in."""

_LOOK = 3.0  # seconds after which a write that may have happened is looked for
Steps = AsyncGenerator[Reply | Preview, None]


class Writing:
    """`propose` keeps what must be confirmed and gives the card that asks for it; `new_id` makes ids that people can type."""

    def __init__(
        self,
        effects: Effects,
        judge: Judge,
        propose: Callable[[Seen, str, str], Awaitable[Reply]],
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._effects = effects
        self._judge = judge
        self._propose = propose
        self._clock = clock
        self._new_id = new_id

    async def begun(self, call: Call) -> Effect | None:
        """What was begun under this call's id before. Raises StorageError."""
        return await self._effects.of_call(call.id)

    async def run(
        self,
        command: Command,
        call: Call,
        accounts: Mapping[str, Account],
        begun: Effect | None,
        by: str,
        reason: str,
        steps: Steps,
    ) -> AsyncGenerator[Reply, None]:
        """Takes the command's own steps, as far as it may. `by` is who else must confirm it and `reason` why, empty for nobody.

        Raises what the command raises; Sought where it may have happened, and is to be looked for; Unsettled where that could
        not tell; Refused where a rule says so; StorageError.
        """
        fresh = begun is None or begun.state == "failed"
        async with aclosing(steps):
            first = await self._first(command, call, None if fresh else begun, steps)
            if isinstance(first, Reply):  # there was nothing to write
                yield first
                return
            seen = Seen(call, first, accounts)
            if call.dry_run:
                yield dry(seen, reason)
                return
            if fresh and (card := await self._held(command, seen, by, reason)):
                yield card
                return
            yield await self._apply(command, seen, begun, steps)

    async def _first(self, command: Command, call: Call, begun: Effect | None, steps: Steps) -> Reply | Preview:
        """Nothing of a command that has no preview of its own is run yet.

        Where it was begun before, it may have nothing to write because that got through; or be refused for the same reason.
        """
        if not command.previews:
            return declared(command, call)
        try:
            first = await anext(steps)
        except (Refused, UsageError) as error:
            if begun is None:
                raise
            await self._effects.finish(call.id, "unknown")
            raise Unsettled(error, begun.id) from None
        if begun and isinstance(first, Reply):
            await self._effects.finish(call.id, "done", reply=replies.dump(first))
        return first

    async def _held(self, command: Command, seen: Seen, by: str, reason: str) -> Reply | None:
        """The card that asks for a confirmation, where one is needed that is not there."""
        await self._permit(command, seen)
        confirmer = by or (seen.call.actor.key if _must_ask(command, seen) else "")
        if seen.call.confirmed:
            confirmer = confirmer or seen.call.actor.key
            same = compare_digest(seen.call.confirmed, seen.digest(confirmer))
            return None if same else await self._propose(seen, confirmer, reason)
        return await self._propose(seen, confirmer, reason) if confirmer else None

    async def _permit(self, command: Command, seen: Seen) -> None:
        if any(account.team for account in seen.accounts.values()):
            verdict = await self._judge.judge(command, seen.call.actor, seen.call.place, team_account=True)
            if not verdict.allowed:
                raise Refused(verdict.reason)

    async def _apply(self, command: Command, seen: Seen, begun: Effect | None, steps: Steps) -> Reply:
        """Noted before it happens, so that a further attempt knows that it may have happened."""
        effect = await self._begin(command, seen, begun)
        doubted = begun is not None and begun.is_open
        try:
            reply = await _last(steps)
        except Unknown as error:
            await self._effects.finish(effect.call, "unknown")
            if begun and begun.state == "unknown":
                raise Unsettled(error, effect.id) from None
            raise Sought(error, _LOOK) from None
        except Unavailable as error:
            if not (error.acted or doubted):
                await self._effects.finish(effect.call, "failed")
                raise
            await self._effects.finish(effect.call, "unknown")
            raise Sought(error, error.retry_after) from None
        except (Refused, UsageError, NeedsConnection):
            await self._effects.finish(effect.call, "failed")
            raise
        except Exception:  # nobody foresaw it: it may have happened before
            await self._effects.finish(effect.call, "unknown")
            raise
        return await self._done(command, seen.call, effect, reply)

    async def _begin(self, command: Command, seen: Seen, begun: Effect | None) -> Effect:
        """Only one of several who found the same goes on: the others come back to see what came of it."""
        call = seen.call
        undone = await self._effects.find(call.undoes) if call.undoes else None
        effect = Effect(
            id=self._new_id(),
            call=call.id,
            actor=call.actor.key,
            conversation=conversation_of(call),
            command=command.name,
            arguments=json.dumps(dict(call.arguments), ensure_ascii=False),
            account=as_whom(seen.accounts),
            at=self._clock.time(),
            undoes=call.undoes,
            restores=undone is not None and undone.undoes != "" and not undone.restores,
        )
        if mine := await self._effects.begin(effect, begun.attempt if begun else 0):
            return mine
        if call.undoes and not await self._effects.of_call(call.id):
            raise Refused("That is being taken back just now, or whether it was is not known yet.")
        raise Sought(Unavailable("This is being done already."), _LOOK)

    async def _done(self, command: Command, call: Call, effect: Effect, reply: Reply) -> Reply:
        undo = command.undo if reply.undo is not None else ""
        if undo:
            label = "Redo" if effect.undoes and not effect.restores else "Undo"
            back = Button(label, "undo", {"id": effect.id})
            reply = replace(reply, buttons=(*reply.buttons, back), fields=(*reply.fields, Field("Id", effect.id)))
        reply = replace(reply, settles=bool(call.confirmed or call.undoes))
        arguments = json.dumps(reply.undo, ensure_ascii=False) if undo else ""
        await self._effects.finish(effect.call, "done", undo, arguments, replies.dump(reply))
        return reply


def answered(effect: Effect) -> Reply | None:
    """The answer that there is already, where the write was done: it is not done twice."""
    if effect.state not in ("done", "undone"):
        return None
    known = replies.load(effect.reply) if effect.reply else Reply("This was done already.", private=True)
    return replace(known, repeated=True)


def _must_ask(command: Command, seen: Seen) -> bool:
    return command.irreversible or seen.preview.asks or seen.call.via not in BY_HAND


async def _last(steps: Steps) -> Reply:
    reply = Reply("Done.")
    async for step in steps:
        if isinstance(step, Reply):
            reply = step
    return reply
