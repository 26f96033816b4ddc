"""What people type becomes what HubSpot keeps, and the other way round."""

import pytest

from adapters.errors import Refused
from adapters.hubspot.client import HubSpot

FITTING = [
    ("deal", "amount", "12500.0", "12500"),
    ("deal", "amount", "12 500.50", "12500.5"),
    ("deal", "amount", "1e3", "1000"),
    ("deal", "closedate", "2026-12-24", "2026-12-23T23:00:00Z"),
    ("deal", "closedate", "2026-12-24T15:00", "2026-12-24T14:00:00Z"),
    ("deal", "closedate", "1782000000000", "2026-06-21T00:00:00Z"),
    ("deal", "start date", "2026-12-24", "2026-12-24"),
    ("deal", "hs_priority", "HIGH", "high"),
    ("deal", "Owner", "sam sellers", "72"),
    ("deal", "Owner", "72", "72"),
    ("contact", "lifecycle stage", "Customer", "customer"),
    ("contact", "hs_email_optout", "yes", "true"),
    ("contact", "buying role", "budget; Champion", "BUDGET_HOLDER;CHAMPION"),
    ("contact", "email", "Ada@Example.org", "ada@example.org"),
    ("contact", "firstname", "", ""),
]


@pytest.mark.parametrize(("kind", "name", "text", "kept"), FITTING)
async def test_what_is_typed_and_what_is_kept_are_written_alike(
    hubspot: HubSpot, kind: str, name: str, text: str, kept: str
) -> None:
    property = await hubspot.property(kind, name)
    assert await hubspot.written(property, text) == kept
    assert await hubspot.written(property, kept) == kept


@pytest.mark.parametrize(
    ("kind", "name", "text", "said"),
    [
        ("deal", "amount", "12,500", "Try a number"),
        ("deal", "amount", "NaN", "Try a number"),
        ("deal", "amount", "1e999", "Try a number"),
        ("deal", "closedate", "tomorrow", "Try a day or a time"),
        ("deal", "closedate", "9" * 30, "Try a day or a time"),
        ("deal", "closedate", "9" * 20, "Try a day or a time"),
        ("deal", "start_date", "24.12.", "Try a day"),
        ("deal", "hs_priority", "huge", "Low, Medium, High"),
        ("deal", "dealstage", "closedwon", "hubspot move"),
        ("deal", "hs_forecast_amount", "1", "sets “Forecast amount” itself"),
        ("deal", "Owner", "Nobody", "Olivia Owens"),
        ("contact", "hs_email_optout", "maybe", "Say yes or no"),
        ("contact", "city", "x" * 65_537, "at most 65,536"),
    ],
)
async def test_what_does_not_fit_is_told(hubspot: HubSpot, kind: str, name: str, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        await hubspot.written(await hubspot.property(kind, name), text)


@pytest.mark.parametrize(
    ("kind", "name", "kept", "shown"),
    [
        ("deal", "closedate", "2026-12-23T23:00:00Z", "24 December 2026"),
        ("deal", "closedate", "2026-12-24T14:00:00.123Z", "24 December 2026"),
        ("note", "hs_timestamp", "2026-12-24T14:00:00.123Z", "24 December 2026, 15:00"),
        ("deal", "closedate", "soon", "soon"),
        ("deal", "start_date", "2026-12-24", "24 December 2026"),
        ("deal", "hs_priority", "high", "High"),
        ("deal", "hubspot_owner_id", "72", "Sam Sellers"),
        ("deal", "hubspot_owner_id", "74", "Greta Gone"),
        ("deal", "hubspot_owner_id", "9999", "9999"),
        ("contact", "hs_buying_role", "CHAMPION;BUDGET_HOLDER", "Champion, Budget"),
        ("contact", "hs_email_optout", "true", "Yes"),
        ("deal", "amount", "", ""),
    ],
)
async def test_what_is_kept_is_shown_by_labels(hubspot: HubSpot, kind: str, name: str, kept: str, shown: str) -> None:
    assert await hubspot.shown(await hubspot.property(kind, name), kept) == shown


async def test_what_is_written_is_what_is_read(hubspot: HubSpot) -> None:
    [deal] = await hubspot.named("deal", "orbital – pilot")
    for name, text in (
        ("amount", "9500.00"),
        ("closedate", "2026-12-24"),
        ("hs_priority", "high"),
        ("start_date", "2026-01-02"),
    ):
        wanted = await hubspot.written(await hubspot.property("deal", name), text)
        assert (await hubspot.update("deal", deal.id, {name: wanted})).values[name] == wanted
