"""The CSV file of a list, for a spreadsheet in the user's language or for programs."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from html import unescape
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import formats, timezone
from django.utils.encoding import force_str
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tables2 import Table

from voipadmin.core.numbers.grouping import groups_of
from voipadmin.core.tables.csv_export import csv_download, csv_lines, neutralise
from voipadmin.core.tables.entity_table import TimeColumn, format_moment

# Figures of more digits than these a spreadsheet shows rounded: a telephone number is parted by blanks.
MOST_FIGURES = 11


class ListForm(StrEnum):
    """The forms in which a list can be taken away."""

    PEOPLE = "csv"
    MACHINE = "csv-machine"


FORM_LABELS = {
    ListForm.PEOPLE: gettext_lazy("CSV for spreadsheets"),
    ListForm.MACHINE: gettext_lazy("CSV for programs"),
}


def asked_list_form(request: HttpRequest) -> ListForm | None:
    """Return the form that the address asks for, or None where it asks for a page."""
    asked = request.GET.get("export", "")
    return ListForm(asked) if asked in {form.value for form in ListForm} else None


def list_form_links(request: HttpRequest) -> list[tuple[Any, str]]:
    """Return the label and the query of each form in which the list, as it is filtered, can be taken away."""
    query = request.GET.copy()
    for name in ("page", "cursor", "per_page"):
        query.pop(name, None)
    links = []
    for form in ListForm:
        query["export"] = form.value
        links.append((FORM_LABELS[form], f"?{query.urlencode()}"))
    return links


class ListFile:
    """The lines of a file of tables of one kind, whose `hidden` columns are left out.

    For people figures have the decimal sign of the active language, moments its way of writing, and truth is a word;
    for programs figures have a point, moments are ISO 8601, and the headings are the columns' names.
    """

    def __init__(self, form: ListForm, hidden: Collection[str] = ()) -> None:
        self.form = form
        self.hidden = hidden
        self.sign = str(formats.get_format("DECIMAL_SEPARATOR", use_l10n=True)) if form is ListForm.PEOPLE else "."

    def headings(self, table: Table) -> list[str]:
        """Return the first row."""
        if self.form is ListForm.MACHINE:
            return [column.name for column in self._columns(table)]
        return [capfirst(force_str(column.header)) for column in self._columns(table)]

    def rows(self, table: Table) -> Iterator[list[Any]]:
        """Yield the cells of a table, row by row."""
        columns = self._columns(table)
        write = self._for_people if self.form is ListForm.PEOPLE else _for_programs
        for row in table.rows:
            yield [write(_value(row, column)) for column in columns]

    def lines(self, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        """Yield the lines of the file."""

        def every() -> Iterator[Sequence[Any]]:
            yield headings
            yield from rows

        # Where the comma is the decimal sign, spreadsheets expect semicolons between cells. Text is guarded already.
        return csv_lines(every(), delimiter=";" if self.sign == "," else ",", guarded=[False] * len(headings))

    def response(self, table: Table, *, filename: str) -> StreamingHttpResponse:
        """Return a table as a download."""
        return csv_download(self.lines(self.headings(table), self.rows(table)), filename=filename)

    def _columns(self, table: Table) -> list[Any]:
        every = table.columns.iterall()
        return [item for item in every if not item.column.exclude_from_export and item.name not in self.hidden]

    def _for_people(self, value: Any) -> Any:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, float | Decimal):
            return f"{Decimal(str(value)):f}".replace(".", self.sign)
        if isinstance(value, datetime):
            return format_moment(value)
        text = force_str(value, strings_only=True)
        if isinstance(text, str) and len(text) > MOST_FIGURES and text.isdecimal():
            return " ".join(groups_of(text)) or text
        return neutralise(text)


def _for_programs(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return neutralise(force_str(value, strings_only=True))


def _value(row: Any, column: Any) -> Any:
    """Return what a file has in a cell: a moment itself, and of what is only drawn the words."""
    if isinstance(column.column, TimeColumn):
        return column.accessor.resolve(row.record, quiet=True)
    value = row.get_cell_value(column.name)
    return unescape(strip_tags(value)) if isinstance(value, SafeString) else value
