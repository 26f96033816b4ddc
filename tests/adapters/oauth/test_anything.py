"""Whatever the body of an answer holds, it is tokens that can be used or none."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.token_answer import LONGEST_LIFE, fields_of, issued_of

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("access_token", "refresh_token", "token_type", "expires_in", "scope", "error")


@given(st.binary())
def test_any_bytes_are_fields_or_none(body: bytes) -> None:
    assert isinstance(fields_of(body), dict)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANYTHING | st.just("bearer"))))
def test_any_answer_is_sane_tokens_or_none(answer: dict[str, Any]) -> None:
    issued = issued_of(answer)
    if issued is None:
        return
    tokens = [issued.access, *([issued.refresh] if issued.refresh else [])]
    assert all(token.reveal().isascii() and token.reveal().isprintable() and token.reveal() for token in tokens)
    assert issued.lifetime is None or 0 < issued.lifetime <= LONGEST_LIFE
    assert issued.scopes is None or all(scope.isascii() and scope.isprintable() for scope in issued.scopes)


def test_a_refresh_token_is_not_lost_because_the_access_token_with_it_has_ended() -> None:
    issued = issued_of({"access_token": "CANARY-access", "refresh_token": "CANARY-refresh", "expires_in": 0})
    assert issued is not None
    assert issued.refresh is not None
    assert (issued.refresh.reveal(), issued.lifetime) == ("CANARY-refresh", None)
    assert issued_of({"access_token": "CANARY-access", "expires_in": 0}) is None
