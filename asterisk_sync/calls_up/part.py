"""The part of the page that is polled: tiles, loads and one page of the calls, drawn once for all who see the same."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from asterisk_sync.calls_up.filters import CallFilters
from asterisk_sync.calls_up.loads import Load, Loads, loads_of
from asterisk_sync.calls_up.queries import PER_PAGE, CallScope, calls_page, nodes_and_calls, scope_told
from asterisk_sync.calls_up.rows import draw_rows
from voipadmin.core.polling.parts import PolledPart, declare
from voipadmin.core.runtime.caches import RoundCache

_drawn_loads: RoundCache[str] = RoundCache()


def values_of(scope: CallScope, filters: CallFilters, *, may_end: bool) -> dict[str, Any]:
    """Return what the part is drawn from."""
    return {"scope": scope.told(), "filters": filters.told(), "may_end": may_end}


def _address(filters: CallFilters, page: int) -> str:
    told = {**filters.told(), "page": page}
    return f"{reverse('asterisk_sync:calls_up')}?{urlencode(told)}"


def _draw_loads(loads: Loads) -> str:
    """Return the panels of the loads; one that is as it was is not drawn again."""
    _drawn_loads.begin_round()
    panels = (
        (_("Gateways against their limits"), loads.gateways),
        (_("Customers against their limits"), loads.customers),
        (_("Nodes"), loads.nodes),
    )
    return "".join(
        _drawn_loads.get_or_make((get_language(), title, tuple(items)), _draw_panel) for title, items in panels
    )


def _draw_panel(key: tuple[str, str, Sequence[Load]]) -> str:
    _language, title, items = key
    return render_to_string("asterisk_sync/calls_up/loads.html", {"title": title, "items": items})


def draw(values: Mapping[str, Any]) -> str:
    """Draw the part."""
    scope, filters, now = scope_told(values["scope"]), CallFilters(**values["filters"]), timezone.now()
    nodes, told = nodes_and_calls()
    page = calls_page(scope, filters, now, nodes, told)
    loads = loads_of(told, now) if scope.sees_cost else Loads()
    context = {
        "page": page,
        "rows": draw_rows(page.rows, sees_cost=scope.sees_cost, may_end=values["may_end"]),
        "sums": page.sums,
        "money": sorted(page.sums.money.items()),
        "loads": _draw_loads(loads) if loads.nodes else "",
        "filters": filters,
        "sees_cost": scope.sees_cost,
        "may_end": values["may_end"],
        "first": (page.page - 1) * PER_PAGE + 1,
        "last": (page.page - 1) * PER_PAGE + len(page.rows),
        "before": _address(filters, page.page - 1) if page.page > 1 else "",
        "after": _address(filters, page.page + 1) if page.page < page.pages else "",
    }
    return render_to_string("asterisk_sync/calls_up/part.html", context)


CALLS_PART = declare(PolledPart("calls_up", draw))
