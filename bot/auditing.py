"""The audit as one person may see it in chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from adapters.errors import Refused
from bot.arguments import Arguments
from bot.audience import called, shown_to
from bot.rule_people import conversation, read_option, whom
from bot.rules import IsAdmin, tenant_of
from bot.ruling import ADMINS, EVERY
from bot.sifting import part, told
from bot.span import span
from bot.validation import validate
from commands.audit import Auditing, Deed, Deeds
from commands.call import Actor, Call, Place
from commands.catalog import Catalog
from commands.usage import Choice, UsageError
from storage.audit import Audit, Entry

_MOST = 20  # entries at once
_LONGEST = 60  # characters of what was typed, in a reply
_NAME = "audit"
_UNREAD = (
    "I can't read “{}” as a day. Say here, mine, everywhere, or mention a channel; mention a person, or say “who=” and "
    "their ID; and a day such as “yesterday”."
)


def auditing_of(audit: Audit, is_admin: IsAdmin, catalog: Catalog, page: str, call: Call) -> Auditing:
    """`catalog` holds every command there is; `page` is the address of the page of it all, empty where there is none."""
    desk = _Desk(audit, is_admin, catalog, page, call.actor, call.place, call.asked.astimezone(ZoneInfo(call.actor.zone)))
    return Auditing(desk.now.date(), desk.meant, desk.of)


@dataclass(frozen=True)
class _Scope:
    """Whose deeds, where; empty for everybody's, everywhere. `words` say the place."""

    actor: str
    conversation: str
    words: str


@dataclass(frozen=True)
class _Desk:
    """What the calls mean is told in `commands.audit.Auditing`. Each may raise StorageError as well."""

    audit: Audit
    is_admin: IsAdmin
    catalog: Catalog
    page: str
    actor: Actor
    place: Place
    now: datetime  # in the actor's zone

    async def meant(self, words: str) -> Mapping[str, Any]:
        found = part(words)
        if not found.day:
            return told(found)
        try:
            valid = await validate(self.catalog.named(_NAME), {"day": found.day}, self.now, typed=False)
        except UsageError as error:
            if not error.choices:
                raise UsageError(f"where: {_UNREAD.format(found.day[:_LONGEST])}", _NAME, "where") from None
            rest = " ".join(told(found, day="").values())
            choices = tuple(Choice(each.label, f"{each.value} {rest}") for each in error.choices)
            raise UsageError(str(error), _NAME, "where", choices) from None
        return told(found, day=valid["day"])

    async def of(self, day: date, where: str, who: str, command: str) -> Deeds:
        admin, scope = await self.is_admin(self.actor), self._scope(where, who)
        mine, here = scope.actor == self.actor.key, scope.conversation == self.place.conversation != ""
        if not (admin or mine or here):
            raise Refused("What others asked for elsewhere is for those who run the bot to see. “audit mine” shows your own.")
        name, chosen = self._command(command), (scope.actor, tenant_of(self.actor), scope.conversation)
        since, until = span(day, day, self.actor.zone)
        found = await self.audit.of(*chosen, name, since=since, until=until, limit=_MOST + 1)
        shown = map(shown_to(self.actor, admin, self._is_command), found[:_MOST])
        names = called(found, self.actor)
        page = self._page(scope, name, day, whole=not mine) if admin or mine else ""
        whose = names(scope.actor) if scope.actor else ""
        return Deeds([self._deed(each, names) for each in shown], len(found) > _MOST, whose, scope.words, page)

    def _scope(self, where: str, who: str) -> _Scope:
        person = read_option("who", _NAME, lambda: self._person(who))
        match where:
            case "mine" if person in ("", self.actor.key):
                return _Scope(self.actor.key, "", "")
            case "mine":
                raise UsageError("who: “mine” is about you alone.", _NAME, "who")
            case "everywhere":
                return _Scope(person, "", "anywhere")
        there = read_option("where", _NAME, lambda: conversation(where, self.place))
        here = there == self.place.conversation
        return _Scope(person, there, "in this conversation" if here else f"in {there}")

    def _person(self, who: str) -> str:
        """Their key; empty for everybody."""
        word = who.strip()
        person = self.actor.key if word.casefold() == "me" else whom(word, self.actor) if word else EVERY
        if person == ADMINS:
            raise ValueError("one person has to be named, or nobody.")
        return "" if person == EVERY else person

    def _command(self, words: str) -> str:
        spelled = " ".join(words.casefold().removeprefix("/").replace("_", "-").split())
        if spelled and not self._is_command(spelled):
            raise UsageError(f"command: there is no command called “{words[:_LONGEST]}”.", _NAME, "command")
        return spelled

    def _is_command(self, name: str) -> bool:
        return self.catalog.get(name) is not None

    def _deed(self, entry: Entry, name: Callable[[str], str]) -> Deed:
        return Deed(
            time=datetime.fromtimestamp(entry.at, UTC).astimezone(self.now.tzinfo).strftime("%H:%M"),
            who=name(entry.actor) or "somebody",
            command=entry.command or entry.kind,
            outcome=entry.outcome,
            confirmed_by=name(entry.confirmed_by) if entry.confirmed_by else "",
            account=entry.account,
            arguments=Arguments(self.catalog, self.now).in_words(entry.command, entry.arguments),
            record=entry.record,
        )

    def _page(self, scope: _Scope, command: str, day: date, whole: bool) -> str:
        if not self.page:
            return ""
        whose = {"whose": "all", "person": scope.actor.rpartition(":")[2]} if whole else {}
        days = {"since": day.isoformat(), "until": day.isoformat()}
        query = {**whose, "conversation": scope.conversation, "command": command, **days}
        return f"{self.page}?{urlencode({name: value for name, value in query.items() if value}, errors='replace')}"
