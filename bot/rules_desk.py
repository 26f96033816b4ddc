"""The rules as one person sees and changes them, in chat and on the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.errors import Refused
from bot.rule_drafts import draft
from bot.rule_words import DEFAULTS, in_words, who_can_change
from bot.rules import Judge, tenant_of
from bot.ruling import EVERY, concerns, precedence
from commands import rules as nouns
from commands.call import Actor, Place
from commands.catalog import Catalog
from storage.rules import Rule

_SHOWN = 60  # characters of what was typed, in a reply


def ruling_of(judge: Judge, catalog: Catalog, page: str, actor: Actor, place: Place) -> nouns.Ruling:
    """`catalog` holds every command there is; `page` is the address of the page of rules, empty where there is none."""
    desk = RulesDesk(judge, catalog, actor, place)
    return nouns.Ruling(page, desk.every, desk.draft, desk.find, desk.add, desk.remove, desk.restore, desk.may_change)


@dataclass(frozen=True)
class RulesDesk:
    """What the calls mean is told in `commands.rules.Ruling`. Each may raise StorageError as well."""

    judge: Judge
    catalog: Catalog
    actor: Actor
    place: Place

    async def may_change(self) -> bool:
        return await self.judge.is_admin(self.actor)

    async def every(self) -> Sequence[nouns.Rule]:
        told = await self.held()
        mine = [rule for rule in told if rule.applies]
        others = [rule for rule in told if not rule.applies] if await self.may_change() else []
        return [*mine, *map(nouns.Rule, DEFAULTS), *others]

    async def held(self) -> Sequence[nouns.Rule]:
        """All of the tenant's, the most specific first."""
        admin = await self.may_change()
        rules = sorted(await self.judge.book.of(self._tenant), key=precedence, reverse=True)
        return [self._told(rule, applies=self._applies(rule, admin)) for rule in rules]

    async def draft(self, effect: str, what: str, who: str, where: str, by: str) -> nouns.Rule:
        await self._admitted()
        now = self.judge.book.clock.time()
        drafted = draft(self.catalog, self.actor, self.place, now, effect, what, who, where, by)
        known = await self.judge.book.find(drafted.id, self._tenant)
        holds = known is not None and not known.removed
        if known and holds and known.made_by != self.actor.key:  # or else to undo this would be to undo what others did
            raise Refused(f"That holds already, as rule {drafted.id}.")
        return self._told(drafted, holds)

    async def find(self, id: str) -> nouns.Rule:
        await self._admitted()
        found = await self.judge.book.find(id.strip().casefold(), self._tenant)
        if found is None:
            raise Refused(f"There is no rule “{id[:_SHOWN]}”. “rules” shows those that there are.")
        return self._told(found, holds=not found.removed)

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
        if not await self.may_change():
            names = await self.judge.admins_of(self.actor.platform, self.actor.tenant)
            raise Refused(f"Only those who run the bot may change its rules. {who_can_change(names)}")

    def _applies(self, rule: Rule, admin: bool) -> bool:
        return rule.where in (EVERY, self.place.conversation) and concerns(rule, self.actor.key, admin)

    def _told(self, rule: Rule, holds: bool = True, applies: bool = True) -> nouns.Rule:
        words = in_words(rule, self.actor, self.place.conversation)
        return nouns.Rule(words, rule.id, rule.effect, rule.what, rule.who, rule.where, rule.by, holds, applies)

    @property
    def _tenant(self) -> str:
        return tenant_of(self.actor)
