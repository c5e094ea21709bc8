"""Jobs: begun, told, cancelled, begun again after a killed worker, shown to whoever asked, and thrown away."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from customers.models import Customer
from tests.api.client import ApiClient
from tests.factories import CustomerFactory, UserFactory
from voipadmin.core.alarms.queries import open_alarms
from voipadmin.core.errors import Conflict, DomainError
from voipadmin.core.jobs import kinds, services
from voipadmin.core.jobs.files import content_of, input_of, new_result, parts_of
from voipadmin.core.jobs.kinds import JobKind
from voipadmin.core.jobs.locking import LEFT_AFTER, MOST_STARTS, working_on
from voipadmin.core.jobs.queries import counts_of, seconds_left
from voipadmin.core.jobs.running import JobRun, report_progress, run_job
from voipadmin.core.jobs.services import JobRefused, begin_job, cancel_job, delete_old_jobs, repeat_job, resume_jobs
from voipadmin.core.models import Job, JobFilePart, JobStatus
from voipadmin.users.models import User
from voipadmin.users.roles import Role

Work = Callable[[JobRun], None]
NOON = timezone.now()

pytestmark = pytest.mark.django_db


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., JobKind]]:
    """Return what makes a kind known for one test."""
    cache.clear()
    known = dict(kinds._KINDS)
    monkeypatch.setattr(kinds, "_KINDS", known)
    monkeypatch.setattr(services, "send_job", lambda *_arguments: True)

    def make(work: Work, **values: Any) -> JobKind:
        values = {"code": "counting", "label": "Counting", "icon": "hash", **values}
        return kinds.declare(JobKind(work=work, **values))

    with translation.override("en"):
        yield make


@pytest.fixture
def user(db: None) -> User:
    return UserFactory.create(role=Role.OPERATOR)


def begin(user: User, **values: Any) -> Job:
    return begin_job("counting", user=user, **{"subject": "to three", **values})


def again(job: Job) -> Job:
    job.refresh_from_db()
    return job


def left(job: Job, **values: Any) -> None:
    """Make it a job about which nothing was written for long."""
    ago = timezone.now() - LEFT_AFTER - timedelta(seconds=5)
    Job.objects.filter(pk=job.pk).update(updated_at=ago, **values)


def test_a_job_leaves_its_result_and_is_told_once(declare: Any, user: User) -> None:
    def work(run: JobRun) -> None:
        run.result = {"counted": run.parameters["to"]}

    declare(work, result_of=lambda job: f"{job.result['counted']} counted.")
    job = begin(user, parameters={"to": 3})
    assert (job.status, job.actor, counts_of(user).unfinished) == (JobStatus.WAITING, user.username, 1)
    assert run_job(job)
    assert not run_job(job), "a message that comes again does nothing again"
    assert (again(job).status, job.starts, job.percent) == (JobStatus.DONE, 1, 100)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    address = reverse("core:job_indicator")
    assert "3 counted." in client.get(address).content.decode()
    assert "3 counted." not in client.get(address).content.decode(), "it was told"
    assert "3 counted." in client.get(reverse("core:job_drawer")).content.decode()
    assert "3 counted." in client.get(job.get_absolute_url()).content.decode()
    assert client.get(reverse("core:job_progress", args=[job.pk]), headers={"HX-Request": "true"}).status_code == 204


def test_work_is_done_in_the_name_and_language_of_whoever_asked(declare: Any, user: User) -> None:
    def work(run: JobRun) -> None:
        run.result = {"language": translation.get_language()}
        CustomerFactory.create(code="BYJOB")

    declare(work)
    with translation.override("pt-br"):
        job = begin(user)
    run_job(job)
    assert again(job).result == {"language": "pt-br"}
    entry: Any = LogEntry.objects.filter(object_repr__contains="BYJOB").first()
    assert entry.actor == user


def test_a_job_of_somebody_who_may_no_longer_log_in_is_not_done(declare: Any, user: User) -> None:
    declare(lambda _run: pytest.fail("done"))
    job = begin(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    run_job(job)
    assert (again(job).status, bool(job.error)) == (JobStatus.FAILED, True)


@pytest.mark.parametrize(
    ("error", "said"),
    [(DomainError("There is none."), "There is none."), (ZeroDivisionError("secret"), "Something went wrong here")],
)
def test_what_went_wrong_is_said_and_the_job_can_begin_once_more(
    declare: Any, user: User, error: Exception, said: str
) -> None:
    wrong = [error]

    def work(_run: JobRun) -> None:
        if wrong:
            raise wrong.pop()

    declare(work)
    job = begin(user)
    run_job(job)
    assert again(job).status == JobStatus.FAILED
    assert said in job.error
    assert "secret" not in job.error
    repeat_job(job=job)
    with pytest.raises(JobRefused):
        repeat_job(job=job)
    run_job(again(job))
    assert (again(job).status, job.error) == (JobStatus.DONE, "")


def test_a_database_that_went_away_ends_no_job(declare: Any, user: User) -> None:
    def work(_run: JobRun) -> None:
        raise OperationalError("gone")

    declare(work)
    job = begin(user)
    with pytest.raises(OperationalError):
        run_job(job)
    assert again(job).status == JobStatus.RUNNING
    assert resume_jobs() == 0, "it was written a moment ago"
    left(job)
    assert resume_jobs() == 1


def test_a_job_that_somebody_began_again_meanwhile_is_not_given_up(
    declare: Any, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(lambda _run: None)
    job = begin(user)
    left(job, starts=MOST_STARTS, status=JobStatus.RUNNING)

    def begun_behind_the_look(seen: Job) -> bool:
        Job.objects.filter(pk=seen.pk).update(starts=MOST_STARTS + 1)
        return False

    monkeypatch.setattr(services, "is_held", begun_behind_the_look)
    resume_jobs()
    assert again(job).status == JobStatus.RUNNING


def test_what_three_workers_left_has_failed_and_an_alarm_says_so(declare: Any, user: User) -> None:
    declare(lambda _run: None)
    job = begin(user)
    left(job, starts=MOST_STARTS, status=JobStatus.RUNNING)
    with working_on(job, JobStatus.RUNNING) as lock:
        assert lock is not None
        assert resume_jobs() == 0, "a worker is at it"
    left(job, starts=MOST_STARTS)
    assert resume_jobs() == 0
    assert again(job).status == JobStatus.FAILED
    assert "to three" in " ".join(alarm.text for alarm in open_alarms(user))
    repeat_job(job=job)
    resume_jobs()
    assert not open_alarms(user)


def test_the_place_of_a_killed_worker_is_gone_on_from(declare: Any, user: User) -> None:
    seen = []

    def work(run: JobRun) -> None:
        for position in range(run.job.position, 3):
            seen.append(position)
            with transaction.atomic():
                Job.objects.filter(pk=run.job.pk).update(position=position + 1)
            if position == 1 and run.job.starts == 1:
                raise OperationalError("killed")

    declare(work)
    job = begin(user)
    with pytest.raises(OperationalError):
        run_job(job)
    run_job(again(job))
    assert (seen, again(job).status) == ([0, 1, 2], JobStatus.DONE)


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_and_a_cancelled_job_stops_within_an_open_transaction(declare: Any) -> None:
    seen: list[Any] = []

    def look_and_cancel(job: Job) -> None:
        found = Job.objects.get(pk=job.pk)
        seen.extend([found.done, found.total, found.percent])
        cancel_job(job=found, actor="rui")
        connection.close()

    def work(run: JobRun) -> None:
        with transaction.atomic():
            CustomerFactory.create(code="UNDONE")
            report_progress(1, 3)
            thread = threading.Thread(target=look_and_cancel, args=[run.job])
            thread.start()
            thread.join()
            run.tell(2, always=True)
            pytest.fail("went on")

    declare(work)
    job = begin(UserFactory.create())
    run_job(job)
    assert seen == [1, 3, 33]
    assert (again(job).status, job.cancelled_by) == (JobStatus.CANCELLED, "rui")
    assert not Customer.objects.filter(code="UNDONE").exists()
    with pytest.raises(Conflict):
        cancel_job(job=job, actor="rui")


def test_a_job_that_waits_is_cancelled_at_once(declare: Any, user: User) -> None:
    declare(lambda _run: pytest.fail("done"))
    job = begin(user)
    cancel_job(job=job, actor="rui")
    run_job(job)
    assert again(job).status == JobStatus.CANCELLED


def test_jobs_wait_for_a_free_place(declare: Any, user: User) -> None:
    begun, ran = [], []

    def work(run: JobRun) -> None:
        begun.append(run.job.subject)
        if len(begun) < 4:
            ran.append(run_job(begin(user, subject=str(len(begun)))))

    declare(work)
    assert run_job(begin(user))
    assert (begun, ran) == (["to three", "1"], [False, True]), "there are two places"
    assert Job.objects.filter(status=JobStatus.WAITING).count() == 1


def test_nobody_has_more_jobs_under_way_than_allowed(declare: Any, user: User) -> None:
    declare(lambda _run: None)
    for _number in range(services.MOST_UNFINISHED):
        begin(user)
    with pytest.raises(JobRefused):
        begin(user)
    begin(UserFactory.create())


def test_files_come_and_go_in_parts(declare: Any, user: User, settings: Any) -> None:
    content = bytes(range(256)) * 10_000

    def work(run: JobRun) -> None:
        writer = new_result(run.job, name="same.bin", content_type="application/octet-stream")
        given = input_of(run.job)
        for place in range(0, len(given), 99_991):
            writer.write(given[place : place + 99_991])
        writer.close()

    declare(work)
    job = begin(user, file=("given.bin", [content[:5], content[5:]]))
    run_job(job)
    file = job.files.get()
    assert (file.size, file.is_result, content_of(file)) == (len(content), True, content)
    assert len(list(parts_of(file))) == 3
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    answer: Any = client.get(reverse("core:job_file", args=[job.pk, file.pk]))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"] == 'attachment; filename="same.bin"'
    later = timezone.now() - timedelta(days=settings.JOB_FILE_DAYS, seconds=1)
    Job.objects.filter(pk=job.pk).update(finished_at=later)
    assert delete_old_jobs() == 0
    assert not JobFilePart.objects.exists()
    later = timezone.now() - timedelta(days=settings.JOB_DAYS, seconds=1)
    Job.objects.filter(pk=job.pk).update(finished_at=later)
    assert delete_old_jobs() == 1


@pytest.mark.slow(seconds=0.3)
def test_jobs_and_files_are_for_their_owner_and_the_administrator(declare: Any) -> None:
    owner, other = UserFactory.create(role=Role.FINANCE), UserFactory.create(role=Role.OPERATOR)

    def work(run: JobRun) -> None:
        for name, permission in (("calls.csv", "billing.view_cdr"), ("users.csv", "users.view_user")):
            writer = new_result(run.job, name=name, content_type="text/csv", permission=permission)
            writer.write(b"a;b\r\n")
            writer.close()

    declare(work)
    job = begin(owner)
    run_job(job)
    files = {file.name: file for file in job.files.all()}

    def statuses(user: User) -> list[int]:
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(user)
        addresses = [reverse("core:job_file", args=[job.pk, file.pk]) for _name, file in sorted(files.items())]
        return [client.get(address).status_code for address in (job.get_absolute_url(), *addresses)]

    assert statuses(owner) == [200, 200, 404], "what its role does not see it does not get"
    assert statuses(other) == [404, 404, 404]
    assert statuses(UserFactory.create(role=Role.ADMIN)) == [200, 200, 200]
    User.objects.filter(pk=owner.pk).update(role=Role.CUSTOMER)
    owner.refresh_from_db()
    assert statuses(owner) == [200, 404, 404], "the file holds calls of all customers"
    assert ApiClient(other).get(f"/jobs/{job.pk}/files/{files['calls.csv'].pk}").status_code == 404
    assert ApiClient(other).post(f"/jobs/{job.pk}/cancel").status_code == 404


def test_scripts_list_follow_and_cancel_jobs(declare: Any, user: User) -> None:
    declare(lambda _run: None)
    first, second = begin(user), begin(user)
    client = ApiClient(user)
    assert {item["id"] for item in client.get("/jobs/").json()["items"]} == {str(first.pk), str(second.pk)}
    assert client.post(f"/jobs/{first.pk}/cancel").json()["status"] == "cancelled"
    assert client.post(f"/jobs/{first.pk}/cancel").status_code == 409
    run_job(second)
    answer = client.get(f"/jobs/{second.pk}/progress").json()
    assert (answer["status"], answer["percent"], answer["files"]) == ("done", 100, [])


def test_a_kind_of_another_release_is_shown_and_left_alone(declare: Any, user: User) -> None:
    job = Job.objects.create(kind="of_the_future", owner=str(user.pk), result={"counted": 1})
    assert not run_job(job)
    left(job)
    assert resume_jobs() == 0
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    for address in (reverse("core:job_list"), reverse("core:job_drawer"), job.get_absolute_url()):
        text = client.get(address).content.decode()
        assert "of_the_future" in text
    assert "This release does not know this kind of job." in text
    client.post(reverse("core:job_cancel", args=[job.pk]))
    assert again(job).status == JobStatus.CANCELLED


def test_the_time_that_is_left_is_told_by_the_speed_since_the_last_start() -> None:
    job = Job(status=JobStatus.RUNNING, total=100, done=50, resumed_from=40, resumed_at=NOON)
    assert seconds_left(job, NOON + timedelta(seconds=20)) == 100
    assert seconds_left(job, NOON + timedelta(seconds=1)) is None
    job.done = 40
    assert seconds_left(job, NOON + timedelta(seconds=20)) is None


def test_what_a_worker_does_after_a_job_is_not_that_users_doing(declare: Any, user: User) -> None:
    def work(_run: JobRun) -> None:
        CustomerFactory.create(name="Of the job")

    declare(work)
    run_job(begin(user))
    CustomerFactory.create(name="Of nobody")
    actors = LogEntry.objects.get_for_model(Customer).values_list("object_repr", "actor__username")
    assert {name.partition(" · ")[2]: actor for name, actor in actors} == {
        "Of nobody": None,
        "Of the job": user.username,
    }
