"""The client's half of OAuth 2: https://www.rfc-editor.org/rfc/rfc6749, as https://www.rfc-editor.org/rfc/rfc9700 wants it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7009 import prepare_revoke_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from adapters.base import OAuth2, Secret
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from adapters.http import Http, Request, Response
from adapters.token_answer import Issued, error_of, fields_of, issued_of

__all__ = ["DEADLINE", "Issued", "OAuthClient", "Registration"]

DEADLINE = 30.0  # seconds in all: a lost answer may cost the connection, so it is waited for longer than others
_DONE_WITH = ("invalid_token", "invalid_grant")  # what a service says of a token that is no more
_FORM, _JSON = "application/x-www-form-urlencoded;charset=UTF-8", "application/json"


@dataclass(frozen=True)
class Registration:
    """What the service knows this bot by. `env` begins the names of the settings, for the error that says to look at them."""

    client_id: str
    client_secret: Secret
    env: str = ""

    def __post_init__(self) -> None:
        if not (self.client_id + self.client_secret.reveal()).isascii():
            raise ValueError(f"Look at {self.settings}: there are letters in them that no such value has.")

    @property
    def settings(self) -> str:
        return f"{self.env}_CLIENT_ID and {self.env}_CLIENT_SECRET" if self.env else "the client's ID and secret"


class OAuthClient:
    """One service's authorization server, asked in the name of this bot.

    Whatever the server says, no token, code or text of its own gets into an error: registered error codes at most.
    Limits, breaker and metrics are kept under `<service>_login`, apart from the service's own.
    """

    def __init__(
        self, service: str, title: str, auth: OAuth2, registration: Registration, http: Http, deadline: float = DEADLINE
    ) -> None:
        self._service = f"{service}_login"
        self._title = title
        self._auth = auth
        self._registration = registration
        self._http = http
        self._deadline = deadline

    @property
    def auth(self) -> OAuth2:
        """The server as it is really asked, which may be a stand-in."""
        return self._auth

    def authorization_url(self, redirect_uri: str, scopes: Sequence[str], state: str, verifier: str) -> str:
        """Where the person's browser is sent. `verifier` is this authorization's own secret, of 43 to 128 letters."""
        challenge = create_s256_code_challenge(verifier)  # type: ignore[no-untyped-call]
        proof = {"code_challenge": challenge, "code_challenge_method": "S256"} if self._auth.pkce else {}
        endpoint, client_id = self._auth.authorize_url, self._registration.client_id
        more = {**proof, **self._auth.extra}
        return str(prepare_grant_uri(endpoint, client_id, "code", redirect_uri, tuple(scopes), state, **more))

    async def exchange(self, code: str, redirect_uri: str, verifier: str) -> Issued:
        """Tokens for the code that the browser brought back. Asked once only, since a code is good for one use.

        Raises Refused (the person has to begin anew, or the registration is wrong), Unavailable.
        """
        proof = verifier if self._auth.pkce else None
        body = prepare_token_request("authorization_code", "", redirect_uri, code=code, code_verifier=proof)
        try:
            answer = await self._send(self._auth.token_url, body, repeatable=False)
        except Unknown:
            raise Refused(f"{self._title} did not say whether you are connected. Please connect again.") from None
        gone = Refused(f"{self._title} no longer knows of this sign-in (invalid_grant). Please connect again.")
        return self._issued(answer, gone)

    async def refresh(self, refresh: Secret) -> Issued:
        """A new access token. Where the answer holds no new refresh token, the old one stays good.

        Asked again if the answer is lost: servers that rotate forgive that only at once, if at all. Raises NeedsConnection
        (the grant is gone), Refused (the registration is wrong), Unavailable (all that may pass).
        """
        body = prepare_token_request("refresh_token", refresh_token=refresh.reveal())
        answer = await self._send(self._auth.token_url, body, repeatable=True)
        gone = NeedsConnection(self._title, f"{self._title} no longer accepts your connection.")
        return self._issued(answer, gone)

    async def revoke(self, issued: Secret) -> None:
        """Ends a grant, by its refresh token where there is one. A token that the service does not know is done with.

        Returns at once where the service has nothing for it. Raises Unavailable.
        """
        if not self._auth.revoke_url:
            return
        body, _ = prepare_revoke_token_request(issued.reveal())
        answer = await self._send(self._auth.revoke_url, body, repeatable=True)
        if answer.status >= 300 and error_of(fields_of(answer.body)) not in _DONE_WITH:
            raise Unavailable(f"{self._title} did not confirm that the connection is revoked.")

    async def _send(self, url: str, body: str, repeatable: bool) -> Response:
        """Raises Unavailable, and Unknown where it is not repeatable."""
        registered = self._registration
        auth = ClientAuth(registered.client_id, registered.client_secret.reveal(), self._auth.client_auth)
        headers = {"Accept": _JSON, "Content-Type": _JSON if self._auth.json_body else _FORM}
        url, headers, body = auth.prepare("POST", url, headers, body)  # type: ignore[no-untyped-call]
        if self._auth.json_body:
            body = json.dumps(dict(parse_qsl(body, keep_blank_values=True)))
        request = Request(self._service, "POST", url, headers, body.encode(), repeatable=repeatable, deadline=self._deadline)
        try:
            return await self._http.send(request)
        except Refused:  # a redirect, or an answer too large: no word of the server's that could be final
            raise self._unreadable() from None

    def _issued(self, response: Response, gone: Exception) -> Issued:
        answer = fields_of(response.body)
        match error_of(answer):
            case "invalid_grant":
                raise gone
            case "invalid_client" | "unauthorized_client" as error:
                raise Refused(f"{self._title} does not know this bot ({error}). Look at {self._registration.settings}.")
            case "invalid_request" | "invalid_scope" | "unsupported_grant_type" as error:
                raise Refused(f"{self._title} did not accept how it was asked ({error}).")
            case "server_error" | "temporarily_unavailable":
                raise Unavailable(f"{self._title} can't sign anybody in at the moment.")
        issued = issued_of(answer) if response.status < 300 else None
        if issued is None:
            raise self._unreadable()
        return issued

    def _unreadable(self) -> Unavailable:
        return Unavailable(f"{self._title} gave an answer that I can't read.")
