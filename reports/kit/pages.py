"""What the pages of reports have in common: permission, a file where one is asked for, a table with order and pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
from django.views import View

from reports.kit.columns import Cell, Column, Row, cells_of
from reports.kit.exports import FORM_LABELS, FileForm

Item = TypeVar("Item")
ROWS = 50
LONGEST_NUMBER = 7


class ReportView(View):
    """A page of a report, open to those whose role has its permission."""

    permission: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse those without the permission."""
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


@dataclass(frozen=True)
class ReportTable:
    """A table of a page; `order` is the column name by which it is ordered, `-` in front: descending."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    order: str = ""

    @cached_property
    def headings(self) -> list[tuple[Column, str, str]]:
        """Return the columns with the order that a click asks for, nothing where it has none, and how it is ordered."""
        shown = [column for column in self.columns if column.on_page]
        return [(column, self._next_order(column), self._direction(column)) for column in shown]

    @cached_property
    def cells(self) -> list[list[Cell]]:
        """Return the cells, row by row."""
        return cells_of(self.columns, self.rows)

    def _next_order(self, column: Column) -> str:
        if not column.sort:
            return ""
        # Figures begin with the largest, words with the first.
        first, second = (f"-{column.name}", column.name) if column.is_numeric else (column.name, f"-{column.name}")
        return second if self.order == first else first

    def _direction(self, column: Column) -> str:
        if self.order.removeprefix("-") != column.name:
            return ""
        return "descending" if self.order.startswith("-") else "ascending"


def asked_order(request: HttpRequest, columns: Sequence[Column], default: str) -> str:
    """Return the order that the address asks for, `default` where it names none of the columns that have one."""
    asked = request.GET.get("sort", "")
    known = {column.name for column in columns if column.sort}
    return asked if asked.removeprefix("-") in known else default


def sort_path(columns: Sequence[Column], order: str) -> str:
    """Return the path of the database for an order."""
    column = next(column for column in columns if column.name == order.removeprefix("-"))
    if not order.startswith("-"):
        return column.sort
    return column.sort.removeprefix("-") if column.sort.startswith("-") else f"-{column.sort}"


def in_order(items: Sequence[Item], order: str, values: Callable[[Item], Mapping[str, Any]]) -> list[Item]:
    """Return items by one of their values, `-` in front: descending; those without one come last."""
    if not order:
        return list(items)
    name = order.removeprefix("-")
    known = [item for item in items if values(item)[name] is not None]
    unknown = [item for item in items if values(item)[name] is None]
    return sorted(known, key=lambda item: values(item)[name], reverse=order.startswith("-")) + unknown


def asked_page(request: HttpRequest, rows: Any) -> Page[Any]:
    """Return the page of `rows` that the address asks for; the nearest one where it has none such."""
    asked = request.GET.get("page", "")
    return Paginator(rows, ROWS).get_page(asked if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 1)


def file_links(request: HttpRequest) -> list[tuple[Any, str]]:
    """Return the label and the address of each form in which this report, as it is filtered, can be taken away."""
    parameters = request.GET.copy()
    for name in ("page", "export"):
        parameters.pop(name, None)
    links = []
    for form in FileForm:
        parameters["export"] = form.value
        links.append((FORM_LABELS[form], f"{request.path}?{parameters.urlencode()}"))
    return links
