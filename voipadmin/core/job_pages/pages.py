"""Pages of jobs: the list, a job as it goes on, and what can be done with it."""

from typing import Any
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.core.job_pages.shown import all_shown, shown
from voipadmin.core.jobs.files import parts_of
from voipadmin.core.jobs.kinds import kind_of, known_kinds
from voipadmin.core.jobs.queries import counts_of, may_take, recent_jobs, take_untold
from voipadmin.core.jobs.services import cancel_job, repeat_job
from voipadmin.core.models import Job, JobStatus
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.tables.entity_table import BadgeColumn, EntityTable, TimeColumn


def _kind_choices() -> list[tuple[str, Any]]:
    return [(kind.code, kind.label) for kind in known_kinds()]


class JobFilterSet(EntityFilterSet):
    """Filters of the list of jobs."""

    search_fields = ("subject", "actor", "kind")

    kind = django_filters.ChoiceFilter(choices=_kind_choices, label=gettext_lazy("kind"))
    status = django_filters.ChoiceFilter(choices=JobStatus.choices, label=gettext_lazy("status"))

    class Meta:
        model = Job
        fields = ("kind", "status")


class JobTable(EntityTable):
    """The list of jobs."""

    kind = tables.Column(attrs={"td": {"class": "cell-main"}})
    subject = tables.Column(attrs={"td": {"class": "wrap"}})
    status = BadgeColumn()
    percent = tables.Column(verbose_name=gettext_lazy("progress"), orderable=False, empty_values=())
    actor = tables.Column()
    created_at = TimeColumn(verbose_name=gettext_lazy("asked for"))
    finished_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = Job

    def render_kind(self, record: Job) -> Any:
        """Link the kind's name to the job's page."""
        kind = kind_of(record)
        label = str(kind.label if kind else record.kind)
        return format_html('<a class="row-link" href="{}">{}</a>', record.get_absolute_url(), label)

    def value_kind(self, record: Job) -> str:
        """Export the kind's name."""
        kind = kind_of(record)
        return str(kind.label if kind else record.kind)

    def render_percent(self, record: Job) -> Any:
        """Draw a bar while it runs."""
        if record.percent is None or not record.is_unfinished:
            return "—" if record.percent is None else f"{record.percent} %"
        return format_html(
            '<progress max="100" value="{0}" aria-label="{1}">{0} %</progress>', record.percent, _("Progress")
        )

    def value_percent(self, record: Job) -> Any:
        """Export the figure."""
        return record.percent


def _job_context(job: Job, user: Any) -> dict[str, Any]:
    return {"item": shown(job, user)}


JOBS = Entity(
    model=Job,
    table=JobTable,
    filterset=JobFilterSet,
    delete=None,
    icon="list-checks",
    intro=gettext_lazy("Long work that goes on by itself: imports, exports, changes of many objects, re-ratings."),
    empty_hint=gettext_lazy("What takes longer than a page does appears here, with what came of it."),
    groups=(
        FieldGroup(
            gettext_lazy("Job"),
            ("subject", "status", "actor", "created_at", "started_at", "finished_at", "cancelled_by"),
        ),
    ),
    synced=False,
    lead_template="core/job/overview.html",
    detail_context=_job_context,
)


class JobProgressView(EntityView[Job]):
    """The part of a job's page that changes while it goes on."""

    entity = JOBS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Return it; htmx is told to load the whole page when the job is over."""
        job = self.get_instance()
        if not job.is_unfinished and getattr(request, "htmx", False):
            answer = HttpResponse(status=204)
            answer["HX-Refresh"] = "true"
            return answer
        return render(request, "core/job/overview.html", {"item": shown(job, _person(request))})


class JobCancelView(ButtonView[Job]):
    """Gives a job up."""

    entity = JOBS

    def perform(self, instance: Job) -> str:
        """Ask for it."""
        job = cancel_job(job=instance, actor=self.request.user.get_username())
        return _("The job is cancelled.") if not job.is_unfinished else _("The job will stop in a moment.")


class JobRepeatView(ButtonView[Job]):
    """Begins a failed job once more."""

    entity = JOBS

    def perform(self, instance: Job) -> str:
        """Begin it."""
        repeat_job(job=instance)
        return _("The job begins once more.")


class JobFileView(EntityView[Job]):
    """A file that came of a job."""

    entity = JOBS

    def get(self, request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
        """Send it, part by part, to who may see what it holds."""
        found = get_object_or_404(self.get_instance().files, pk=file, is_result=True, is_complete=True)
        if not may_take(found, _person(request)):
            raise Http404
        response = StreamingHttpResponse(parts_of(found), content_type=found.content_type)
        response["Content-Disposition"] = content_disposition_header(True, found.name)
        response["Content-Length"] = str(found.size)
        return response


def job_indicator(request: HttpRequest) -> HttpResponse:
    """Show how many jobs of the user go on, and tell which ended since it was asked last."""
    user = _person(request)
    counts = counts_of(user)
    ended = all_shown(take_untold(user), user) if counts.untold else []
    return render(request, "core/job/indicator.html", {"unfinished": counts.unfinished, "ended": ended})


def job_drawer(request: HttpRequest) -> HttpResponse:
    """Show the user's newest jobs."""
    user = _person(request)
    items = all_shown(recent_jobs(user), user)
    return render(request, "core/job/drawer.html", {"items": items, "is_busy": any(i.job.is_unfinished for i in items)})


def _person(request: HttpRequest) -> Any:
    """Return the user, whom the middleware has made sure of."""
    return request.user
