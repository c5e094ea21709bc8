"""Where a part of the traffic leads: to the same report of the part alone, by the next cut, and to its calls."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from billing.accounts.periods import Period
from reports.traffic.cuts import CUTS, Part

# The filters that the list of calls has, too.
OF_CALLS = frozenset({"customer", "provider", "gateway", "route", "direction", "prefix", "country", "cause"})
ON_CLICK = ("page", "sort", "export")


def deeper_address(path: str, parameters: QueryDict, cut: str, part: Part, given: Collection[str]) -> str:
    """Return the address of the part alone, or nothing where no filter shows it."""
    if part.value is None:
        return ""
    changed = _without(parameters, ON_CLICK)
    if isinstance(part.value, date):
        changed["since"] = changed["until"] = part.value.isoformat()
    else:
        changed[CUTS[cut].parameter] = str(part.value)
    changed["by"] = next_cut(cut, {*given, CUTS[cut].parameter})
    return f"{path}?{changed.urlencode()}"


def next_cut(cut: str, given: Collection[str]) -> str:
    """Return the cut to look at a part by: the one that the cut names, else the first by which nothing is narrowed."""
    wanted = [CUTS[cut].deeper, "customer", "destination", "gateway", "hour", "day"]
    return next((name for name in wanted if CUTS[name].parameter not in given), "day")


def calls_address(period: Period, given: dict[str, Any], cut: str = "", part: Part | None = None, **more: str) -> str:
    """Return the address of the calls of a part, or nothing where the list of calls has no filter that shows it."""
    filters = {name: getattr(value, "pk", value) for name, value in given.items()}
    first, last = period.first, period.last
    if part is not None and isinstance(part.value, date):
        first = last = part.value
    elif part is not None:
        filters[CUTS[cut].parameter] = part.value
    if not filters.keys() <= OF_CALLS or any(value in (None, "") for value in filters.values()):
        return ""
    query = QueryDict(mutable=True)
    days = {"since": first.isoformat(), "until": last.isoformat()}
    query.update(days | {name: str(value) for name, value in filters.items()} | more)
    return f"{reverse('billing:cdr_list')}?{query.urlencode()}"


def _without(parameters: QueryDict, names: Collection[str]) -> QueryDict:
    changed = parameters.copy()
    for name in names:
        changed.pop(name, None)
    return changed
