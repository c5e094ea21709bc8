"""Lists in the layouts of real carriers and systems (docs/field.md): what is taken, asked and left of each."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest

from tests.billing.decks.field_lists import FIELD, report
from tests.billing.decks.samples import read_rows, workbook

LISTS = sorted(FIELD.glob("*.csv"))
CURRENCY = {"named_date.csv": "USD"}
# Whose questions nothing in the list answers: which hours are off-peak.
ASKED = {"peak.csv", "portaone.csv"}


def currency_of(path: Path) -> str:
    return CURRENCY.get(path.name, "BRL")


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_list_is_taken_asked_about_and_left_as_its_golden_file_says(path: Path) -> None:
    expected = path.with_suffix(".golden.txt")
    assert report(path.read_bytes(), currency=currency_of(path)) == expected.read_text()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_only_hours_are_asked_about(path: Path) -> None:
    asked = {
        line.split()[1]
        for line in report(path.read_bytes(), currency=currency_of(path)).splitlines()
        if line.startswith(("question", "error"))
    }
    assert asked == ({"off_peak"} if path.name in ASKED else set())


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("column")]


def written(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    file = StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_other_delimiters_capitals_and_orders_of_columns_change_nothing(path: Path, delimiter: str) -> None:
    """Columns come from the right to the left, their headings in capitals, behind a title."""
    rows = [[str(cell) for cell in row] for row in read_rows(path.read_bytes())]
    turned = [row[::-1] for row in rows]
    turned[0] = [heading.upper() for heading in turned[0]]
    title = ["Price list of December"] + [""] * (len(rows[0]) - 1)
    found = lines_of(report(written([title, *turned], delimiter), currency=currency_of(path)))
    expected = lines_of(report(path.read_bytes(), currency=currency_of(path)))
    assert [line for line in found if line.startswith("line")] == [one for one in expected if one.startswith("line")]
    assert [line.split()[:2] for line in found] == [line.split()[:2] for line in expected]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_workbook_says_the_same(path: Path) -> None:
    rows = read_rows(path.read_bytes())
    assert report(workbook(rows), currency=currency_of(path)) == report(path.read_bytes(), currency=currency_of(path))
