"""Who may run what, where, and who has to confirm it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.directory import Directory
from bot.rule_words import DEFAULTS, in_words, who_can_change
from bot.rulebook import Rulebook
from bot.ruling import Case, Decision, decide
from commands.call import Actor, Place
from commands.command import Command
from storage.rules import Rules

IsAdmin = Callable[[Actor], Awaitable[bool]]
AdminsOf = Callable[[str, str], Awaitable[Mapping[str, str]]]
"""Those who run the bot, by their keys, given a platform and a tenant there; what they are called, empty if nobody told it."""

_NAMED = 3  # at most, of those who can change a rule


@dataclass(frozen=True)
class Verdict:
    """`by` is who must confirm it: "admins", a person's key, "in:" and a conversation's id, or empty for nobody else.

    `reason` is for people: to the asker alone why it is not allowed, or to everybody there why it has to be confirmed.
    """

    allowed: bool
    by: str = ""
    reason: str = ""


class Judge:
    """Every call may raise StorageError."""

    def __init__(self, rules: Rules, is_admin: IsAdmin, admins_of: AdminsOf, directory: Directory, clock: Clock) -> None:
        self.book = Rulebook(rules, clock)
        self.is_admin = is_admin
        self.directory = directory
        self._admins_of = admins_of

    async def judge(self, command: Command, actor: Actor, place: Place, team_account: bool = False) -> Verdict:
        """`team_account` says that it would be done with an account of their team's."""
        rules = await self.book.of(tenant_of(actor))
        if not rules and not (command.irreversible and team_account):
            return Verdict(True)  # nearly always: it need not be known who runs the bot
        case = Case(command, actor.key, await self.is_admin(actor), place.conversation, team_account)
        decision = decide(rules, case)
        reason = self._asks(decision, place) if decision.allowed else self._refuses(decision, actor, place)
        return Verdict(decision.allowed, decision.by, await reason)

    async def may(self, actor: Actor, place: Place) -> Callable[[Command], bool]:
        """Tells of each command whether they may run it there, so that the help shows no others."""
        rules = await self.book.of(tenant_of(actor))
        admin = bool(rules) and await self.is_admin(actor)
        return lambda command: decide(rules, Case(command, actor.key, admin, place.conversation)).allowed

    async def admins(self, actor: Actor) -> tuple[list[str], int]:
        """What some of those are called who run the bot where this person is, and how many more there are."""
        told = list((await self._admins_of(actor.platform, actor.tenant)).items())
        return [name or await self.directory.name(key) for key, name in told[:_NAMED]], len(told[_NAMED:])

    async def _asks(self, decision: Decision, place: Place) -> str:
        if decision.rule is None or not decision.by:
            return ""
        return f"Rule {decision.rule.id}: {await in_words(decision.rule, self.directory.name, place.conversation)}"

    async def _refuses(self, decision: Decision, actor: Actor, place: Place) -> str:
        change = who_can_change(*await self.admins(actor))
        if decision.rule is None:
            return f"{DEFAULTS[-1]} {change}"
        words = await in_words(decision.rule, self.directory.name, place.conversation, actor)
        return f"{words} That is rule {decision.rule.id}. {change}"


def tenant_of(actor: Actor) -> str:
    """Whose rules hold for them."""
    return f"{actor.platform}:{actor.tenant}"
