"""What people say of a contact, and how HubSpot keeps it."""

from collections.abc import Mapping
from typing import Annotated

from adapters.hubspot.client import HubSpot
from adapters.hubspot.property import Property

_PROPERTIES = {
    "first_name": "firstname",
    "last_name": "lastname",
    "phone": "phone",
    "job_title": "jobtitle",
    "company": "company",
    "owner": "hubspot_owner_id",
}

FirstName = Annotated[str, "first name"]
LastName = Annotated[str, "last name"]
Phone = Annotated[str, "phone number"]
JobTitle = Annotated[str, "what their job is called"]
Company = Annotated[str, "the name of the company they work for"]
Owner = Annotated[str, "whose it is in HubSpot: a name or an e-mail address"]


async def properties_of(hubspot: HubSpot, names: Mapping[str, str]) -> dict[str, Property]:
    """Those of contacts with these names, by name."""
    return {name: await hubspot.property("contact", name) for name in names}


async def values_of(hubspot: HubSpot, given: Mapping[str, str]) -> dict[str, str]:
    """What was given, by the names of options, as HubSpot keeps it. What was left out is left out. Raises Refused."""
    named = {_PROPERTIES[option]: text for option, text in given.items() if text}
    properties = await properties_of(hubspot, named)
    return {name: await hubspot.written(properties[name], text) for name, text in named.items()}
