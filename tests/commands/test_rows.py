"""Columns and their values as people type them."""

from datetime import UTC, date, datetime

import pytest

from adapters.errors import Refused
from adapters.notion.database import Column, Database
from commands.rows import conditions, dated, values

MONDAY = date(2026, 11, 23)
NAME, STATUS, TAGS, DUE = (
    Column("1", "Name", "title"),
    Column("2", "Status", "status", ("To do", "Done")),
    Column("3", "Tags", "multi_select", ("bug", "docs")),
    Column("4", "Due", "date"),
)
TASKS = Database("d", "Tasks", "", (NAME, STATUS, TAGS, DUE), datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Name=Fix it, Status=Done", {"Name": "Fix it", "Status": "Done"}),
        ("name = Fix it ,status=Done", {"Name": "Fix it", "Status": "Done"}),
        ("Fix it, Status=Done", {"Name": "Fix it", "Status": "Done"}),
        ("Fix it, and soon, Status=Done", {"Name": "Fix it, and soon", "Status": "Done"}),
        ("Name=Fix it, Tags=bug, docs, Status=Done", {"Name": "Fix it", "Tags": "bug, docs", "Status": "Done"}),
        ('Name="Fix it, Status=Done"', {"Name": "Fix it, Status=Done"}),
        ("Name=“Fix it, Status=Done”, Tags=bug", {"Name": "Fix it, Status=Done", "Tags": "bug"}),
        ('"Fix a=b", Status=Done', {"Name": "Fix a=b", "Status": "Done"}),
        ('Name=Screen of 15", Status=Done', {"Name": 'Screen of 15"', "Status": "Done"}),
        ("Name=a=b", {"Name": "a=b"}),
        ("title=Fix it", {"Name": "Fix it"}),
        ("Fix it, Due=friday", {"Name": "Fix it", "Due": "2026-11-27"}),
        ("Fix it, Due=2026-12-01 14:00", {"Name": "Fix it", "Due": "2026-12-01 14:00"}),
        ("Name=, Status=Done", {"Name": "", "Status": "Done"}),
    ],
)
def test_values_are_read_as_they_are_typed(text: str, read: dict[str, str]) -> None:
    assert values(text, TASKS, MONDAY) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Fix it, Stats=Done", "“Tasks” has no column “Stats”. It has Name, Status, Tags, Due."),
        ("Fix it, Name=Fix", "“Name” was given twice."),
        (" , ", "What is to stand in the new row"),
        ("Fix it, Due=monday 2026-12-01", "Tuesday"),
    ],
)
def test_what_can_not_be_meant_is_said(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        values(text, TASKS, MONDAY)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("Status=Done", ["Status=Done"]),
        ("status != Done, Due<tomorrow", ["Status!=Done", "Due<2026-11-24"]),
        ("Due>=2026-11-01, Due<=2026-11-30", ["Due>=2026-11-01", "Due<=2026-11-30"]),
        ("Name~budget", ["Name~budget"]),
        ("budget", ["Name~budget"]),
        ("Tags=", ["Tags="]),
        ('Name="a, b>c"', ["Name=a, b>c"]),
    ],
)
def test_conditions_are_read_as_they_are_typed(text: str, read: list[str]) -> None:
    assert conditions(text, TASKS, MONDAY) == read


def test_a_condition_on_no_column_names_those_there_are() -> None:
    with pytest.raises(Refused, match="It has Name, Status, Tags, Due"):
        conditions("Owner=Ana", TASKS, MONDAY)


def test_only_what_is_one_day_for_sure_becomes_a_date() -> None:
    assert [dated(DUE, each, MONDAY) for each in ("Friday", "", "in a while")] == ["2026-11-27", "", "in a while"]
    assert dated(NAME, "friday", MONDAY) == "friday"


def test_many_quotes_take_no_long_time() -> None:
    assert values("“" * 5_000, TASKS, MONDAY) == {"Name": "“" * 5_000}
