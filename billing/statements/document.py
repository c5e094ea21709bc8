"""A statement as people read it: its figures, written in its own language, for the page and for print."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.translation import gettext as _

from billing.fee_descriptions import fee_in_words
from billing.models import AccountKind, EntryKind, Statement
from billing.statements.amounts import in_coins
from billing.statements.figures import DestinationFigures, Figures, MovementFigures, from_text
from billing.statements.lines import CallLine, kept_lines
from voipadmin.core.installation.queries import logo_address
from voipadmin.core.tables.entity_table import format_duration
from voipadmin.core.text.decimals import SYMBOLS, format_amount

# A document of more pages than people leaf through is a file: the annex is whole in CSV and XLSX.
PRINTED_CALLS = 2_000
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the document: its words, its figures, and a note such as that it is late."""

    name: str
    amount: str
    note: str = ""
    calls: str = ""
    minutes: str = ""
    day: str = ""


def figures_of(statement: Statement) -> Figures:
    """Return what an issued statement says."""
    return from_text(statement.content.figures)


def document_context(figures: Figures) -> dict[str, Any]:
    """Return what the templates of a statement show; to be called and used in the statement's language."""
    exact = _Amounts([figures.charged, figures.carried_in, figures.carried_out])
    coins = _Coins(figures.currency, figures.places)
    received = in_coins(figures.received, figures.places)
    seconds = sum(row.billed_seconds for row in figures.destinations)
    return {
        "figures": figures,
        "account_kind": AccountKind(figures.account_kind).label,
        "days": {name: _day(getattr(figures, name)) for name in ("first_day", "last_day", "issued_day", "due_day")},
        # Each block adds up as it is printed: the charges to the amount, the amount and what was open to what is paid.
        "charged": exact.write(figures.charged),
        "carried_in": exact.write(figures.carried_in),
        "carried_out": exact.write(-figures.carried_out),
        "amount": coins.write(figures.amount),
        "open_before": coins.write(figures.open_before + received),
        "received": coins.write(-received),
        "payable": coins.write(figures.payable),
        "credit": coins.write(-(figures.amount + figures.open_before)),
        "has_credit": figures.amount + figures.open_before < 0,
        "calls": _count(sum(row.calls for row in figures.destinations)),
        "minutes": _minutes(seconds),
        "destinations": _destinations(figures.destinations),
        "fees": _movements(figures.fees, figures),
        "others": _movements(figures.others, figures),
        "receipts": _movements(figures.receipts, figures),
        "taxes": [Row(tax.name, format_amount(tax.amount), f"{format_amount(tax.percent)} %") for tax in figures.taxes],
    }


class _Amounts:
    """Writes exact amounts with as many decimals as the longest of them has, two at least."""

    def __init__(self, amounts: Iterable[Decimal]) -> None:
        exponents = [amount.normalize().as_tuple().exponent for amount in amounts]
        self.places = max([2, *(-exponent for exponent in exponents if isinstance(exponent, int))])

    def write(self, amount: Decimal) -> str:
        return format_amount(amount, self.places)


@dataclass(frozen=True, slots=True)
class _Coins:
    currency: str
    places: int

    def write(self, amount: Decimal) -> str:
        coins = in_coins(amount, self.places)
        sign = "-" if coins < 0 else ""
        return f"{sign}{SYMBOLS.get(self.currency, self.currency)}\u00a0{format_amount(abs(coins), self.places)}"


def _destinations(rows: list[DestinationFigures]) -> list[Row]:
    exact = _Amounts(row.amount for row in rows)
    return [_destination(row, exact) for row in rows]


def _movements(rows: list[MovementFigures], figures: Figures) -> list[Row]:
    exact = _Amounts(row.amount for row in rows)
    return [_movement(row, figures, exact) for row in rows]


def _destination(row: DestinationFigures, exact: _Amounts) -> Row:
    notes = [_("corrected prices")] if row.corrected else []
    notes += [_("of earlier periods")] if row.late else []
    counts = ("", "") if row.corrected else (_count(row.calls), _minutes(row.billed_seconds))
    return Row(row.name or _("Other calls"), exact.write(row.amount), ", ".join(notes), *counts)


def _movement(row: MovementFigures, figures: Figures, exact: _Amounts) -> Row:
    day = datetime.fromisoformat(row.at).astimezone(ZoneInfo(figures.time_zone)).date()
    kind = str(EntryKind(row.kind).label)
    note = _("of an earlier period") if row.late else ""
    described = ", ".join(filter(None, fee_in_words(row.description)))
    return Row(f"{kind}: {described}" if described else kind, exact.write(row.amount), note, day=_day(day))


def _day(day: date | str) -> str:
    read = date.fromisoformat(day) if isinstance(day, str) else day
    return formats.date_format(read, "SHORT_DATE_FORMAT")


def _count(number: int) -> str:
    return str(formats.number_format(number, decimal_pos=0, use_l10n=True, force_grouping=True))


def _minutes(seconds: int) -> str:
    return format_amount((Decimal(seconds) / 60).quantize(CENT, ROUND_HALF_UP))


def call_cells(line: CallLine, figures: Figures) -> list[str]:
    """Return a line of the annex as it is printed: when it counts, from, to, where, how long, how much."""
    when = line.counted_at.astimezone(ZoneInfo(figures.time_zone))
    moment = formats.date_format(when, "SHORT_DATE_FORMAT") + when.strftime(" %H:%M:%S")
    correction = line.kind == EntryKind.CORRECTION
    mark = _("correction") if correction else (_("late") if line.late else "")
    duration = "" if correction else format_duration(line.billed_seconds)
    return [moment, line.caller, line.called, line.destination, duration, format_amount(line.amount, 2), mark]


def make_document(statement: Statement) -> bytes:
    """Return the statement as a PDF; it fetches nothing."""
    # Its native libraries are for documents alone: a panel without them does all the rest.
    import weasyprint  # noqa: PLC0415 - as said above

    figures = figures_of(statement)
    with translation.override(figures.language):
        printed = statement.calls <= PRINTED_CALLS
        lines = [call_cells(line, figures) for line in kept_lines(statement)] if printed else []
        context = {
            **document_context(figures),
            "lines": lines,
            "logo": logo_address(figures.issuer.logo),
            "is_whole": printed,
        }
        html = render_to_string("billing/statement/document.html", context)
    style = weasyprint.CSS(string=render_to_string("billing/statement/document.css"), url_fetcher=_fetch_nothing)
    document: bytes = weasyprint.HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(stylesheets=[style])
    return document


def _fetch_nothing(url: str, *arguments: Any, **options: Any) -> Any:
    import weasyprint  # noqa: PLC0415 - as above

    if url.startswith("data:image/"):
        return weasyprint.default_url_fetcher(url, *arguments, **options)
    message = f"A statement refers to nothing outside itself: {url[:100]}"
    raise ValueError(message)
