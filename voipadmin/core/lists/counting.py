"""Counts of related rows, read for the rows of a page alone: a join would count them for every row of the list."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count_of(rows: Any, owner: str) -> Coalesce:
    """Return the expression that counts the `rows` of which `owner` is the row that is asked about."""
    counted = rows.filter(**{owner: OuterRef("pk")}).order_by().values(owner).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0, output_field=IntegerField())
