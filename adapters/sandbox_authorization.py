"""An authorization server as a stand-in: strict, so that a client that gets through has done its part right."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

from adapters.base import OAuth2
from adapters.sandbox import Sandbox
from adapters.sandbox_consent import consent_page, refusal_page
from adapters.sandbox_dialect import Dialect
from adapters.sandbox_families import Account, Counts, Families, Family, Habits
from adapters.sandbox_request import Asked, Refusal, Untrusted, checked, checked_target
from adapters.sandbox_token_request import plain_request, token_request

_CODE_LIVES = timedelta(seconds=60)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_ACCOUNTS = (
    Account("ada@acme.test", "Ada Lovelace", "Europe/London"),
    Account("grace@acme.test", "Grace Hopper", "America/New_York"),
)
Handler = Callable[[web.Request], Awaitable[Mapping[str, object]]]


@dataclass
class _Code:
    asked: Asked
    family: Family
    expires: datetime
    used: bool = False


class AuthorizationServer:
    """Answers at the vendor's own paths below a sandbox, as `OAuth2.at` places them; its access tokens open that sandbox.

    A person is shown a page that offers `accounts`, first of all the one that `login_hint` names. A code is good for one use
    within a minute, by the client and for the redirect URI that it was given for, with the proof; used again, it ends what
    came of it. `habits` and `dialect` are the vendor's own ways, `counts` tells what was done, as does
    `GET /_sandbox/authorization`.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        auth: OAuth2,
        habits: Habits | None = None,
        dialect: Dialect | None = None,
        accounts: Sequence[Account] = _ACCOUNTS,
    ) -> None:
        self.habits = habits or Habits()
        self.counts = Counts()
        self._sandbox = sandbox
        self._auth = auth.at("/")
        self._dialect = dialect or Dialect()
        self._tells_issuer = bool(auth.issuer)
        self._accounts = tuple(accounts)
        self._families = Families(sandbox, self.habits, self.counts)
        self._pending: dict[str, Asked] = {}
        self._codes: dict[str, _Code] = {}
        self._answer_at(sandbox.app.router)
        sandbox.private |= {self._auth.token_url, self._auth.revoke_url}

    @property
    def issued(self) -> frozenset[str]:
        """Every token that was ever given, of either kind."""
        return frozenset(self._families.issued)

    def approve(self, authorize_url: str, account: str, scopes: Sequence[str] | None = None) -> str:
        """What a person does on the page, without a browser: the address they are sent to. Fewer scopes may be granted.

        Raises Untrusted, Refusal.
        """
        url = URL(authorize_url)
        asked = self._asked(url)
        return self._back(url, asked, code=self._code(asked, account, scopes))

    def deny(self, authorize_url: str) -> str:
        """The same, of a person who says no."""
        url = URL(authorize_url)
        return self._back(url, self._asked(url), error="access_denied")

    def _answer_at(self, router: web.UrlDispatcher) -> None:
        router.add_get(self._auth.authorize_url, self._ask)
        router.add_post(self._auth.authorize_url, self._decide)
        router.add_post(self._auth.token_url, self._answering(self._give))
        if self._auth.revoke_url:
            router.add_post(self._auth.revoke_url, self._answering(self._revoke))
        router.add_get("/_sandbox/authorization", self._get_counts)

    async def _ask(self, request: web.Request) -> web.Response:
        try:
            asked = self._asked(request.url)
        except Untrusted as untrusted:
            return refusal_page(str(untrusted))
        except Refusal as refusal:
            asked = Asked(request.query["redirect_uri"], request.query.get("state", ""))
            return _sent(self._back(request.url, asked, error=refusal.code, error_description=str(refusal)))
        id = secrets.token_urlsafe(16)
        self._pending[id] = asked
        return consent_page(self._sandbox.title, self._sandbox.client_id, id, asked, self._offered(asked))

    async def _decide(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = self._pending.pop(str(form.get("request")), None)
        if asked is None:
            return refusal_page("This page is out of date. Go back to where you came from, and begin anew.")
        account = str(form.get("other", "")).strip() or str(form.get("account", ""))
        scopes = {str(scope) for scope in form.getall("scope", [])}.intersection(asked.scopes)
        if form.get("decision") != "allow" or not account or (asked.scopes and not scopes):
            return _sent(self._back(request.url, asked, error="access_denied"))
        return _sent(self._back(request.url, asked, code=self._code(asked, account, scopes)))

    async def _give(self, request: web.Request) -> Mapping[str, object]:
        """The token endpoint."""
        fields = await token_request(request, self._auth, self._sandbox.client_id, self._sandbox.client_secret)
        match fields.get("grant_type"):
            case "authorization_code":
                answer = self._exchange(fields)
                self.counts.exchanges += 1
            case "refresh_token":
                answer = self._families.refresh(fields.get("refresh_token", ""), fields.get("scope", ""))
                self.counts.refreshes += 1
            case _:
                raise Refusal("unsupported_grant_type")
        return self._dialect.issued(answer, self._families.account_of(str(answer["access_token"])))

    async def _revoke(self, request: web.Request) -> Mapping[str, object]:
        if self.habits.open_revocation:
            fields = await plain_request(request, self._auth)
        else:
            fields = await token_request(request, self._auth, self._sandbox.client_id, self._sandbox.client_secret)
        known = self._families.revoke(fields.get("token", ""))
        if not known and self.habits.open_revocation:
            raise Refusal("invalid_token")
        self.counts.revocations += known
        return {}

    async def _get_counts(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(self.counts))

    def _asked(self, url: URL) -> Asked:
        return checked(url.query, checked_target(url.query, self._sandbox.client_id), self._auth.pkce)

    def _offered(self, asked: Asked) -> Sequence[Account]:
        hint = asked.query.get("login_hint", "")
        return (self._account(hint), *(each for each in self._accounts if each.id != hint)) if hint else self._accounts

    def _account(self, id: str) -> Account:
        return next((each for each in self._accounts if each.id == id), Account(id, id))

    def _code(self, asked: Asked, account: str, scopes: Collection[str] | None) -> str:
        granted = tuple(scope for scope in asked.scopes if scopes is None or scope in scopes)
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(asked, Family(self._account(account), granted), self._sandbox.now() + _CODE_LIVES)
        return code

    def _exchange(self, fields: Mapping[str, str]) -> Mapping[str, object]:
        code = self._codes.get(fields.get("code", ""))
        if code is None:
            raise Refusal("invalid_grant", "The code is unknown.")
        if code.used:
            self._families.end(code.family, misused=True)
            raise Refusal("invalid_grant", "The code was used before.")
        code.used = True
        if code.expires <= self._sandbox.now() or fields.get("redirect_uri") != code.asked.redirect_uri:
            raise Refusal("invalid_grant", "The code has expired, or was given for another redirect URI.")
        if not _proves(fields.get("code_verifier", ""), code.asked.challenge):
            raise Refusal("invalid_grant", "The code verifier is not that of this code.")
        offline = self.habits.offline.items() <= code.asked.query.items()
        return self._families.start(code.family, offline)

    def _back(self, url: URL, asked: Asked, **answer: str) -> str:
        """Where the browser goes with the answer, and with the issuer: https://www.rfc-editor.org/rfc/rfc9207."""
        issuer = f"{url.origin()}{url.path.removesuffix(self._auth.authorize_url)}"
        answer |= {"state": asked.state} if asked.state else {}
        answer |= {"iss": issuer} if self._tells_issuer else {}
        return f"{asked.redirect_uri}{'&' if '?' in asked.redirect_uri else '?'}{urlencode(answer)}"

    def _answering(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Refusals as the standard words them, and nothing that a cache may keep."""

        async def answer(request: web.Request) -> web.Response:
            try:
                body, status = await handler(request), 200
            except Refusal as refusal:
                self.counts.refused += 1
                body = self._dialect.refused(refusal)
                status = 401 if refusal.code == "invalid_client" else 400
            return web.json_response(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

        return answer


def _proves(verifier: str, challenge: str) -> bool:
    """Without a challenge there may be no verifier either: somebody would have taken the challenge away."""
    if not challenge or not _VERIFIER.fullmatch(verifier):
        return not challenge and not verifier
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=") == challenge


def _sent(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address, "Referrer-Policy": "no-referrer"})
