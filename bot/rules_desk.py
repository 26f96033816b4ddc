"""The rules as one person sees and changes them, in chat and on the page."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from adapters.errors import Refused
from bot.rule_drafts import draft
from bot.rule_words import DEFAULTS, in_words, listed
from bot.rules import Judge, tenant_of
from bot.ruling import EVERY, concerns, precedence
from commands import rules as nouns
from commands.call import Actor, Place
from commands.catalog import Catalog
from commands.command import Command
from storage.rules import Rule

_SHOWN = 60  # characters of what was typed, in a reply


def ruling_of(
    judge: Judge, catalog: Catalog, page: str, actor: Actor, place: Place, again: Callable[[], Awaitable[bool]]
) -> nouns.Ruling:
    """`catalog` holds every command there is; `page` is the address of the page of rules, empty where there is none.

    `again` says whether an earlier attempt of this very call was begun.
    """
    desk = RulesDesk(judge, catalog, actor, place)
    changes = (desk.draft, desk.find, desk.add, desk.remove, desk.restore)
    return nouns.Ruling(page, desk.every, *changes, desk.may_change, desk.refusal, again)


@dataclass(frozen=True)
class RulesDesk:
    """What the calls mean is told in `commands.rules.Ruling`. Each may raise StorageError as well."""

    judge: Judge
    catalog: Catalog
    actor: Actor
    place: Place

    async def may_change(self) -> bool:
        return await self.judge.is_admin(self.actor)

    async def refusal(self, command: Command) -> str:
        verdict = await self.judge.judge(command, self.actor, self.place)
        return "" if verdict.allowed else verdict.reason

    async def every(self) -> Sequence[nouns.Rule]:
        told = await self.held()
        here = [rule for rule in told if rule.applies]
        return [*here, *map(nouns.Rule, DEFAULTS), *(rule for rule in told if not rule.applies)]

    async def held(self) -> Sequence[nouns.Rule]:
        """Those that they may see, the most specific first: what concerns them, or all of the tenant's if they run the bot."""
        admin = await self.may_change()
        rules = sorted(await self.judge.book.of(self._tenant), key=precedence, reverse=True)
        seen = [rule for rule in rules if admin or rule.by == self.actor.key or concerns(rule, self.actor.key, admin)]
        return [await self._told(rule, applies=self._applies(rule, admin), reader=self.actor) for rule in seen]

    async def draft(self, effect: str, what: str, who: str, where: str, by: str = "") -> nouns.Rule:
        await self._admitted()
        now = self.judge.book.clock.time()
        drafted = draft(self.catalog, self.actor, self.place, now, effect, what, who, where, by)
        if drafted.by:
            await self.judge.directory.vouch(drafted.by, self.actor)
        known = await self.judge.book.find(drafted.id, self._tenant)
        return await self._told(drafted, holds=known is not None and not known.removed)

    async def find(self, id: str) -> nouns.Rule:
        await self._admitted()
        found = await self.judge.book.find(id.strip().casefold(), self._tenant)
        if found is None:
            raise Refused(f"There is no rule “{id[:_SHOWN]}”. “rules” shows those that there are.")
        return await self._told(found, holds=not found.removed)

    async def add(self, rule: nouns.Rule) -> None:
        await self._admitted()
        said = (rule.effect, rule.what, rule.who, rule.where, rule.by)
        await self.judge.book.add(Rule(rule.id, self._tenant, *said, self.actor.key, self.judge.book.clock.time()))

    async def remove(self, rule: nouns.Rule) -> None:
        await self._admitted()
        await self.judge.book.remove(rule.id, self._tenant)

    async def restore(self, rule: nouns.Rule) -> None:
        await self._admitted()
        await self.judge.book.restore(rule.id, self._tenant)

    async def _admitted(self) -> None:
        if await self.may_change():
            return
        names, more = await self.judge.admins(self.actor)
        raise Refused(f"Only those who run the bot may change its rules: {listed(names, more) if names else 'nobody yet'}.")

    def _applies(self, rule: Rule, admin: bool) -> bool:
        return rule.where in (EVERY, self.place.conversation) and concerns(rule, self.actor.key, admin)

    async def _told(self, rule: Rule, holds: bool = True, applies: bool = True, reader: Actor | None = None) -> nouns.Rule:
        words = await in_words(rule, self.judge.directory.name, self.place.conversation, reader)
        return nouns.Rule(words, rule.id, rule.effect, rule.what, rule.who, rule.where, rule.by, holds, applies)

    @property
    def _tenant(self) -> str:
        return tenant_of(self.actor)
