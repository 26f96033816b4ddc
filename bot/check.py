"""`interact check`: each setting and credential is tried, and whatever is wrong comes with what to do."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict

from aiohttp import ClientSession

from adapters.base import Adapter
from adapters.http import Http, pooled_session
from bot.connect_check import check_connecting
from bot.env_file import check_settings
from bot.finding import Finding
from bot.ground import check_database, check_keyring, check_ports
from bot.plan import Plan
from bot.settings import Settings
from bot.slack.check import check_slack
from bot.terminal.desk import at_scratch_desk
from bot.terminal.person import person
from bot.text import clean
from commands.call import Call, Place
from commands.status import Check, Health

_SIGNS = {"ok": "✓", "wrong": "✗", "off": "–"}


async def check(plan: Plan) -> list[Finding]:
    """Everything that can be tried from here, all at once."""
    async with pooled_session() as session:
        stored, ports, slack, teams, services = await asyncio.gather(
            _stored(plan),
            check_ports(plan, session),
            _slack(plan.settings, session),
            _teams(plan, session),
            _services(plan),
        )
    return [*check_settings(plan.adapters), *stored, *ports, *slack, *teams, *check_connecting(plan), *services]


def report(findings: Sequence[Finding], as_json: bool) -> str:
    """One line each, or JSON."""
    if as_json:
        return json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False)
    return "\n".join(f"{_SIGNS[each.state]} {each.name}: {' '.join(clean(each.text).split())}" for each in findings)


async def _stored(plan: Plan) -> list[Finding]:
    """One after the other: the folder of the database may have to be made first."""
    return [await check_database(plan.settings.database), await check_keyring(plan)]


async def _slack(settings: Settings, session: ClientSession) -> list[Finding]:
    if not settings.slack:
        return [Finding("Slack", "off", f"{_how(settings)}. To connect it: interact manifest slack")]
    return [finding async for finding in check_slack(settings, session)]


async def _teams(plan: Plan, session: ClientSession) -> list[Finding]:
    if not plan.settings.teams:
        todo = "To connect it: bot/teams/README.md, then interact manifest teams"
        return [Finding("Microsoft Teams", "off", f"{_how(plan.settings)}. {todo}")]
    from bot.teams.check import check_teams

    return [finding async for finding in check_teams(plan.settings, Http(session), plan.clock)]


def _how(settings: Settings) -> str:
    return "a sandbox, for there are no credentials" if settings.sandbox_mode else "there are no credentials"


async def _services(plan: Plan) -> list[Finding]:
    known = {check.name: check async for check in _tried(plan)} if plan.switched_on else {}
    return [_service(adapter, plan, known.get(adapter.name)) for adapter in plan.adapters]


async def _tried(plan: Plan) -> AsyncIterator[Check]:
    async with at_scratch_desk(plan) as desk:
        actor = person(plan.settings)
        call = Call("check", "status", {}, actor, Place(actor.platform, actor.tenant, ""), "terminal", plan.clock.now())
        health = desk.dispatch.provide(Health, call)
        async for check in health.checks():
            yield check


def _service(adapter: Adapter, plan: Plan, check: Check | None) -> Finding:
    token = f"{adapter.name.upper()}_TOKEN"
    if check is None or check.state == "not set up":
        return Finding(adapter.title, "off", f"can't be tried from here. For that: {token}, or SANDBOX={adapter.name}")
    kind = "sandbox" if adapter.name in plan.sandboxed else "real"
    if check.state in ("connected", "lent"):
        return Finding(adapter.title, "ok", f"{kind}, {check.detail}")
    network = f"If nothing answers: look at the network, a proxy, and {adapter.name.upper()}_BASE_URL; then check again."
    todo = {
        "needs reconnect": f"{token} was not taken: set a valid one.",
        "provider problem": f"{check.detail} {network}",
    }
    return Finding(adapter.title, "wrong", f"{kind}, {check.state}. {todo.get(check.state, check.detail)}")
