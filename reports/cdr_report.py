"""The report of calls: those of a filter, and their sums."""

from dataclasses import dataclass
from functools import cached_property

from billing.cdrs.queries import CdrFilters, CdrTotals, cdr_totals, filter_cdrs
from billing.models import Cdr, CdrQuerySet
from voipadmin.users.models import User


@dataclass(frozen=True)
class CdrReport:
    """The calls of a report, newest first; they are read, and summed up, when somebody looks."""

    rows: CdrQuerySet
    with_cost: bool

    @cached_property
    def totals(self) -> CdrTotals:
        """Return the sums, which read every call of the report once."""
        return cdr_totals(self.rows, with_cost=self.with_cost)


def cdr_report(user: User, filters: CdrFilters) -> CdrReport:
    """Return the calls that `user` may see and that pass `filters`."""
    rows = filter_cdrs(Cdr.objects.visible_to(user), filters)
    return CdrReport(
        rows.select_related("customer", "gateway", "route", "did", "tariff"), with_cost=user.sees_everything
    )
