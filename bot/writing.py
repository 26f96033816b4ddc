"""What every write goes through, whoever asked for it and wherever: seen first, confirmed where it must be, done once."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from hmac import compare_digest

from adapters.errors import NeedsConnection, Refused, Unknown
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
from commands.reply import Button, Reply
from commands.usage import UsageError
from storage.effects import Effect, Effects

BY_HAND = frozenset({"slash", "mention", "message", "button", "form", "terminal", "search"})
"""The ways by which a person's own typing or pressing comes in."""

_LOOK = 3.0  # seconds after which a write that may have happened is looked for


class Writing:
    """`propose` keeps what must be confirmed and gives the card that asks for it; `new_id` makes ids that people can type."""

    def __init__(
        self,
        effects: Effects,
        judge: Judge,
        propose: Callable[[Seen, str], Awaitable[Reply]],
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

    def again(self, effect: Effect) -> Reply | None:
        """The answer that there is already, where the write was done: it is not done twice."""
        return replies.load(effect.reply) if effect.state in ("done", "undone") and effect.reply else None

    async def run(
        self,
        command: Command,
        call: Call,
        accounts: Mapping[str, Account],
        begun: Effect | None,
        by: str,
        steps: AsyncGenerator[Reply | Preview, None],
    ) -> AsyncIterator[Reply]:
        """Takes the command's own steps, as far as it may. `by` is who else must confirm it, empty for nobody.

        Raises what the command raises; Sought in place of Unknown the first time, Unsettled the second; Refused where a rule
        says so; StorageError.
        """
        async with aclosing(steps):
            first = await _first(command, call, steps)
            if isinstance(first, Reply):  # there was nothing to write
                yield first
                return
            seen = Seen(call, first, accounts)
            if call.dry_run:
                yield dry(seen)
                return
            if not begun and (card := await self._held(command, seen, by)):
                yield card
                return
            yield await self._apply(command, seen, begun, steps)

    async def _held(self, command: Command, seen: Seen, by: str) -> Reply | None:
        """The card that asks for a confirmation, where one is needed that is not there."""
        await self._permit(command, seen)
        confirmer = by or (seen.call.actor.key if _must_ask(command, seen) else "")
        if seen.call.confirmed:
            same = compare_digest(seen.call.confirmed, seen.digest)
            return None if same else await self._propose(seen, confirmer or seen.call.actor.key)
        return await self._propose(seen, confirmer) if confirmer else None

    async def _permit(self, command: Command, seen: Seen) -> None:
        if any(account.team for account in seen.accounts.values()):
            verdict = await self._judge.judge(command, seen.call.actor, seen.call.place, team_account=True)
            if not verdict.allowed:
                raise Refused(verdict.reason)

    async def _apply(
        self, command: Command, seen: Seen, begun: Effect | None, steps: AsyncGenerator[Reply | Preview, None]
    ) -> Reply:
        """Noted before it happens, so that a further attempt knows that it may have happened."""
        effect = self._effect(command, seen)
        effect = await self._effects.begin(effect) or effect
        try:
            reply = await _last(steps)
        except Unknown as error:
            await self._effects.finish(effect.call, "unknown")
            if begun and begun.state == "unknown":
                raise Unsettled(error, effect.id) from None
            raise Sought(error, _LOOK, command.name, effect.id) from None
        except (Refused, UsageError, NeedsConnection):
            await self._effects.finish(effect.call, "failed")
            raise
        return await self._done(command, seen.call, effect, reply)

    async def _done(self, command: Command, call: Call, effect: Effect, reply: Reply) -> Reply:
        undo = command.undo if reply.undo is not None else ""
        if undo:
            label = "Redo" if call.undoes else "Undo"
            reply = replace(reply, buttons=(*reply.buttons, Button(label, "undo", {"id": effect.id})))
        reply = replace(reply, settles=bool(call.confirmed))
        arguments = json.dumps(reply.undo, ensure_ascii=False) if undo else ""
        await self._effects.finish(effect.call, "done", undo, arguments, replies.dump(reply))
        return reply

    def _effect(self, command: Command, seen: Seen) -> Effect:
        call = seen.call
        return Effect(
            id=self._new_id(),
            call=call.id,
            actor=call.actor.key,
            conversation=conversation_of(call),
            command=command.name,
            arguments=json.dumps(dict(call.arguments), ensure_ascii=False),
            account=as_whom(seen.accounts),
            undo="",
            undo_arguments="",
            state="begun",
            undoes=call.undoes,
            at=self._clock.time(),
        )


def _must_ask(command: Command, seen: Seen) -> bool:
    return command.irreversible or seen.preview.asks or seen.call.via not in BY_HAND


async def _first(command: Command, call: Call, steps: AsyncGenerator[Reply | Preview, None]) -> Reply | Preview:
    """Nothing of a command that has no preview of its own is run yet."""
    return await anext(steps) if command.previews else declared(command, call)


async def _last(steps: AsyncGenerator[Reply | Preview, None]) -> Reply:
    reply = Reply("Done.")
    async for step in steps:
        if isinstance(step, Reply):
            reply = step
    return reply
