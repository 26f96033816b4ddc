"""What the dashboard and the alerts ask for has the labels that it is asked by, and the document names them."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client.metrics import MetricWrapperBase

from bot.metrics import Metrics
from tests.deploy.files import read, read_yaml
from tests.deploy.test_watching import OPERATIONS, alerts, expressions, series

FUNCTIONS = {"sum", "max", "min", "rate", "increase", "histogram_quantile", "time", "absent", "and", "or", "by"}
SCRAPED = {"instance", "job", "le"}  # Prometheus and histograms add these


def measured() -> dict[str, tuple[str, ...]]:
    """The labels of each metric, by its name without an ending."""
    metrics = [each for each in vars(Metrics()).values() if isinstance(each, MetricWrapperBase)]
    return {described.name: metric._labelnames for metric in metrics for described in metric.describe()}


def labels(name: str) -> set[str]:
    found = {label for metric, labels in measured().items() if re.fullmatch(rf"{metric}(_\w+)?", name) for label in labels}
    return found | SCRAPED


def every() -> list[str]:
    return sorted(set(expressions()))


def grouped(expression: str) -> set[str]:
    return {label for group in re.findall(r"by \(([^)]*)\)", expression) for label in re.findall(r"\w+", group)}


def selectors(text: str) -> Iterator[tuple[str, set[str]]]:
    for name, chosen in re.findall(r"\b(interact_\w+|up)\{([^}]*)\}", text):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen))


@pytest.mark.parametrize("expression", every())
def test_labels_that_are_asked_for_are_there(expression: str) -> None:
    known = {label for name in re.findall(r"\binteract_\w+|\bup\b", expression) for label in labels(name)}

    assert grouped(expression) <= known
    assert [(name, asked) for name, asked in selectors(expression) if not asked <= labels(name)] == []


@pytest.mark.parametrize("expression", every())
def test_each_expression_is_made_of_what_prometheus_knows(expression: str) -> None:
    """Where there is no promtool, this is all that looks at it before Prometheus does."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[\w$]+\]|by \([^)]*\)', "", expression)

    assert [expression.count(sign) for sign in "({["] == [expression.count(sign) for sign in ")}]"]
    assert set(re.findall(r"[a-z_]+", bare)) - FUNCTIONS - series() <= {"up"}
    assert re.fullmatch(r"[\w\s().,+*/<>=-]+", bare)


def test_each_summary_names_labels_that_its_alert_has() -> None:
    for rule in alerts():
        named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert named <= (grouped(rule["expr"]) or SCRAPED), rule["alert"]


def test_what_the_alerts_are_tried_with_could_have_been_measured() -> None:
    tried = [each["series"] for test in read_yaml("tests/deploy/alerts_test.yml")["tests"] for each in test["input_series"]]

    assert tried
    for name, asked in (pair for each in tried for pair in selectors(each)):
        assert name in series() | {"up"}
        assert asked - SCRAPED == labels(name) - SCRAPED, name


def test_the_document_names_the_labels_of_each_metric() -> None:
    table = re.findall(r"^\| `(interact_\w+)` \|([^|]*)\|", read(OPERATIONS), re.MULTILINE)
    told = {name.removesuffix("_total"): set(re.findall(r"`(\w+)`", named)) for name, named in table}

    assert told == {name: set(named) for name, named in measured().items()}
