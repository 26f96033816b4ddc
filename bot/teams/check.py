"""Tries what the bot has of Teams', and says what to do about what does not work."""

from collections.abc import AsyncIterator

from adapters.errors import Refused, Unavailable, Unknown
from adapters.http import Http
from bot.clock import Clock
from bot.finding import Finding
from bot.settings import Settings
from bot.teams.account import Account, account_of, credentials_of
from bot.teams.credentials import CONNECTOR
from bot.teams.keys import Keys

_TOKEN, _KEYS, _TENANTS = "TEAMS_APP_ID", "TEAMS_OPENID_METADATA_URL", "TEAMS_ALLOWED_TENANTS"


async def check_teams(settings: Settings, http: Http, clock: Clock) -> AsyncIterator[Finding]:
    """Asks Microsoft, or whatever stands at TEAMS_LOGIN_URL and TEAMS_OPENID_METADATA_URL."""
    account = account_of(settings)
    yield await _token(account, http, clock)
    yield await _keys(account, http, clock)
    yield Finding(_TENANTS, "ok", f"people of {', '.join(sorted(account.tenants))} may ask")


async def _token(account: Account, http: Http, clock: Clock) -> Finding:
    try:
        await credentials_of(account, http, clock).ask(CONNECTOR)
    except (Unavailable, Unknown) as error:
        return Finding(_TOKEN, "wrong", f"{error} Look at the network, a proxy, and TEAMS_LOGIN_URL; then check again.")
    except Refused as error:
        return Finding(_TOKEN, "wrong", str(error))
    return Finding(_TOKEN, "ok", f"the bot may speak as {account.app_id}")


async def _keys(account: Account, http: Http, clock: Clock) -> Finding:
    if await Keys(http, account.metadata_url, clock).refresh():
        return Finding(_KEYS, "ok", "the keys that Teams signs with are at hand")
    return Finding(
        _KEYS, "wrong", "no keys could be had there. Look at the network, a proxy, and the address; then check again."
    )
