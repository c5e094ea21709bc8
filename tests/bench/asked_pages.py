"""The pages that `tests.bench pages` asks for: the telling ones with their goal and plain SQL, then every other one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.urls import reverse

from billing.models import Cdr
from customers.models import Customer
from tests.urls import Address, addresses
from voipadmin.core.tables.links import page_of, page_of_number

NEWEST = "SELECT * FROM billing_cdr WHERE is_last_attempt ORDER BY started_at DESC, id DESC LIMIT 25"
NOT_PAGES = ("api/", "admin/", "accounts/", "health/", "metrics")
# Answers that are drawn into a page, or files, and what a person asks for while typing.
PARTS = ("poll", "live", "count", "hours", "indicator", "preview", "pick", "file", "csv", "document", "part", "drawer")


@dataclass(frozen=True, slots=True)
class Page:
    """A page, its goal in milliseconds, and the same question as plain SQL where it has one."""

    name: str
    address: str
    goal: int = 200
    sql: str = ""
    values: tuple[str | date, ...] = ()


def pages() -> list[Page]:
    """Return the pages, each once."""
    telling = [*_calls(), *_reports()]
    known = {page.address for page in telling}
    return telling + [page for page in (*_plain_pages(), *_objects()) if page.address not in known]


def _calls() -> Iterator[Page]:
    """Yield the pages about calls: all, of a large customer, of a number that was called, and one."""
    customer = Customer.objects.order_by("code")[0]
    newest = Cdr.objects.filter(direction="outbound").order_by("-started_at")
    number = newest.values_list("called_number", flat=True)[99]
    calls, of_number = reverse("billing:cdr_list"), NEWEST.replace("ORDER", "AND {} = %s ORDER")
    either = " UNION ALL ".join(f"({of_number.format(column)})" for column in ("called_number", "src"))
    yield Page("dashboard", reverse("reports:dashboard"), 100)
    yield Page("calls", calls, sql=NEWEST)
    yield Page("calls of a customer", f"{calls}?customer={customer.pk}")
    yield Page("calls of a number", f"{calls}?q={number}", 300, either, (number, number))
    yield Page("calls of a prefix", f"{calls}?q=55119", 300)
    yield Page("calls by cause", f"{calls}?cause=34", 300)
    yield Page("calls by price, of seven days", f"{calls}?sort=-price", 300)
    yield Page("sums above the calls", reverse("reports:calls_totals"), 300)
    yield Page("a call", page_of(newest[0]))
    yield Page("a number", page_of_number(number), 300)
    yield Page("search for a number", f"{reverse('search')}?q={number}")


def _reports() -> Iterator[Page]:
    """Yield the reports of the last whole month."""
    last = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    first, margin, quality = last.replace(day=1), reverse("reports:margin"), reverse("reports:quality")
    customer = Customer.objects.order_by("code")[0]
    month, times = f"since={first}&until={last}", (first, last + timedelta(days=1))
    by_cut = (
        "SELECT {0}, sum(price), sum(cost), sum(calls) FROM reports_traffichour WHERE hour >= %s AND hour < %s"
        " GROUP BY 1"
    )
    for cut in ("customer", "gateway", "provider"):
        sql = by_cut.format(f"{cut}_id") if cut != "provider" else ""
        yield Page(f"margin of a month by {cut}", f"{margin}?by={cut}&{month}", 500, sql, times if sql else ())
    for cut in ("destination", "route", "hour", "day"):
        yield Page(f"margin of a month by {cut}", f"{margin}?by={cut}&{month}", 500)
    yield Page("margin of a customer's month", f"{margin}?by=destination&customer={customer.pk}&{month}", 500)
    yield Page("quality of a month by gateway", f"{quality}?by=gateway&{month}", 500)
    yield Page("quality of a month by customer", f"{quality}?by=customer&{month}", 500)
    yield Page("DID report", reverse("reports:dids"), 500)


def _panel() -> Iterator[Address]:
    for address in addresses():
        words = address.name.replace(":", "_").split("_")
        if address.name and not address.route.startswith(NOT_PAGES) and not set(words) & set(PARTS):
            yield address


def _plain_pages() -> Iterator[Page]:
    """Yield every page whose address has no object in it."""
    for name, route, _view in _panel():
        if "<" not in route and "(" not in route:
            yield Page(name, reverse(name))


def _objects() -> Iterator[Page]:
    """Yield the page of one object of each kind of which there is one."""
    for name, _route, view in _panel():
        entity = getattr(view, "view_initkwargs", {}).get("entity")
        if entity is not None and name.endswith("_detail"):
            first = entity.model._default_manager.first()
            if first is not None:
                yield Page(name, page_of(first))
