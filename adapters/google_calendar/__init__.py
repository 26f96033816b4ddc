"""Google Calendar: what is on, who has time when, and meetings made, moved and answered."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter, OAuth2
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.webhook import WEBHOOK

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox

AUTH = OAuth2(
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    revoke_url="https://oauth2.googleapis.com/revoke",
    extra={"access_type": "offline", "prompt": "consent"},  # without both, Google gives no refresh token
    issuer="https://accounts.google.com",
)


async def _check(calendar: GoogleCalendar) -> None:
    await calendar.calendars()


async def _account(calendar: GoogleCalendar) -> str:
    return await calendar.account()


def _sandbox(now: Callable[[], datetime]) -> "Sandbox":
    from adapters.google_calendar.sandbox import CalendarSandbox  # a bot that is used for real carries none around

    return CalendarSandbox(now)


ADAPTER = Adapter(
    name="google_calendar",
    title="Google Calendar",
    about="See your day, find time with others, and make, move and answer meetings.",
    category="Productivity",
    base_url="https://www.googleapis.com/",
    auth=AUTH,
    scopes=(
        "https://www.googleapis.com/auth/calendar.events",
        "https://www.googleapis.com/auth/calendar.events.freebusy",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    ),
    client=GoogleCalendar,
    check=_check,
    account=_account,
    webhook=WEBHOOK,
    sandbox=_sandbox,
    env="GOOGLE",
)
