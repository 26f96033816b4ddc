"""Who sits at the browser that a request comes from."""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.actors import restored, stored
from commands.call import Actor
from storage.sessions import Sessions

_ID = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)
_LIFE = 12 * 3600  # seconds, as the session itself


@dataclass(frozen=True)
class Visitor:
    """`session_id` and `csrf` are empty where there is no session, `actor` is None where nobody has signed in."""

    session_id: str = field(default="", repr=False)
    actor: Actor | None = None
    admin: bool = False
    csrf: str = field(default="", repr=False)

    @property
    def shown(self) -> dict[str, object]:
        """What every page needs of them."""
        return {"actor": self.actor, "admin": self.admin, "csrf": self.csrf}


class Browser:
    """Sessions as browsers carry them: in a cookie that is theirs alone. Every call that asks may raise StorageError."""

    def __init__(self, sessions: Sessions, is_admin: Callable[[Actor], Awaitable[bool]], public_url: str) -> None:
        self._sessions = sessions
        self._is_admin = is_admin
        self._secure = public_url.startswith("https://")
        # With this prefix no other host, and nobody who listens on the way, can set it: RFC 6265bis, section 4.1.3.
        self.cookie = "__Host-session" if self._secure else "session"

    async def visitor(self, request: web.Request) -> Visitor:
        id = self.session_id(request)
        session = await self._sessions.find(id) if id else None
        if session is None:
            return Visitor()
        actor = restored(session.actor) if session.actor else None
        admin = actor is not None and await self._is_admin(actor)
        return Visitor(id, actor, admin, csrf_token(id))

    def session_id(self, request: web.Request) -> str:
        """What the cookie says, which may be no session of ours; empty where it can't be one."""
        id = request.cookies.get(self.cookie, "")
        return id if _ID.fullmatch(id) else ""

    async def session(self, request: web.Request) -> str:
        """The id of the browser's session; a new one, to be remembered, where it has none."""
        return (await self.visitor(request)).session_id or await self._sessions.open()

    async def sign_in(self, session_id: str, actor: Actor) -> str:
        """The id of the session that takes the place of this one."""
        return await self._sessions.rotate(session_id, stored(actor))

    async def sign_out(self, request: web.Request, response: web.StreamResponse) -> None:
        if id := self.session_id(request):
            await self._sessions.close(id)
        response.del_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def remember(self, response: web.StreamResponse, session_id: str) -> None:
        response.set_cookie(
            self.cookie, session_id, max_age=_LIFE, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )


def csrf_token(session_id: str) -> str:
    """What a form of this session carries. Who can't read the cookie can't make it."""
    return hmac.new(session_id.encode(), b"csrf", hashlib.sha256).hexdigest()
