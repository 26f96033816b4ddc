"""The dashboard and the alerts ask for what is measured, and each alert says what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from bot.metrics import Metrics
from tests.deploy.files import ROOT, anchors, read, read_yaml

OPERATIONS = "docs/operations.md"


def measured() -> dict[str, str]:
    """The name of each metric and its kind, as `/metrics` tells."""
    told = Metrics().exposition().decode()
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", told, re.MULTILINE))


def series() -> set[str]:
    """What can be asked for: a histogram is three series."""
    parts = {"histogram": ("_bucket", "_count", "_sum")}
    return {name + part for name, kind in measured().items() for part in parts.get(kind, ("",))}


def alerts() -> list[Any]:
    return [rule for group in read_yaml("deploy/alerts.yml")["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    for panel in json.loads(read("deploy/dashboard.json"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in alerts())


def names(text: str) -> set[str]:
    return set(re.findall(r"\binteract_[a-z_]+", text))


def test_what_is_asked_for_is_measured() -> None:
    asked = {name for expression in expressions() for name in names(expression)}

    assert asked - series() == set()


def test_nothing_is_measured_in_vain() -> None:
    shown = {name for expression in expressions() for name in names(expression)}
    told = names(read(OPERATIONS))

    for name, kind in measured().items():
        if not name.endswith("_created"):
            assert any(each.startswith(name) for each in shown), f"{name} is on no panel and in no alert"
            assert name in told, f"{name}, a {kind}, is not in {OPERATIONS}"


def test_each_metric_in_the_document_is_measured() -> None:
    table = re.findall(r"^\| `(interact_\w+)` \|", read(OPERATIONS), re.MULTILINE)

    assert set(table) <= set(measured())


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_each_alert_says_what_to_do(rule: Any) -> None:
    document, _, anchor = rule["annotations"]["runbook"].partition("#")

    assert document == OPERATIONS
    assert anchor in anchors(OPERATIONS)
    assert rule["annotations"]["summary"]
    assert rule["labels"]["severity"] in ("warning", "critical")


def test_each_panel_has_a_place_of_its_own_and_says_what_it_shows() -> None:
    panels = json.loads(read("deploy/dashboard.json"))["panels"]
    cells = [(x, y) for panel in panels for x in span(panel, "x", "w") for y in span(panel, "y", "h")]

    assert len(cells) == len(set(cells))
    assert [panel["title"] for panel in panels if not panel["description"]] == []
    assert {anchor for panel in panels for anchor in re.findall(r"operations\.md#(\w+)", panel["description"])} <= anchors(
        OPERATIONS
    )


def span(panel: Any, begin: str, length: str) -> range:
    place = panel["gridPos"]
    return range(place[begin], place[begin] + place[length])


def test_each_alert_is_tried_out() -> None:
    tried = set(re.findall(r'alertname="(\w+)"', read("tests/deploy/alerts_test.yml")))

    assert tried == {rule["alert"] for rule in alerts()}


@pytest.mark.skipif(not shutil.which("promtool"), reason="there is no promtool on this machine")
def test_alerts_wake_somebody_when_something_is_wrong_and_only_then() -> None:
    command = ["promtool", "test", "rules", str(ROOT / "tests/deploy/alerts_test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
