"""What vendors answer at their token endpoints, in their own words, means what the standard's words mean."""

from typing import Any

import pytest

from adapters.token_answer import error_of, issued_of

HUBSPOT = {"correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf"}
WRONG = {**HUBSPOT, "category": "VALIDATION_ERROR"}


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        ("BAD_REFRESH_TOKEN", "invalid_grant"),
        ("BAD_AUTH_CODE", "invalid_grant"),
        ("EXPIRED_AUTH_CODE", "invalid_grant"),
        ("MISMATCH_REDIRECT_URI_AUTH_CODE", "invalid_grant"),
        ("BAD_CLIENT_ID", "invalid_client"),
        ("BAD_CLIENT_SECRET", "invalid_client"),
        ("BAD_REDIRECT_URI", "invalid_request"),
        ("BAD_GRANT_TYPE", "unsupported_grant_type"),
    ],
)
@pytest.mark.parametrize("where", ["status", "category", "subCategory"])
def test_hubspot_s_own_words_are_known_wherever_they_stand(where: str, status: str, meant: str) -> None:
    assert error_of({**HUBSPOT, "message": "no", where: status}) == meant
    assert error_of({**WRONG, "message": "no", where: f"OAuthTokenError.{status}"}) == meant


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("missing or invalid refresh token", "invalid_grant"),
        ("Invalid Refresh Token", "invalid_grant"),
        ("missing or unknown auth code", "invalid_grant"),
        ("missing or unknown client id", "invalid_client"),
        ("something else", "invalid_request"),
    ],
)
def test_input_that_hubspot_finds_wrong_is_not_tried_again(message: str, meant: str) -> None:
    assert error_of({**WRONG, "message": message}) == meant


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "error", "message": "internal error", "category": "INTERNAL_ERROR"},
        {"status": "error", "message": "Your refresh token waits", "category": "RATE_LIMITS", "policyName": "DAILY"},
        {"status": 503, "code": "service_unavailable", "object": "error"},
        {"status": ["BAD_REFRESH_TOKEN"], "category": None, "error": {"code": "invalid_grant"}},
        {"message": "missing or invalid refresh token"},
    ],
)
def test_what_may_pass_ends_no_connection(answer: dict[str, Any]) -> None:
    assert error_of(answer) == ""


def test_the_standard_s_word_counts_before_a_vendor_s() -> None:
    assert error_of({"error": "invalid_client", "status": "BAD_REFRESH_TOKEN"}) == "invalid_client"
    assert error_of({"error": "", "code": "invalid_grant"}) == "invalid_grant"


def test_what_hubspot_granted_is_read() -> None:
    issued = issued_of({"access_token": "CANARY-1", "token_type": "bearer", "scopes": ["oauth", "tickets"]})
    assert issued is not None
    assert issued.scopes == ("oauth", "tickets")
