"""The check against HubSpot's description can fail: else it would be none."""

import json

import pytest

from tests.adapters.hubspot.specs import SPECS, complaints

pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="HubSpot's description of its API is not here")
CONTACT = {"id": "1", "properties": {"email": None}, "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"}
ONE = "/crm/v3/objects/contacts/1"


def told(answer: object, query: frozenset[str] = frozenset(), status: int = 200, path: str = ONE) -> list[str]:
    return list(complaints("GET", path, query, b"", status, json.dumps(answer).encode()))


def test_a_good_answer_fits() -> None:
    assert told({**CONTACT, "archived": False}, frozenset({"properties", "archived"})) == []


@pytest.mark.parametrize("more", [{}, {"archived": "no"}, {"archived": False, "color": "red"}, {"archived": False, "id": 1}])
def test_a_wrong_answer_does_not(more: dict[str, object]) -> None:
    assert told({**CONTACT, **more})


def test_what_is_not_described_is_noted() -> None:
    good = {**CONTACT, "archived": False}
    assert told(good, frozenset({"colour"}))
    assert told(good, status=201)
    assert told(good, path="/crm/v3/nowhere")


def test_a_wrong_request_does_not_fit() -> None:
    assert list(complaints("PATCH", ONE, set(), b'{"propertys": {}}', 200, json.dumps({**CONTACT, "archived": False}).encode()))
