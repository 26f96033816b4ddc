"""Whoever sits at the terminal."""

import getpass
from zoneinfo import ZoneInfo

from tzlocal import get_localzone_name

from bot.settings import Settings
from commands.call import Actor, Place

_PLATFORM, _TENANT = "terminal", "local"
PLACE = Place(_PLATFORM, _TENANT, "terminal")


def person(settings: Settings) -> Actor:
    """The person by their login name, in the zone of the settings, else in the machine's own."""
    name = _login()
    return Actor(_PLATFORM, _TENANT, name, name, _zone(settings))


def _login() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a container's user may have no name
        return "me"


def _zone(settings: Settings) -> str:
    if "timezone" in settings.model_fields_set:
        return settings.timezone
    try:
        return ZoneInfo(get_localzone_name() or settings.timezone).key
    except (KeyError, OSError, ValueError):  # machines may contradict themselves, or name a zone that is none
        return settings.timezone
