"""Rows of a queryset as named tuples, for tables of which so many rows are read that model instances cost too much."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row", bound=NamedTuple)


def rows_of(row_type: type[Row], rows: QuerySet[Any]) -> Iterator[Row]:
    """Yield the rows as `row_type`, the fields of which are named like the lookups of their columns."""
    return map(row_type._make, rows.values_list(*row_type._fields))
