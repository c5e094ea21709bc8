"""The pages of margin and quality: filters, sums, a picture, a heat map, movers, and a line for each part."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from billing.models import Cdr
from reports.kit.columns import Row
from reports.kit.exports import asked_form, file_response
from reports.kit.pages import ReportTable, ReportView, asked_order, asked_page, file_links, in_order
from reports.traffic.addresses import calls_address, deeper_address
from reports.traffic.cuts import CUTS
from reports.traffic.definitions import MARGIN, QUALITY, TrafficReport
from reports.traffic.filters import TrafficFilters, is_all_counted
from reports.traffic.form import TrafficForm
from reports.traffic.heat import heat_map
from reports.traffic.lines import TrafficLine, lines_by
from reports.traffic.sums import FEW, NOTHING, sums_by, total_of
from voipadmin.core.audit.downloads import record_download

CHARTED = 12
MOVERS = 5
# The cuts that a report offers beside the one that is shown, for its causes or its losses.
SHORT_LIST = 8


class TrafficView(ReportView):
    """A report of traffic; `?export=` gives its lines as a file."""

    report: ClassVar[TrafficReport]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show it, or send the file that is asked for."""
        report = self.report
        form = TrafficForm(request.GET, report.default_cut)
        filters, currency = form.filters(), form.currency_code
        lines = lines_by(CUTS[form.cut], filters, currency, with_delays=report.with_delays)
        view = _View(request, report, form, currency)
        default = "" if CUTS[form.cut].in_order else report.default_order
        order = asked_order(request, report.columns, default)
        # Only what is shown gets its links: of a report by customer that is one line in forty.
        valued = in_order([(line, view.values(line)) for line in lines], order, lambda pair: pair[1])
        if asked := asked_form(request):
            record_download(request, Cdr, form=asked.name, rows=len(valued))
            rows = [Row(values) for _line, values in valued]
            return file_response(asked, report.columns, rows, name=f"{report.name}-{form.cut}")
        page = asked_page(request, valued)
        context = {
            "report": report,
            "form": form,
            "currency": currency,
            "compared": filters.before(),
            "is_counted": is_all_counted(filters),
            "total": total_of(line.sums for line in lines),
            "total_before": total_of(line.before for line in lines),
            "abroad": sums_by(filters, "from_abroad", currency, FEW).get(True, NOTHING),
            "heat": heat_map(sums_by(filters, "clock_week", currency, FEW), report.heat),
            "chart": view.chart([values for _line, values in valued[:CHARTED]]),
            "page": page,
            "table": ReportTable(report.columns, [view.row(line) for line, _values in page], order),
            "files": file_links(request),
            "chips": view.chips(),
            "cut_heading": CUTS[form.cut].heading,
            **view.extras(filters, lines),
        }
        return render(request, f"reports/{report.name}.html", context)


class MarginView(TrafficView):
    """The margin report."""

    report = MARGIN
    permission = MARGIN.permission


class QualityView(TrafficView):
    """The quality report."""

    report = QUALITY
    permission = QUALITY.permission


@dataclass(frozen=True)
class Chip:
    """A filter that a click set: what it keeps, and the parameter that takes it away."""

    label: str
    parameter: str


@dataclass(frozen=True)
class _View:
    """What the rows and pictures of one request need."""

    request: HttpRequest
    report: TrafficReport
    form: TrafficForm
    currency: str

    def values(self, line: TrafficLine) -> dict[str, Any]:
        """Return the values of a line by the columns' names."""
        return {**self.report.values(line), "currency": self.currency}

    def row(self, line: TrafficLine) -> Row:
        """Return the row of a line, whose part leads deeper and whose calls to the list of calls."""
        values = self.values(line)
        cut, given = self.form.cut, self.form.given
        links = {
            "part": deeper_address(self.request.path, self.request.GET, cut, line.part, given),
            "calls": calls_address(self.form.period, given, cut, line.part),
            "attempts": calls_address(self.form.period, given, cut, line.part, attempts="all"),
            "losses": calls_address(self.form.period, given, cut, line.part, money="loss") if line.sums.losses else "",
        }
        return Row(values, links, self.report.tones(values))

    def chart(self, drawn: Sequence[Mapping[str, Any]]) -> str:
        """Return what the picture draws, as JSON: names of the first lines, a series for each charted column."""
        columns = {column.name: column for column in self.report.columns}
        series = [
            {"name": str(columns[name].heading), "values": [_plain(values[name]) for values in drawn]}
            for name in self.report.charted
        ]
        labels = [values["part"] for values in drawn]
        return json.dumps({"labels": labels, "series": series, "lying": not CUTS[self.form.cut].in_order})

    def chips(self) -> list[Chip]:
        """Return the filters that are hidden fields of the form, and those of its objects, by what they keep."""
        chips = []
        for name, value in self.form.given.items():
            if name == "weekday":
                chips.append(Chip(f"{_('weekday')}: {heat_map({}, 'calls')[value - 1].name}", name))
                continue
            cut = next(cut for cut in CUTS.values() if cut.parameter == name)
            key = bool(value) if name == "from_abroad" else getattr(value, "pk", value)
            label = str(value) if cut.by_name else cut.names([key]).get(key, str(value))
            chips.append(Chip(f"{cut.heading}: {label}", name))
        return chips

    def extras(self, filters: TrafficFilters, lines: Sequence[TrafficLine]) -> dict[str, Any]:
        """Return what one report has and the other has not: movers and losses, or causes."""
        if self.report is MARGIN:
            return {"movers": self._movers(lines), "losers": self._losers(lines)}
        causes = lines_by(CUTS["cause"], filters, self.currency, names=FEW)
        attempts = total_of(line.sums for line in causes).attempts
        return {"causes": [self._cause(line, attempts) for line in causes[:SHORT_LIST] if line.sums.attempts]}

    def _movers(self, lines: Sequence[TrafficLine]) -> list[Row]:
        """Return the parts whose margin changed the most, either way."""
        if CUTS[self.form.cut].in_order:
            return []
        moved = [line for line in lines if line.sums.margin != line.before.margin]
        moved.sort(key=lambda line: -abs(line.sums.margin - line.before.margin))
        return [self.row(line) for line in moved[: 2 * MOVERS]]

    def _losers(self, lines: Sequence[TrafficLine]) -> list[Row]:
        """Return the parts that lost the most by calls below cost."""
        losing = sorted((line for line in lines if line.sums.losses), key=lambda line: line.sums.lost)
        return [self.row(line) for line in losing[:SHORT_LIST]]

    def _cause(self, line: TrafficLine, attempts: int) -> dict[str, Any]:
        address = deeper_address(self.request.path, self.request.GET, "cause", line.part, self.form.given)
        share, before = 100 * Decimal(line.sums.attempts) / attempts, line.before
        return {
            "name": line.part.name,
            "url": address,
            "attempts": line.sums.attempts,
            "share": share,
            "before": before.attempts,
        }


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)
