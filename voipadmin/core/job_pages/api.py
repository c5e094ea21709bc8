"""The REST API of jobs: list, one, cancel, and the files that came of them."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from ninja import FilterSchema

from voipadmin.core.api.access import Needs
from voipadmin.core.api.crud import ONE, crud_router, domain_call, find
from voipadmin.core.api.problems import not_found
from voipadmin.core.api.resource import Resource
from voipadmin.core.api.schemas import Output
from voipadmin.core.jobs.files import parts_of
from voipadmin.core.jobs.queries import may_take, results_of, seconds_left
from voipadmin.core.jobs.services import cancel_job
from voipadmin.core.models import Job, JobStatus


class JobOut(Output):
    """A job. `done` of `total` pieces are done; what `result` holds depends on the kind. Messages are in the words of
    whoever asked."""

    id: uuid.UUID
    kind: str
    subject: str
    actor: str
    status: JobStatus
    done: int
    total: int | None
    percent: int | None
    result: dict[str, Any]
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    updated_at: datetime


class JobFileOut(Output):
    """A file that came of a job; it is taken at `files/{file_id}`."""

    id: uuid.UUID
    name: str
    content_type: str
    size: int


class JobProgressOut(JobOut):
    """A job with its files and the seconds that it still takes, where these are known."""

    seconds_left: int | None = None
    files: list[JobFileOut] = []


class JobFilters(FilterSchema):
    """What a list of jobs may be narrowed by."""

    kind: str | None = None
    status: JobStatus | None = None


jobs = Resource(
    model=Job,
    tag="jobs",
    read=JobOut,
    filters=JobFilters,
    ordering=("created_at",),
    default_ordering="-created_at",
)
jobs_router = crud_router(jobs)
ROUTERS = {"jobs": jobs_router}


@jobs_router.get(
    f"{ONE}/progress", response=JobProgressOut, auth=Needs("core.view_job"), operation_id="read_job_progress"
)
def read_job_progress(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Read a job with its files and the seconds that it still takes."""
    job, user = find(jobs, request.user, id), _person(request)
    files = [JobFileOut.model_validate(file) for file in results_of(job, user)]
    shown = JobOut.model_validate(job)
    return JobProgressOut(**shown.model_dump(), seconds_left=seconds_left(job), files=files)


@jobs_router.get(f"{ONE}/files/{{uuid:file_id}}", auth=Needs("core.view_job"), operation_id="download_job_file")
def download_job_file(request: HttpRequest, id: uuid.UUID, file_id: uuid.UUID) -> HttpResponseBase:  # noqa: A002 - as above
    """Download a file that came of a job."""
    job = find(jobs, request.user, id)
    file = job.files.filter(pk=file_id, is_result=True, is_complete=True).first()
    if file is None or not may_take(file, _person(request)):
        raise not_found()
    response = StreamingHttpResponse(parts_of(file), content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    return response


@jobs_router.post(f"{ONE}/cancel", response=JobOut, auth=Needs("core.change_job"), operation_id="cancel_job")
def cancel(request: HttpRequest, id: uuid.UUID) -> Any:  # noqa: A002 - the path's name
    """Give a job up; one that a worker is at stops a moment later."""
    with domain_call({}, Job):
        job = cancel_job(job=find(jobs, request.user, id), actor=request.user.get_username())
    return jobs.shown(job, request.user)


def _person(request: HttpRequest) -> Any:
    """Return the user, whom the middleware has made sure of."""
    return request.user
