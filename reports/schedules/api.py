"""The REST API of scheduled reports."""

import uuid
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import FilterSchema, Status
from pydantic import Field

from reports.models import Cadence, ReportName, ReportRun, ReportSchedule, RunStatus
from reports.models.schedules import LONGEST_QUERY, MOST_RECIPIENTS, SentForm
from reports.schedules import services
from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Input, Output

Address = Annotated[str, Field(max_length=254)]
Clock = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM, the installation's clock.")
]
LATEST = 20


class ScheduleIn(Input):
    """A report and when it is mailed to whom; `query` is the filter as in the address of the report."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    report: ReportName
    query: Annotated[str, Field(max_length=LONGEST_QUERY)] = ""
    customer_id: uuid.UUID | None = None
    cadence: Cadence = Cadence.DAILY
    weekday: Annotated[int, Field(ge=1, le=7)] = 1
    month_day: Annotated[int, Field(ge=1, le=28)] = 1
    at: Clock = "07:00"
    form: SentForm = SentForm.PEOPLE
    language: Literal["pt-br", "en"] = "pt-br"
    recipients: Annotated[list[Address], Field(min_length=1, max_length=MOST_RECIPIENTS)]
    is_enabled: bool = True


class ScheduleOut(Output):
    """A scheduled report; `owner_id` is as whom it is made."""

    id: uuid.UUID
    name: str
    report: ReportName
    query: str
    customer_id: uuid.UUID | None
    cadence: Cadence
    weekday: int
    month_day: int
    at: time
    form: SentForm
    language: str
    recipients: list[str]
    is_enabled: bool
    owner_id: uuid.UUID
    next_run_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ScheduleFilters(FilterSchema):
    """What a list of scheduled reports may be narrowed by."""

    report: ReportName | None = None
    customer_id: uuid.UUID | None = None
    is_enabled: bool | None = None


class LetterOut(Output):
    """A letter of a run."""

    recipient: str
    status: str
    tries: int
    next_try_at: datetime
    sent_at: datetime | None
    error: str


class RunOut(Output):
    """A run: the days that it is about, and what came of it."""

    id: uuid.UUID
    due_at: datetime
    first_day: date
    last_day: date
    status: RunStatus
    error: str
    rows: int | None
    letters: list[LetterOut]


def _save(schedule: ReportSchedule, _rest: dict[str, Any], user: Any) -> ReportSchedule:
    return services.save_schedule(schedule=schedule, user=user)


schedules = Resource(
    model=ReportSchedule,
    tag="report_schedules",
    read=ScheduleOut,
    write=ScheduleIn,
    filters=ScheduleFilters,
    ordering=("name", "created_at"),
    default_ordering="name",
    save=_save,
)
schedules_router = crud_router(schedules)


@schedules_router.get(
    f"{ONE}/runs", response=list[RunOut], auth=Needs("reports.view_reportschedule"), operation_id="list_schedule_runs"
)
def list_schedule_runs(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """List the last runs, the newest first, with their letters."""
    schedule = find(schedules, request.user, id)
    return [_shown(run) for run in schedule.runs.defer("content").prefetch_related("letters")[:LATEST]]


@schedules_router.post(
    f"{ONE}/run",
    response={201: RunOut},
    auth=Needs("reports.change_reportschedule"),
    operation_id="run_schedule",
)
def run_schedule(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Have the report made and sent at once."""
    with domain_call({}, ReportSchedule):
        return Status(201, _shown(services.run_now(schedule=find(schedules, request.user, id))))


def _shown(run: ReportRun) -> RunOut:
    return RunOut.model_validate(
        {
            **{name: getattr(run, name) for name in RunOut.model_fields if name != "letters"},
            "letters": [LetterOut.model_validate(letter) for letter in run.letters.all()],
        }
    )
