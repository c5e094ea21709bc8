"""Files of a report: CSV for people in their language, CSV for programs, and XLSX."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from reports.kit.columns import Column, Kind, Row
from reports.kit.writers import machine_writer, people_writer
from voipadmin.core.tables.csv_export import csv_lines

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Of numbers longer than this a spreadsheet loses the last digits.
LARGEST_EXACT = 1e15
# What a sheet holds, its headings included.
MOST_ROWS_OF_A_SHEET = 1_048_576
PIECE = 1 << 20


class FileForm(StrEnum):
    """The forms in which a report can be taken away."""

    PEOPLE = "csv"
    MACHINE = "csv-machine"
    WORKBOOK = "xlsx"


FORM_LABELS = {
    FileForm.PEOPLE: _("CSV for spreadsheets"),
    FileForm.MACHINE: _("CSV for programs"),
    FileForm.WORKBOOK: _("XLSX"),
}


def asked_form(request: HttpRequest) -> FileForm | None:
    """Return the form that the address asks for, or None where it asks for a page."""
    asked = request.GET.get("export", "")
    return FileForm(asked) if asked in {form.value for form in FileForm} else None


def file_name(form: FileForm, name: str) -> str:
    """Return `name` with the moment of now and the ending of the form."""
    stamp = f"{timezone.localtime(timezone=timezone.get_default_timezone()):%Y%m%d-%H%M%S}"
    return f"{name}-{stamp}.{'xlsx' if form is FileForm.WORKBOOK else 'csv'}"


def content_type_of(form: FileForm) -> str:
    """Return the MIME type of a form."""
    return XLSX_TYPE if form is FileForm.WORKBOOK else CSV_TYPE


def file_response(form: FileForm, columns: Sequence[Column], rows: Iterable[Row], *, name: str) -> HttpResponseBase:
    """Return a report as a download; CSV is sent while it is read, a workbook is written to the disk first."""
    named = file_name(form, name)
    if form is FileForm.WORKBOOK:
        content = workbook_of(columns, rows)
        return FileResponse(content, as_attachment=True, filename=named, content_type=XLSX_TYPE)
    lines = _csv(columns, rows, for_people=form is FileForm.PEOPLE)
    response = StreamingHttpResponse(lines, content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{named}"'
    return response


def file_pieces(form: FileForm, columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield the content of a report's file, piece by piece."""
    if form is not FileForm.WORKBOOK:
        yield from (line.encode() for line in _csv(columns, rows, for_people=form is FileForm.PEOPLE))
        return
    with workbook_of(columns, rows) as book:
        yield from iter(lambda: book.read(PIECE), b"")


def _csv(columns: Sequence[Column], rows: Iterable[Row], *, for_people: bool) -> Iterator[str]:
    """Return the lines of a file; what depends on the language is settled before the first one is asked for."""
    # Where the comma is the decimal sign, spreadsheets expect semicolons between cells.
    commas = for_people and formats.get_format("DECIMAL_SEPARATOR", use_l10n=True) == ","
    headings = [capfirst(str(column.heading)) if for_people else column.name for column in columns]
    writers = [(column.name, (people_writer if for_people else machine_writer)(column)) for column in columns]

    def cells() -> Iterator[list[str]]:
        yield headings
        for row in rows:
            value_of = row.values.get
            yield [write(value_of(name)) for name, write in writers]

    guarded = [not column.is_numeric for column in columns]
    return csv_lines(cells(), delimiter=";" if commas else ",", guarded=guarded)


def workbook_of(columns: Sequence[Column], rows: Iterable[Row]) -> Any:
    """Return an open file with the rows, whose cells have types: figures, times, and text that stays text."""
    kept = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(kept, {**options, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    styles = [_style(book, column) for column in columns]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 20 if column.kind in {Kind.MOMENT, Kind.TEXT} else 14)
        sheet.write_string(0, place, capfirst(str(column.heading)), bold)
    count = 0
    for count, row in enumerate(rows, 1):
        for place, column in enumerate(columns):
            _write_cell(sheet, count, place, row.values.get(column.name), styles[place])
    sheet.autofilter(0, 0, count, len(columns) - 1)
    book.close()
    kept.seek(0)
    return kept


def _style(book: Any, column: Column) -> Any:
    if column.kind is Kind.DECIMAL:
        decimals = f".{'0' * column.places}" if column.places else ""
        return book.add_format({"num_format": f"#,##0{decimals}"})
    return book.add_format({"num_format": "#,##0"}) if column.kind is Kind.COUNT else None


def _write_cell(sheet: Any, row: int, place: int, value: Any, style: Any) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        local = timezone.localtime(value, timezone.get_default_timezone())
        sheet.write_datetime(row, place, local.replace(tzinfo=None))
    elif _is_figure(value):
        sheet.write_number(row, place, float(value), style)
    else:
        sheet.write_string(row, place, str(value))


def _is_figure(value: Any) -> bool:
    """Tell whether a spreadsheet can keep the value as a figure without losing digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return abs(float(value)) < LARGEST_EXACT
