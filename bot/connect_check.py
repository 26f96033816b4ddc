"""Tells whether people can connect accounts, and where what is missing for it comes from."""

from collections.abc import Iterator

from adapters.base import Adapter, OAuth2
from bot.finding import Finding
from bot.plan import Plan

_REDIRECTS = "the redirect URI to register there is"


def check_connecting(plan: Plan) -> list[Finding]:
    """From the settings alone: only a browser could try it."""
    if plan.settings.sandbox_mode:
        return [Finding("PUBLIC_URL", "off", "not needed: in a sandbox, people connect accounts at the bot's own address")]
    if not plan.settings.public_url:
        todo = "Set it to the https:// address at which browsers reach the bot"
        return [Finding("PUBLIC_URL", "off", f"not set, so nobody can connect an account. {todo}")]
    return [_public_url(plan), *_sign_in(plan), *(_service(each, plan) for each in plan.adapters if _by_oauth(each, plan))]


def _public_url(plan: Plan) -> Finding:
    url = plan.settings.public_url
    if plan.signing_in:
        return Finding("PUBLIC_URL", "ok", f"people find the bot's pages at {url}")
    todo = "For Slack set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, for Teams TEAMS_APP_PASSWORD."
    return Finding("PUBLIC_URL", "wrong", f"nobody can sign in at {url}, and so connect an account. {todo}")


def _sign_in(plan: Plan) -> Iterator[Finding]:
    url = plan.settings.public_url
    if plan.settings.slack:
        uris = f"{url}signin/slack/callback, and to install the app in further workspaces {url}slack/oauth_redirect"
        todo = f"Copy SLACK_CLIENT_ID and SLACK_CLIENT_SECRET from Basic Information; {_REDIRECTS} {uris}"
        yield _signing_in("Sign in with Slack", "slack" in plan.signing_in, f"on; {_REDIRECTS} {uris}", todo)
    if plan.settings.teams:
        uri = f"{url}signin/teams/callback, of the kind Web"
        todo = f"It needs TEAMS_APP_PASSWORD: a managed identity can't do it; {_REDIRECTS} {uri}"
        yield _signing_in("Sign in with Microsoft", "teams" in plan.signing_in, f"on; {_REDIRECTS} {uri}", todo)


def _signing_in(name: str, is_on: bool, said: str, todo: str) -> Finding:
    return Finding(name, "ok", said) if is_on else Finding(name, "off", f"off. {todo}")


def _by_oauth(adapter: Adapter, plan: Plan) -> bool:
    return isinstance(adapter.auth, OAuth2) and adapter.name not in plan.sandboxed


def _service(adapter: Adapter, plan: Plan) -> Finding:
    """Half a registration is a mistake; none is a choice."""
    name, told = f"Connecting {adapter.title}", plan.credentials[adapter.name]
    uri = f"{_REDIRECTS} {plan.settings.public_url}oauth/{adapter.name}/callback"
    needed = {f"{adapter.env}_CLIENT_ID": told.client_id, f"{adapter.env}_CLIENT_SECRET": told.client_secret}
    missing = [setting for setting, value in needed.items() if not value]
    if not missing:
        return Finding(name, "ok", f"registered as {told.client_id}, which the first who connects will prove; {uri}")
    if len(missing) < len(needed):
        return Finding(name, "wrong", f"{missing[0]} is missing. Copy it from where the app is registered; {uri}")
    return Finding(name, "off", f"off. Register an app there and set {' and '.join(missing)}; {uri}")
