"""Whoever sits at the terminal."""

import getpass

from tzlocal import get_localzone_name

from bot.settings import Settings
from commands.call import Actor, Place

_PLATFORM, _TENANT = "terminal", "local"
PLACE = Place(_PLATFORM, _TENANT, "terminal")


def person(settings: Settings) -> Actor:
    """The person by their login name, in the zone of the settings, else in the machine's own."""
    name = _login()
    zone = settings.timezone if "timezone" in settings.model_fields_set else get_localzone_name()
    return Actor(_PLATFORM, _TENANT, name, name, zone or settings.timezone)


def _login() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a container's user may have no name
        return "me"
