"""Who may run what, where, and who has to confirm it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.rule_words import DEFAULTS, in_words, who_can_change
from bot.rulebook import Rulebook
from bot.ruling import Case, Decision, decide
from commands.call import Actor, Place
from commands.command import Command
from storage.rules import Rules

IsAdmin = Callable[[Actor], Awaitable[bool]]
NamesOf = Callable[[str, str], Awaitable[Sequence[str]]]
"""What those are called who run the bot, given a platform and a tenant there."""


@dataclass(frozen=True)
class Verdict:
    """`by` is who must confirm it: "admins", a person's key, "in:" and a conversation's id, or empty for nobody else.

    `reason` is for people: why it is not allowed, or has to be confirmed.
    """

    allowed: bool
    by: str = ""
    reason: str = ""


class Judge:
    """Every call may raise StorageError."""

    def __init__(self, rules: Rules, is_admin: IsAdmin, admins_of: NamesOf, clock: Clock) -> None:
        self.book = Rulebook(rules, clock)
        self.is_admin = is_admin
        self.admins_of = admins_of

    async def judge(self, command: Command, actor: Actor, place: Place, team_account: bool = False) -> Verdict:
        """`team_account` says that it would be done with an account of their team's."""
        rules = await self.book.of(tenant_of(actor))
        if not rules and not (command.irreversible and team_account):
            return Verdict(True)  # nearly always: it need not be known who runs the bot
        case = Case(command, actor.key, await self.is_admin(actor), place.conversation, team_account)
        decision = decide(rules, case)
        return Verdict(decision.allowed, decision.by, await self._reason(decision, actor, place))

    async def may(self, actor: Actor, place: Place) -> Callable[[Command], bool]:
        """Tells of each command whether they may run it there, so that the help shows no others."""
        rules = await self.book.of(tenant_of(actor))
        admin = bool(rules) and await self.is_admin(actor)
        return lambda command: decide(rules, Case(command, actor.key, admin, place.conversation)).allowed

    async def _reason(self, decision: Decision, actor: Actor, place: Place) -> str:
        if decision.allowed and not decision.by:
            return ""
        said = in_words(decision.rule, actor, place.conversation) if decision.rule else DEFAULTS[-1]
        named = f" That is rule {decision.rule.id}." if decision.rule else ""
        if decision.allowed:
            return said + named
        return f"{said}{named} {who_can_change(await self.admins_of(actor.platform, actor.tenant))}"


def tenant_of(actor: Actor) -> str:
    """Whose rules hold for them."""
    return f"{actor.platform}:{actor.tenant}"
