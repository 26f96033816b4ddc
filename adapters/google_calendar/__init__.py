"""Google Calendar: what is on, who has time when, and meetings made, moved and answered."""

from adapters.base import Adapter, OAuth2
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.sandbox import CalendarSandbox
from adapters.google_calendar.webhook import WEBHOOK


async def _check(calendar: GoogleCalendar) -> None:
    await calendar.calendars()


ADAPTER = Adapter(
    name="google_calendar",
    title="Google Calendar",
    about="See your day, find time with others, and make, move and answer meetings.",
    category="Productivity",
    base_url="https://www.googleapis.com/",
    auth=OAuth2(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        revoke_url="https://oauth2.googleapis.com/revoke",
        extra={"access_type": "offline", "prompt": "consent"},  # without both, Google gives no refresh token
    ),
    scopes=(
        "https://www.googleapis.com/auth/calendar.events",
        "https://www.googleapis.com/auth/calendar.events.freebusy",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    ),
    client=GoogleCalendar,
    check=_check,
    webhook=WEBHOOK,
    sandbox=CalendarSandbox,
)
