"""The tokens that a stand-in's authorization server has given, and what they came from."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.sandbox import Sandbox
from adapters.sandbox_request import Refusal


@dataclass
class Habits:
    """What vendors do differently. Tests may change them as they go."""

    lifetime: int = 3600  # of an access token, in seconds
    rotates: bool = False  # a refresh token is good for one use; using it again ends the family
    grace: float = 0.0  # seconds in which a used one is forgiven
    repeats: bool = False  # a refresh gives the refresh token that it was asked with
    offline: Mapping[str, str] = field(default_factory=dict)  # what a request must say to get a refresh token at all
    open_revocation: bool = False  # who holds a token may revoke it, and an unknown one is an error
    revokes_account: bool = False  # revoking a token ends all that its account ever granted


@dataclass
class Counts:
    """What has been done, each counted when it succeeded; `refused` are token requests that were not in order."""

    exchanges: int = 0
    refreshes: int = 0
    revocations: int = 0
    families_revoked: int = 0  # because a code or a refresh token was used again
    refused: int = 0


@dataclass(frozen=True)
class Account:
    """Somebody who may consent. `zone` is an IANA name."""

    id: str
    name: str
    zone: str = "UTC"


@dataclass(eq=False)
class Family:
    """What came of one consent: its tokens live and die together. `refresh` tells when each refresh token was used."""

    account: Account
    scopes: tuple[str, ...]
    access: set[str] = field(default_factory=set)
    refresh: dict[str, datetime | None] = field(default_factory=dict)


class Families:
    """Gives tokens, renews and ends them. Access tokens are grants of the sandbox, so that its API takes them."""

    def __init__(self, sandbox: Sandbox, habits: Habits, counts: Counts) -> None:
        self._sandbox = sandbox
        self._habits = habits
        self._counts = counts
        self._alive: set[Family] = set()
        self._by_token: dict[str, Family] = {}
        self.issued: set[str] = set()  # every token that was ever given

    def start(self, family: Family, offline: bool) -> Mapping[str, object]:
        """A token answer for a new family, with a refresh token where it is to be used offline."""
        self._alive.add(family)
        return self._answer(family, rotate=offline)

    def refresh(self, token: str, scope: str) -> Mapping[str, object]:
        """The next token answer. Raises Refusal; a refresh token that was used before takes its family with it."""
        family = self._by_token.get(token)
        if family is None or token not in family.refresh:
            raise Refusal("invalid_grant", f"The refresh token {token} is unknown or revoked.")  # some vendors do tell
        if self._is_spent(family.refresh[token]):
            self.end(family, misused=True)
            raise Refusal("invalid_grant", f"The refresh token {token} was used before.")
        if not set(scope.split()) <= set(family.scopes):
            raise Refusal("invalid_scope")
        if self._habits.rotates:
            family.refresh[token] = family.refresh[token] or self._sandbox.now()
        answer = self._answer(family, rotate=self._habits.rotates)
        return {**answer, "refresh_token": token} if self._habits.repeats else answer

    def account_of(self, access: str) -> str:
        """Whose access token that is, by id. It has to be one that was given."""
        return self._by_token[access].account.id

    def revoke(self, token: str) -> bool:
        """Whether there was anything to end: all of a refresh token's family; an access token alone, or what habit says."""
        family = self._by_token.get(token)
        if family is None:
            return False
        if self._habits.revokes_account:
            for other in [each for each in self._alive if each.account.id == family.account.id]:
                self.end(other)
        elif token in family.refresh:
            self.end(family)
        else:
            self._void(token)
        return True

    def end(self, family: Family, misused: bool = False) -> None:
        """All its tokens are void from now on."""
        if family in self._alive:
            self._alive.remove(family)
            self._counts.families_revoked += misused
        for token in family.access | family.refresh.keys():
            self._void(token)

    def _void(self, token: str) -> None:
        self._sandbox.revoke(token)
        self._by_token.pop(token, None)

    def _is_spent(self, used: datetime | None) -> bool:
        grace = timedelta(seconds=self._habits.grace)
        return self._habits.rotates and used is not None and self._sandbox.now() - used >= grace

    def _answer(self, family: Family, rotate: bool) -> Mapping[str, object]:
        access = self._sandbox.grant(family.account.id, family.account.zone, self._habits.lifetime)
        family.access.add(access)
        self._by_token[access] = family
        self.issued.add(access)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self._habits.lifetime}
        answer |= {"scope": " ".join(family.scopes)}
        if rotate:
            refresh = f"{self._sandbox.name}-refresh-{secrets.token_hex(16)}"
            family.refresh[refresh] = None
            self._by_token[refresh] = family
            self.issued.add(refresh)
            answer |= {"refresh_token": refresh}
        return answer
