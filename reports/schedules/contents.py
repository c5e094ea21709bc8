"""What a run sends: the columns and rows of its report, for its days, as its owner or its customer may see them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.cdrs.filters import CdrFilterSet
from billing.cdrs.pages import NOT_FOR_CUSTOMERS as NO_CALL_COLUMNS_FOR_CUSTOMERS
from billing.models import Cdr
from reports.calls.columns import COLUMNS as CALL_COLUMNS
from reports.calls.columns import call_rows
from reports.dids.asked import DidFilterForm
from reports.dids.lines import COLUMNS as DID_COLUMNS
from reports.dids.lines import NOT_FOR_CUSTOMERS as NO_DID_COLUMNS_FOR_CUSTOMERS
from reports.dids.lines import lines_of
from reports.dids.queries import did_rows, with_lines
from reports.kit.columns import Column, Row, shown_columns
from reports.kit.exports import FileForm, file_response
from reports.kit.pages import asked_order, in_order
from reports.models import ReportName, ReportSchedule
from reports.traffic.cuts import CUTS
from reports.traffic.definitions import MARGIN, QUALITY, TrafficReport
from reports.traffic.form import TrafficForm
from reports.traffic.lines import lines_by
from voipadmin.core.errors import DomainError
from voipadmin.core.numbering_plan.queries import current_plan

MOST_ROWS = 200_000
LARGEST = 8 * 1024 * 1024
TRAFFIC: dict[str, TrafficReport] = {ReportName.MARGIN: MARGIN, ReportName.QUALITY: QUALITY}


class ReportRefused(DomainError):
    """The report cannot be made or sent; the message says why."""

    code = "report_refused"


@dataclass(frozen=True, slots=True)
class Made:
    """A report as a file."""

    name: str
    media_type: str
    content: bytes
    rows: int


class _Counted:
    """Passes rows on and counts them; too many for a letter are refused."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in islice(self._rows, MOST_ROWS):
            self.count += 1
            yield row
        if next(self._rows, None) is not None:
            text = _("The report has more than %(most)d rows, too many for a letter. Narrow its filter.")
            raise ReportRefused(text % {"most": MOST_ROWS})


def make_report(schedule: ReportSchedule, first: date, last: date) -> Made:
    """Return a report about the days from `first` to `last` as a file, in the active language; raise ReportRefused."""
    query = _query_of(schedule, first, last)
    columns, rows = _contents(schedule, query)
    counted = _Counted(rows)
    name = f"{schedule.report}-{first:%Y%m%d}-{last:%Y%m%d}"
    response: Any = file_response(FileForm(schedule.form), columns, counted, name=name)
    content = b"".join(cast("Iterable[bytes]", response.streaming_content))
    if len(content) > LARGEST:
        raise ReportRefused(_("The file is larger than 8 MB, too large for a letter. Narrow the filter."))
    ending = "xlsx" if schedule.form == FileForm.WORKBOOK else "csv"
    return Made(f"{name}.{ending}", response["Content-Type"].partition(";")[0], content, counted.count)


def check_filter(schedule: ReportSchedule) -> None:
    """Raise ReportRefused where the saved filter of a schedule makes no sense."""
    today = timezone.localdate()
    _contents(schedule, _query_of(schedule, today, today))


def _query_of(schedule: ReportSchedule, first: date, last: date) -> QueryDict:
    query = QueryDict(schedule.query, mutable=True)
    for name in ("page", "export", "cursor"):
        query.pop(name, None)
    query["since"], query["until"] = first.isoformat(), last.isoformat()
    if schedule.customer_id:
        query["customer"] = str(schedule.customer_id)
        # A text that was typed over this very key would count more than it, and name another customer.
        query.pop("customer_was", None)
    return query


def _contents(schedule: ReportSchedule, query: QueryDict) -> tuple[Sequence[Column], Iterable[Row]]:
    request = HttpRequest()
    request.GET, request.user = cast("Any", query), schedule.owner
    if schedule.report in TRAFFIC:
        return _traffic(TRAFFIC[schedule.report], request)
    if schedule.report == ReportName.DIDS:
        return _dids(request, schedule.customer_id)
    # Programs read codes, people their words.
    return _calls(request, schedule.customer_id, in_words=schedule.form != FileForm.MACHINE)


def _traffic(report: TrafficReport, request: HttpRequest) -> tuple[Sequence[Column], Iterable[Row]]:
    form = TrafficForm(request.GET, report.default_cut)
    _refuse_errors(form)
    cut, currency = CUTS[form.cut], form.currency_code
    lines = lines_by(cut, form.filters(), currency, with_delays=report.with_delays)
    order = asked_order(request, report.columns, "" if cut.in_order else report.default_order)
    rows = [Row({**report.values(line), "currency": currency}) for line in lines]
    return report.columns, in_order(rows, order, lambda row: row.values)


def _dids(request: HttpRequest, customer_id: UUID | None) -> tuple[Sequence[Column], Iterable[Row]]:
    user: Any = request.user
    now, plan = timezone.now(), current_plan()
    form = DidFilterForm(request.GET, user)
    _refuse_errors(form)
    filters = form.filters()
    if customer_id is not None:
        # Whatever the filter says: what goes to a customer is that customer's.
        filters = replace(filters, customer_id=customer_id)
    lines = with_lines(did_rows(user, filters, plan=plan, now=now), user).order_by("number")
    columns = shown_columns(DID_COLUMNS, NO_DID_COLUMNS_FOR_CUSTOMERS if customer_id is not None else frozenset())
    read = lines_of(lines.iterator(chunk_size=1_000), user, plan, now=now)
    return columns, (Row({**asdict(line), "place": line.place}) for line in read)


def _calls(request: HttpRequest, customer_id: UUID | None, *, in_words: bool) -> tuple[Sequence[Column], Iterable[Row]]:
    calls = Cdr.objects.visible_to(request.user)
    hidden: frozenset[str] = frozenset()
    if customer_id is not None:
        # Whatever the filter says: what goes to a customer is that customer's.
        calls = calls.filter(customer=customer_id)
        hidden = NO_CALL_COLUMNS_FOR_CUSTOMERS | {"cost_currency", "attempt"}
    filters = CdrFilterSet(request.GET, queryset=calls, request=request)
    for name in hidden:
        filters.form.fields.pop(name, None)
    _refuse_errors(filters.form)
    columns = shown_columns(CALL_COLUMNS, hidden)
    return columns, call_rows(filters.qs.order_by("-started_at", "-id"), columns, in_words=in_words)


def _refuse_errors(form: Any) -> None:
    if not form.is_valid():
        text = " ".join(f"{name}: {' '.join(errors)}" for name, errors in form.errors.items())
        raise ReportRefused(_("The filter makes no sense: %(errors)s") % {"errors": text[:200]}, field="query")
