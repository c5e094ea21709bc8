"""Call records exported by a job, beside PostgreSQL's own COPY of the same columns in the same run."""

import os
import resource
import time
from collections.abc import Iterator
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.utils import timezone, translation

from tests.bench.figure import Figure

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from reports.calls.columns import COLUMNS, read_columns  # noqa: E402 - see above
from reports.calls.export_job import begin_export  # noqa: E402 - see above
from reports.calls.files import CallsFile  # noqa: E402 - see above
from reports.kit.exports import FileForm  # noqa: E402 - see above
from tests.bench.data.filling import fill  # noqa: E402 - see above
from tests.bench.data.sizes import DataSize  # noqa: E402 - see above
from voipadmin.core.jobs.running import run_job  # noqa: E402 - see above
from voipadmin.core.models import Job, JobStatus  # noqa: E402 - see above
from voipadmin.users.models import User  # noqa: E402 - see above
from voipadmin.users.roles import Role  # noqa: E402 - see above

CALLS = int(os.environ.get("BENCH_EXPORTED_CALLS", "1000000"))
MEBIBYTE = 1 << 20


def measure() -> Iterator[Figure]:
    """Yield a figure for each form of CSV."""
    call_command("migrate", verbosity=0)
    fill(DataSize.of(CALLS), timezone.now(), told=lambda _step: None)
    user = User.objects.create(username="bench", role=Role.ADMIN)
    with translation.override("pt-br"):
        plain = plain_copy(user)
        for form in (FileForm.MACHINE, FileForm.PEOPLE):
            yield exported(user, form, plain)


def plain_copy(user: Any) -> float:
    """Return how long PostgreSQL takes to send the same columns of the same calls as they are."""
    file = CallsFile(user, "attempts=all", FileForm.MACHINE)
    query, parameters = read_columns(file.calls, COLUMNS).query.sql_with_params()
    assert not parameters, "the whole table"
    began = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for _row in copy:
            pass
    return time.perf_counter() - began


def exported(user: Any, form: FileForm, plain: float) -> Figure:
    """Return how long a job takes, from its beginning to the packed file in the database."""
    job = begin_export(user, "attempts=all", form)
    before = peak_mebibytes()
    began = time.perf_counter()
    run_job(job)
    seconds = time.perf_counter() - began
    job = Job.objects.get(pk=job.pk)
    assert job.status == JobStatus.DONE, job.error
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(length(content)) FROM core_jobfilepart")
        packed = int(cursor.fetchone()[0])
    details: dict[str, float | int | str] = {
        "calls": job.result["rows"],
        "file_mib": job.result["size"] // MEBIBYTE,
        "packed_mib": packed // MEBIBYTE,
        "memory_grown_mib": peak_mebibytes() - before,
    }
    job.delete()
    name = f"exported_calls_{form.value.replace(chr(45), chr(95))}"
    return Figure(name, round(seconds, 2), "s", round(plain, 2), "plain COPY TO STDOUT", "< 20 s, flat memory", details)


def peak_mebibytes() -> int:
    """Return the most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
