"""Scheduled reports: once each time, as their owner sees them, and cost and margin to people of the house alone."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from reports.models import ReportLetter, ReportRun, ReportSchedule, RunStatus
from reports.schedules.contents import ReportRefused
from reports.schedules.recipients import RecipientRefused
from reports.schedules.services import begin_due_runs, run_now, save_schedule
from tests.factories.billing import CdrFactory
from tests.factories.customers import CustomerFactory
from tests.factories.numbering import DIDAllocationFactory
from tests.factories.users import UserFactory
from voipadmin.core.jobs.running import run_job
from voipadmin.core.jobs.services import MOST_UNFINISHED, begin_job
from voipadmin.core.models import Installation, Job, MailStatus
from voipadmin.core.outgoing.sending import send_due_letters
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db

HOUSE = "ana@operadora.example"


@pytest.fixture
def finance(db: None) -> User:
    Installation.objects.create(name="Operadora", staff_domains="operadora.example")
    return UserFactory.create(role=Role.FINANCE, email="Maria@elsewhere.example")


@pytest.fixture
def customer(db: None) -> Customer:
    return CustomerFactory.create(billing_email="contas@padaria.example", contact_email="dona@operadora.example")


def saved(user: User, **values: Any) -> ReportSchedule:
    fields: dict[str, Any] = {"name": "Daily", "report": "margin", "recipients": [HOUSE], "language": "en"}
    return save_schedule(schedule=ReportSchedule(**fields | values), user=user)


def sent_files(schedule: ReportSchedule) -> list[list[dict[str, str]]]:
    """Run a schedule as worker and beat do, and return the rows of the files that went out."""
    run_now(schedule=schedule)
    for job in Job.objects.filter(kind="scheduled_report", status="waiting"):
        assert run_job(job)
    send_due_letters()
    files = [message.attachments[0][1] for message in mail.outbox]
    texts = [content.decode() if isinstance(content, bytes) else content for content in files]
    return [list(csv.DictReader(StringIO(text.removeprefix("\ufeff")))) for text in texts]


def yesterday_call(customer: Customer | None, price: str = "2") -> None:
    ended = timezone.now() - timedelta(days=1)
    CdrFactory.create(
        customer=customer, price=Decimal(price), cost=Decimal("0.5"), margin=Decimal(price) - Decimal("0.5"),
        currency="BRL", cost_currency="BRL", started_at=ended - timedelta(seconds=65), direction="outbound",
    )  # fmt: skip


def test_margin_goes_to_people_of_the_house_alone(finance: User, customer: Customer) -> None:
    UserFactory.create(role=Role.CUSTOMER, email="user@operadora.example", customers=[customer])
    UserFactory.create(role=Role.VIEWER, email="gone@operadora.example", is_active=False)
    outside = ["x@padaria.example", "contas@padaria.example", "dona@operadora.example", "user@operadora.example",
               "gone@operadora.example"]  # fmt: skip
    for address in outside:
        with pytest.raises(RecipientRefused):
            saved(finance, recipients=[HOUSE, address])
    assert saved(finance, recipients=[HOUSE, "maria@ELSEWHERE.example", HOUSE.upper()]).recipients == [
        HOUSE.upper(),
        "maria@ELSEWHERE.example",
    ]
    with pytest.raises(RecipientRefused):
        saved(finance, name="Theirs", customer=customer)


def test_a_customer_gets_its_own_rows_without_cost(finance: User, customer: Customer) -> None:
    yesterday_call(customer)
    yesterday_call(CustomerFactory.create(), "77")
    schedule = saved(
        finance, report="calls", customer=customer, recipients=["contas@padaria.example"], form="csv-machine",
        query="gateway=&customer=00000000-0000-0000-0000-000000000000&page=3",
    )  # fmt: skip
    (rows,) = sent_files(schedule)
    assert [row["price"] for row in rows] == ["2.000000"]
    assert not {"cost", "margin", "gateway", "route", "tariff", "cost_currency"} & rows[0].keys()
    assert mail.outbox[0].to == ["contas@padaria.example"]


@pytest.mark.parametrize("report", ["calls", "dids"])
@pytest.mark.parametrize("typed", ["", "OTHER"])
def test_what_was_typed_into_a_filter_sends_a_customer_nothing_of_others(
    finance: User, customer: Customer, report: str, typed: str
) -> None:
    """A filter form leaves the text beside the key in the address, empty or with the customer that was looked at."""
    other = CustomerFactory.create(code="OTHER")
    for owner in (customer, other):
        yesterday_call(owner)
        DIDAllocationFactory.create(customer=owner)
    for key in ("", str(customer.pk)):
        schedule = saved(
            finance, report=report, customer=customer, recipients=["contas@padaria.example"], form="csv-machine",
            query=f"customer={key}&customer_text={typed}&customer_was={key}", name=f"Key {key}",
        )  # fmt: skip
        *_earlier, rows = sent_files(schedule)
        assert [row["customer"] for row in rows] == [customer.code]


def test_a_role_schedules_only_what_it_may_see(finance: User) -> None:
    with pytest.raises(ReportRefused):
        saved(UserFactory.create(role=Role.CUSTOMER))
    schedule = saved(finance)
    finance.role = Role.CUSTOMER
    finance.save()
    run_now(schedule=schedule)
    assert run_job(Job.objects.get(kind="scheduled_report"))
    run = ReportRun.objects.get()
    assert (run.status, run.letters.count()) == (RunStatus.REFUSED, 0)
    assert "may no longer see this report" in run.error


def test_who_lost_the_right_meanwhile_gets_no_letter(finance: User) -> None:
    schedule = saved(finance, recipients=[HOUSE, "maria@elsewhere.example"])
    run_now(schedule=schedule)
    assert run_job(Job.objects.get(kind="scheduled_report"))
    Installation.objects.update(staff_domains="")
    assert send_due_letters() == 1
    letters = {letter.recipient: letter for letter in ReportLetter.objects.all()}
    assert letters[HOUSE].status == MailStatus.FAILED
    assert "may not see" in letters[HOUSE].error
    assert [message.to for message in mail.outbox] == [["maria@elsewhere.example"]]


def test_a_restarted_beat_sends_nothing_twice(finance: User) -> None:
    schedule = saved(finance, form="xlsx")
    due = schedule.next_run_at
    assert due is not None
    assert begin_due_runs(due - timedelta(seconds=1)) == 0
    assert begin_due_runs(due) == 1
    assert begin_due_runs(due) == 0
    # A beat that died before it noted the next time finds the run there.
    ReportSchedule.objects.update(next_run_at=due)
    begin_due_runs(due + timedelta(seconds=1))
    jobs = list(Job.objects.filter(kind="scheduled_report"))
    assert len(jobs) == 1
    assert run_job(jobs[0])
    assert send_due_letters(now=timezone.now()) == 1
    assert send_due_letters() == 0
    assert (ReportRun.objects.count(), len(mail.outbox)) == (1, 1)
    schedule.refresh_from_db()
    assert schedule.next_run_at == due + timedelta(days=1)


def test_one_owner_s_many_jobs_keep_no_other_schedule_waiting(finance: User) -> None:
    first = saved(finance)
    for _job in range(MOST_UNFINISHED):
        begin_job("scheduled_report", user=finance)
    other = UserFactory.create(role=Role.OPERATOR)
    second = saved(other, name="Later")
    now = timezone.now()
    ReportSchedule.objects.filter(pk=first.pk).update(next_run_at=now - timedelta(hours=2))
    ReportSchedule.objects.filter(pk=second.pk).update(next_run_at=now - timedelta(hours=1))
    assert begin_due_runs(now) == 1
    assert [run.schedule for run in ReportRun.objects.all()] == [second]
    Job.objects.filter(owner=str(finance.pk)).delete()
    assert begin_due_runs(now) == 1


def test_after_a_long_time_away_it_runs_once(finance: User) -> None:
    saved(finance)
    now = timezone.now()
    ReportSchedule.objects.update(next_run_at=now - timedelta(days=60))
    assert [begin_due_runs(now) for _tick in range(3)] == [1, 0, 0]
    assert ReportSchedule.objects.get(next_run_at__gt=now)


def test_a_disabled_one_does_not_run_and_an_enabled_one_does_not_make_up_for_it(finance: User) -> None:
    schedule = saved(finance, is_enabled=False)
    assert not ReportSchedule.objects.exclude(next_run_at=None).exists()
    schedule.is_enabled = True
    save_schedule(schedule=schedule, user=finance)
    assert ReportSchedule.objects.get(next_run_at__gt=timezone.now()) == schedule


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"query": "provider=nobody"}, ReportRefused),
        ({"report": "dids", "query": "idle_days=-3"}, ReportRefused),
        ({"recipients": ["no address"]}, RecipientRefused),
        ({"recipients": []}, ValidationError),
        ({"month_day": 31}, ValidationError),
    ],
)
def test_what_makes_no_sense_is_refused(finance: User, values: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        saved(finance, **values)
    assert not ReportSchedule.objects.exists()


@pytest.mark.slow(seconds=0.3)
def test_pages_make_run_and_show_it(finance: User) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(finance, backend="voipadmin.users.backends.RoleBackend")
    report = client.get(reverse("reports:quality"), {"by": "provider"}).content.decode()
    assert "schedules/new/?report=quality&amp;query=by%3Dprovider" in report
    form = client.get(f"{reverse('reports:reportschedule_create')}?report=quality&query=by%3Dprovider").content.decode()
    assert 'value="by=provider"' in form
    answers = {
        "name": "Quality of providers", "report": "quality", "query": "by=provider", "cadence": "weekly", "weekday": 1,
        "month_day": 1, "at": "07:30", "is_enabled": "on", "recipients": HOUSE, "form": "xlsx", "language": "en",
    }  # fmt: skip
    assert client.post(reverse("reports:reportschedule_create"), answers).status_code == 302
    schedule = ReportSchedule.objects.get()
    assert schedule.owner == finance
    assert client.post(reverse("reports:reportschedule_run", args=[schedule.pk])).status_code == 302
    assert run_job(Job.objects.get(kind="scheduled_report"))
    send_due_letters()
    shown = client.get(schedule.get_absolute_url()).content.decode()
    assert HOUSE in shown
    assert "Sent" in shown
    assert mail.outbox[0].attachments[0][0].endswith(".xlsx")
