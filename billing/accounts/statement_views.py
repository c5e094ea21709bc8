"""The movements of any period, as a page and a file for spreadsheets; what is issued is billing.statements'."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.accounts.errors import InvalidPeriod
from billing.accounts.periods import DAYS_WITHIN_REACH, ONE_DAY, Period, day_of
from billing.accounts.statements import Statement, csv_rows, statement_of
from billing.accounts.views import ACCOUNTS
from billing.models import Account
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.tables.csv_export import csv_response


class PeriodForm(PanelForm):
    """The first and last day of a statement."""

    first = forms.DateField(
        label=_("from day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("to day"), validators=DAYS_WITHIN_REACH, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    period: Period

    def clean(self) -> dict[str, Any]:
        """Refuse what is no period."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in answers and "last" in answers:
            try:
                self.period = Period(answers["first"], answers["last"] + ONE_DAY)
            except InvalidPeriod as error:
                self.take_error(error)
        return answers


def days_of(period: Period) -> dict[str, date]:
    """Return a period as the form's answers."""
    return {"first": period.first, "last": period.last}


class StatementView(EntityView[Account]):
    """The statement of a period, this month's where none is chosen."""

    entity = ACCOUNTS

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Show it, or what is wrong with the period."""
        account = self.get_instance()
        this_month = Period.month_of(day_of(timezone.now()))
        form = PeriodForm(request.GET if "first" in request.GET else days_of(this_month))
        if not form.is_valid():
            return self.page("billing/account/statement.html", object=account, form=form)
        return self.answer(statement_of(account, form.period), form)

    def answer(self, statement: Statement, form: PeriodForm) -> HttpResponseBase:
        """Return the page."""
        months = {
            "before": days_of(Period.month_of(statement.period.first - ONE_DAY)),
            "after": days_of(Period.month_of(statement.period.after)),
        }
        return self.page(
            "billing/account/statement.html", object=statement.account, form=form, statement=statement, months=months
        )


class StatementCsvView(StatementView):
    """The statement for spreadsheets."""

    def answer(self, statement: Statement, form: PeriodForm) -> HttpResponseBase:
        """Return the file."""
        rows = list(csv_rows(statement))
        record_download(self.request, statement.account, form="CSV", rows=len(rows))
        return csv_response(rows, filename=f"{file_name(statement)}.csv")


def file_name(statement: Statement) -> str:
    """Return a name without an ending: customer and days."""
    period = statement.period
    return f"{statement.account.customer.code}-{period.first:%Y%m%d}-{period.last:%Y%m%d}"
