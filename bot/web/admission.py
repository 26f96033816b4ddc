"""Who may see a page."""

from aiohttp import web

from bot.web.browser import Visitor
from commands.call import Actor


def person(visitor: Visitor) -> Actor:
    """Who sits there. Raises HTTPSeeOther, to where they say who they are."""
    if visitor.actor is None:
        raise web.HTTPSeeOther("/signin")
    return visitor.actor


def administrator(visitor: Visitor) -> Actor:
    """The same, where they run the bot. Raises HTTPForbidden as well."""
    actor = person(visitor)
    if not visitor.admin:
        raise web.HTTPForbidden
    return actor
