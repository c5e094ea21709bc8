"""What becomes of a report's values on pages and in files."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reports.kit.columns import Column, Kind, Row, cells_of
from reports.kit.exports import FileForm, asked_form, file_response
from reports.kit.pages import ReportTable, asked_order, sort_path
from reports.kit.writers import grouped, machine_writer, people_writer

COLUMNS = (
    Column("number", "number", Kind.DIGITS, sort="number"),
    Column("name", "name"),
    Column("talk", "talk", Kind.SECONDS),
    Column("amount", "amount", Kind.DECIMAL, currency="currency", sort="amount"),
    Column("currency", "currency", on_page=False),
    Column("at", "at", Kind.MOMENT),
)
ROW = Row(
    {
        "number": "551140001000",
        "name": "=HYPERLINK(1)",
        "talk": Decimal("75.5"),
        "amount": Decimal("-1253.815"),
        "currency": "BRL",
        "at": datetime(2026, 11, 1, 3, 30, tzinfo=UTC),
    }
)


def file_of(form: FileForm, language: str) -> bytes:
    with translation.override(language):
        response: Any = file_response(form, COLUMNS, [ROW], name="x")
        return b"".join(response.streaming_content)


def test_a_file_for_people_is_in_their_language_and_a_spreadsheet_mangles_nothing() -> None:
    text = file_of(FileForm.PEOPLE, "pt-br").decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(text), delimiter=";")
    assert heading == ["Number", "Name", "Talk", "Amount", "Currency", "At"]
    assert row[:5] == ["5511 4000 1000", "'=HYPERLINK(1)", "75,5", "-1253,82", "BRL"]
    assert row[5].endswith("00:30:00")


def test_a_file_for_programs_has_bare_values_and_the_columns_names() -> None:
    heading, row = csv.reader(io.StringIO(file_of(FileForm.MACHINE, "pt-br").decode("utf-8-sig")))
    assert heading == [column.name for column in COLUMNS]
    assert row == ["551140001000", "'=HYPERLINK(1)", "75.5", "-1253.82", "BRL", "2026-11-01T00:30:00-03:00"]


def test_a_workbook_has_figures_as_figures_and_numbers_to_call_as_text() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(file_of(FileForm.WORKBOOK, "en")))
    heading, row = book.get_sheet_by_index(0).to_python()
    assert heading[0] == "Number"
    assert row[:5] == ["551140001000", "=HYPERLINK(1)", 75.5, -1253.815, "BRL"]
    assert row[5] == datetime(2026, 11, 1, 0, 30)  # noqa: DTZ001 - a workbook's times have no zone


def test_a_page_shows_amounts_with_their_currency_and_fixed_decimals() -> None:
    with translation.override("pt-br"):
        [cells] = cells_of(COLUMNS, [ROW])
    assert [strip_tags(cell.text) for cell in cells[:4]] == ["551140001000", "=HYPERLINK(1)", "1:15", "-R$\xa01.253,82"]
    assert [cell.is_numeric for cell in cells] == [False, False, True, True, False]


@given(st.text("0123456789", min_size=1, max_size=20))
def test_grouped_digits_are_the_same_digits_and_long_ones_no_figure(digits: str) -> None:
    text = grouped(digits)
    assert text.replace(" ", "") == digits
    assert len(digits) <= 5 or " " in text
    assert not text.endswith(tuple(f" {digit}" for digit in "0123456789")) or len(text.split(" ")[-1]) > 1


@given(st.decimals(-(10**9), 10**9, places=6))
def test_an_amount_of_a_file_is_read_back_as_it_was_rounded(amount: Decimal) -> None:
    column = Column("amount", "amount", Kind.DECIMAL, places=6)
    assert Decimal(machine_writer(column)(amount)) == amount
    with translation.override("pt-br"):
        assert Decimal(people_writer(column)(amount).replace(",", ".")) == amount


def test_a_heading_asks_for_the_other_order_and_an_unknown_order_is_none() -> None:
    table = ReportTable(COLUMNS, [ROW], "-amount")
    orders = {column.name: (following, direction) for column, following, direction in table.headings}
    assert orders["amount"] == ("amount", "descending")
    assert orders["number"] == ("number", "")
    assert orders["name"] == ("", "")
    request = RequestFactory().get("/", {"sort": "password", "export": "exe"})
    assert asked_order(request, COLUMNS, "number") == "number"
    assert asked_form(request) is None


@pytest.mark.parametrize(
    ("sort", "order", "path"),
    [("a__b", "x", "a__b"), ("a__b", "-x", "-a__b"), ("-since", "x", "-since"), ("-since", "-x", "since")],
)
def test_an_order_is_that_of_the_columns_path(sort: str, order: str, path: str) -> None:
    assert sort_path([Column("x", "x", sort=sort)], order) == path
