"""Pages of a list that may be very long: rows are counted up to a bound, since to count all of them takes time."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

BOUND = 10_000


class BoundedPaginator(Paginator[Any]):
    """Django's pages of the first `bound` rows; `is_cut` tells that there are more."""

    bound = BOUND

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        while not isinstance(rows, QuerySet) and hasattr(
            rows, "data"
        ):  # a table's rows hold its data, that the queryset
            rows = rows.data
        if isinstance(rows, QuerySet):
            # No order: it would be sorted only to be counted.
            return int(rows.order_by()[: self.bound + 1].count())
        return len(rows)

    @cached_property
    def count(self) -> int:
        """Return the number of rows that have a page."""
        return min(self._counted, self.bound)

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more rows than those that have a page."""
        return self._counted > self.bound
