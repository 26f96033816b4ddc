"""Which rule decides: the most specific one that is about it. Nothing here asks anything of anybody."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from commands.command import Command
from storage.rules import Rule

EVERY, ADMINS = "*", "admins"
CHANNEL = "in:"
"""What the channel whose people confirm begins with."""

READS, WRITES, IRREVERSIBLE = "reads", "writes", "irreversible"
_OWN = "audit confirm connect disconnect dismiss forget help integrations ping rules settle status stop undo"
OWN = frozenset(_OWN.split())
"""The subjects that are everybody's own: no rule reaches them. Those that decide or change rules see for themselves who may."""

_KINDS = {EVERY: 0, READS: 1, WRITES: 1, IRREVERSIBLE: 2}  # how much each says of a command: what is for good writes as well
_EFFECTS = {"allow": 0, "ask": 1, "forbid": 2}


@dataclass(frozen=True)
class Case:
    """What is to be decided: who would run what, where, and whether with an account of their team's. `actor` is a key."""

    command: Command
    actor: str
    admin: bool
    conversation: str
    team_account: bool = False


@dataclass(frozen=True)
class Decision:
    """`rule` is the one that decided, None where none is about it. `by` must confirm it, empty where nobody needs to."""

    allowed: bool
    rule: Rule | None = None

    @property
    def by(self) -> str:
        return self.rule.by if self.rule and self.rule.effect == "ask" else ""


def decide(rules: Iterable[Rule], case: Case) -> Decision:
    """What is somebody's own stays open, whatever the rules say: so whoever runs the bot can always mend a mistake."""
    if case.command.subject in OWN:
        return Decision(True)
    rule = max((rule for rule in rules if is_about(rule, case)), key=precedence, default=None)
    if rule and rule.effect == "forbid":
        return Decision(False, rule)
    return Decision(False) if _is_guarded(case, rule) else Decision(True, rule)


def is_about(rule: Rule, case: Case) -> bool:
    """Only what writes is ever confirmed, so a rule that asks is about nothing else."""
    return (
        rule.what in _topics(case.command)
        and rule.where in (EVERY, case.conversation)
        and concerns(rule, case.actor, case.admin)
        and (rule.effect != "ask" or case.command.writes)
    )


def concerns(rule: Rule, actor: str, admin: bool) -> bool:
    """Whether it is about this person."""
    return rule.who in (EVERY, actor) or (rule.who == ADMINS and admin)


def precedence(rule: Rule) -> tuple[int, int, int, int, float, str]:
    """The highest decides: by what it is about, then where, then whom; of two alike the stricter, then the newer one."""
    who = {EVERY: 0, ADMINS: 1}.get(rule.who, 2)
    return (_rank(rule.what), int(rule.where != EVERY), who, _EFFECTS[rule.effect], rule.made, rule.id)


def _rank(what: str) -> int:
    return _KINDS.get(what, 4 if " " in what else 3)


def _topics(command: Command) -> Collection[str]:
    """All that a rule about this command may name."""
    return {EVERY, command.subject, command.name, *_kinds(command)}


def _kinds(command: Command) -> Collection[str]:
    if not command.writes:
        return (READS,)
    return (WRITES, IRREVERSIBLE) if command.irreversible else (WRITES,)


def _is_guarded(case: Case, rule: Rule | None) -> bool:
    """What can't be undone in a team's account is for those who run the bot, unless a rule is about just that."""
    lifted = rule is not None and _rank(rule.what) >= _KINDS[IRREVERSIBLE]
    return case.command.irreversible and case.team_account and not case.admin and not lifted
