"""Pages of scheduled reports: list, form, what came of each run, run now, try a letter again."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer
from reports.models import ReportLetter, ReportRun, ReportSchedule, RunStatus
from reports.schedules.services import run_now, save_schedule
from voipadmin.core.errors import Message
from voipadmin.core.forms.entity_form import EntityForm
from voipadmin.core.forms.filter_set import EntityFilterSet, visible
from voipadmin.core.outgoing.sending import try_again
from voipadmin.core.pages import Entity, FieldGroup, Hint
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import EntityTable, LinkColumn, RelatedColumn, TimeColumn, YesNoColumn

LATEST = 15


class ScheduleTable(EntityTable):
    """The list of scheduled reports."""

    name = LinkColumn()
    report = tables.Column()
    customer = RelatedColumn(order_by="customer__code")
    cadence = tables.Column()
    next_run_at = TimeColumn()
    last_status = tables.Column(verbose_name=gettext_lazy("last run"), orderable=False)
    is_enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = ReportSchedule

    def render_last_status(self, value: str) -> Any:
        """Draw what came of the last run."""
        return badge(value, RunStatus(value).label)

    def value_last_status(self, value: str) -> str:
        """Export the word."""
        return str(RunStatus(value).label) if value else ""


class ScheduleFilterSet(EntityFilterSet):
    """Filters of the list of scheduled reports."""

    search_fields = ("name",)

    customer = django_filters.ModelChoiceFilter(queryset=visible(Customer), label=gettext_lazy("customer"))

    class Meta:
        model = ReportSchedule
        fields = ("q", "report", "cadence", "customer", "is_enabled")


class ScheduleForm(EntityForm):
    """A report, when it goes out, and to whom."""

    show_when = {"weekday": "cadence=weekly", "month_day": "cadence=monthly"}
    fieldsets = (
        (
            gettext_lazy("Report"),
            gettext_lazy("It is made as whoever saves it sees it."),
            ("name", "report", "query", "customer"),
        ),
        (gettext_lazy("When"), "", ("cadence", "weekday", "month_day", "at", "is_enabled")),
        (gettext_lazy("To whom"), "", ("recipients", "form", "language")),
    )

    class Meta:
        model = ReportSchedule

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        return save_schedule(schedule=self.instance, user=self.user)


def _join_schedules(queryset: Any) -> Any:
    last = ReportRun.objects.filter(schedule=OuterRef("pk")).order_by("-due_at")
    return queryset.select_related("customer", "owner").annotate(last_status=Subquery(last.values("status")[:1]))


def _schedule_context(schedule: Any, _user: Any) -> dict[str, Any]:
    letters = Prefetch("letters", ReportLetter.objects.order_by("recipient"))
    return {"runs": schedule.runs.defer("content").prefetch_related(letters)[:LATEST]}


SCHEDULES = Entity(
    model=ReportSchedule,
    table=ScheduleTable,
    filterset=ScheduleFilterSet,
    form=ScheduleForm,
    icon="mails",
    intro=gettext_lazy("Reports that go out by mail every day, week or month."),
    empty_hint=gettext_lazy("Open a report, filter it, and press “Schedule”."),
    join=_join_schedules,
    groups=(
        FieldGroup(gettext_lazy("Report"), ("report", "query", "customer", "owner")),
        FieldGroup(gettext_lazy("When"), ("cadence", "weekday", "month_day", "at", "is_enabled", "next_run_at")),
        FieldGroup(gettext_lazy("To whom"), ("recipients", "form", "language")),
    ),
    hints={"query": Hint.MONO, "month_day": Hint.DIGITS},
    synced=False,
    detail_context=_schedule_context,
    main_template="reports/schedule/runs.html",
    actions_template="reports/schedule/actions.html",
)


class RunNowView(ButtonView[ReportSchedule]):
    """Has a report made and sent at once."""

    entity = SCHEDULES

    def perform(self, instance: ReportSchedule) -> Message:
        """Begin it."""
        run_now(schedule=instance)
        return _("The report is being made.")


class LetterAgainView(ButtonView[ReportSchedule]):
    """Has a letter that was not taken sent once more."""

    entity = SCHEDULES

    def perform(self, instance: ReportSchedule) -> Message:
        """Try again."""
        letter = get_object_or_404(ReportLetter, pk=self.kwargs["letter"], run__schedule=instance)
        try_again(letter)
        return _("The report goes to %(address)s.") % {"address": letter.recipient}

    def post(self, request: HttpRequest, pk: Any, **_letter: Any) -> HttpResponse:
        """Take the letter from the address."""
        return super().post(request, pk)
