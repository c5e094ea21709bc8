"""The file of a statement: a row for each call, fee and adjustment, and the rest of both sides."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import EntryKind, Statement
from billing.statements.document import figures_of
from billing.statements.figures import Figures
from billing.statements.lines import kept_lines
from billing.statements.pages import STATEMENTS
from reports.kit.columns import Column, Kind, Row
from reports.kit.exports import FileForm, asked_form, file_response
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.pages.objects.views import EntityView

AMOUNT_PLACES = 6
MOST_CALLS_OF_A_SHEET = 1_000_000

COLUMNS = (
    Column("statement", gettext_lazy("statement")),
    Column("kind", gettext_lazy("kind")),
    Column("counted_at", gettext_lazy("on"), Kind.MOMENT),
    Column("started_at", gettext_lazy("started at"), Kind.MOMENT),
    Column("caller", gettext_lazy("from"), Kind.DIGITS),
    Column("called", gettext_lazy("called number"), Kind.DIGITS),
    Column("description", gettext_lazy("destination or description")),
    Column("billed_seconds", gettext_lazy("billed seconds"), Kind.COUNT),
    Column("amount", gettext_lazy("amount"), Kind.DECIMAL, places=AMOUNT_PLACES),
    Column("currency", gettext_lazy("currency")),
    Column("late", gettext_lazy("of an earlier period")),
)


def statement_rows(statement: Statement, *, in_words: bool) -> Iterator[Row]:
    """Yield the rows of an issued statement; their amounts add up to its amount, to the last digit."""
    figures = figures_of(statement)
    words = {kind.value: str(kind.label) for kind in EntryKind} if in_words else {}
    common = {"statement": figures.label, "currency": figures.currency}
    for line in kept_lines(statement):
        values = line._asdict() | {"description": line.destination or _("Other calls")}
        yield _row(common, words, values)
    for movement in (*figures.fees, *figures.others):
        values = {"kind": movement.kind, "counted_at": datetime.fromisoformat(movement.at), "amount": movement.amount}
        yield _row(common, words, values | {"description": movement.description, "late": movement.late})
    yield from _carried(figures, common)


def _row(common: dict[str, Any], words: dict[str, str], values: dict[str, Any]) -> Row:
    late = ("×" if words else "late") if values["late"] else ""
    return Row({**values, **common, "kind": words.get(values["kind"], values["kind"]), "late": late})


def _carried(figures: Figures, common: dict[str, Any]) -> Iterator[Row]:
    rests: tuple[tuple[str, Any, Decimal], ...] = (
        ("carried_in", _("Carried over from the last statement"), figures.carried_in),
        ("carried_out", _("Carried over to the next statement"), -figures.carried_out),
    )
    for kind, description, amount in rests:
        yield Row({**common, "kind": kind, "description": description, "amount": amount})


class StatementFileView(EntityView[Statement]):
    """A statement as a file, in the form that `?export=` names; CSV for spreadsheets without it."""

    entity = STATEMENTS

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Send it."""
        statement = self.get_instance()
        if statement.number is None:
            messages.info(request, _("The statement is being prepared."))
            return redirect(statement.get_absolute_url())
        form = asked_form(request) or FileForm.PEOPLE
        if form is FileForm.WORKBOOK and statement.calls > MOST_CALLS_OF_A_SHEET:
            messages.error(request, _("The statement has more calls than a sheet has rows. Take the CSV."))
            return redirect(statement.get_absolute_url())
        record_download(request, statement, form=form.name, rows=statement.calls)
        rows = statement_rows(statement, in_words=form is not FileForm.MACHINE)
        return file_response(form, COLUMNS, rows, name=statement.file_name)
