"""Which commands a service brings."""

import pytest

from adapters import ADAPTERS
from bot.listing import brings
from commands import SUBJECTS
from commands.catalog import Catalog, subjects

EVERY = [command for subject in Catalog(subjects(SUBJECTS), lambda _: True).subjects for command in subject.commands]
WITH_ANY_MODEL = {"ask", "summarize", "translate", "rewrite", "compare", "models", "models use"}


def brought_by(service: str) -> set[str]:
    [adapter] = [each for each in ADAPTERS if each.name == service]
    return {command.name for command in EVERY if brings(adapter, command)}


@pytest.mark.parametrize(
    ("service", "own"), [("openai", {"imagine"}), ("anthropic", set()), ("gemini", set()), ("perplexity", {"search"})]
)
def test_whoever_has_models_brings_what_asks_any_model_and_its_own(service: str, own: set[str]) -> None:
    assert brought_by(service) == WITH_ANY_MODEL | own


@pytest.mark.parametrize("service", ["google_calendar", "notion", "hubspot"])
def test_another_service_brings_its_own_alone(service: str) -> None:
    subject = service.rpartition("_")[2]
    assert brought_by(service) == {command.name for command in EVERY if command.subject == subject}
