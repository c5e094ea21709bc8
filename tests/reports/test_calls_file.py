"""The calls of a filter as a file."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from billing.models import Direction
from reports.calls import export_job
from reports.calls import page as calls_page
from reports.calls.columns import read_columns, words_of
from reports.calls.export_job import begin_export
from reports.calls.files import CallsFile
from reports.kit.exports import FileForm
from reports.kit.writers import machine_writer, people_writer
from tests.factories import CdrFactory, CustomerFactory, TariffFactory, UserFactory
from voipadmin.core.jobs.files import content_of
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Job, JobStatus
from voipadmin.core.sheets.workbook import sheets_of_workbook
from voipadmin.core.tables.csv_export import neutralise
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
ZEROS = re.compile(r"(\.[0-9]*?)0+(?=[+-][0-9]{2}:)")
AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def signed_in(role: str, *, language: str = "en", **attributes: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(UserFactory.create(role=role, **attributes), backend="voipadmin.users.backends.RoleBackend")
    return client


def file_of(client: Client, *, delimiter: str = ",", **query: Any) -> list[dict[str, str]]:
    response: Any = client.get(reverse("reports:calls_file"), query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def sold(**values: Any) -> Any:
    return CdrFactory.create(
        started_at=AT, direction=Direction.OUTBOUND, called_number="5511987654321", price=Decimal("0.0812"),
        cost=Decimal("0.03"), margin=Decimal("0.0512"), currency="BRL", cost_currency="BRL", billed_seconds=66,
        tariff=TariffFactory.create(name="São Paulo"), matched_pattern="5511", **values,
    )  # fmt: skip


def test_a_file_for_programs_has_currency_billed_seconds_and_tariff() -> None:
    sold()
    [row] = file_of(signed_in(Role.VIEWER), export="csv-machine")
    wanted = {
        "called_number": "5511987654321", "direction": "outbound", "billed_seconds": "66", "billable_seconds": "60",
        "tariff": "São Paulo", "price": "0.081200", "currency": "BRL", "cost": "0.030000", "margin": "0.051200",
        "started_at": "2026-11-23T12:00:00-03:00",
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_a_file_for_people_is_in_their_language() -> None:
    sold()
    [row] = file_of(signed_in(Role.VIEWER, language="pt-br"), delimiter=";", export="csv")
    assert row["Número chamado"] == "5511 9876 54321"
    assert (row["Preço"], row["Moeda"], row["Segundos cobrados"]) == ("0,081200", "BRL", "66")
    assert row["Sentido"] == "Saída"


def test_the_file_has_the_calls_of_the_filter_and_every_attempt_only_when_asked() -> None:
    customer = CustomerFactory.create()
    sold(customer=customer)
    sold(customer=customer, is_last_attempt=False)
    sold()
    client = signed_in(Role.VIEWER)
    assert len(file_of(client)) == 2
    assert len(file_of(client, customer=customer.pk)) == 1
    assert len(file_of(client, customer=customer.pk, attempts="all")) == 2
    assert file_of(client, until="2026-11-22") == []
    assert client.get(reverse("reports:calls_file"), {"since": "yesterday"}).status_code == 400


def test_a_customer_gets_its_own_calls_without_cost_and_carrier() -> None:
    own = CustomerFactory.create()
    sold(customer=own)
    sold(customer=CustomerFactory.create())
    [row] = file_of(signed_in(Role.CUSTOMER, customers=[own]), export="csv-machine")
    assert (row["customer"], row["price"]) == (own.code, "0.081200")
    assert not {"cost", "cost_currency", "margin", "gateway", "route", "node_name", "tariff", "cause"} & row.keys()


def written(columns: Any, values: list[Any], *, for_people: bool) -> list[str]:
    """Return the cells as Python writes them."""
    make = people_writer if for_people else machine_writer
    cells = [make(column)(value) for column, value in zip(columns, values, strict=True)]
    return [cell if column.is_numeric else neutralise(cell) for column, cell in zip(columns, cells, strict=True)]


@pytest.mark.parametrize("language", ["en", "pt-br"])
@pytest.mark.parametrize("form", list(FileForm)[:2])
def test_postgresql_writes_each_cell_as_python_does(language: str, form: FileForm) -> None:
    amounts = [Decimal("0.000001"), Decimal("-1234567.4444445"), None, Decimal(0), Decimal("9.9999995")]
    numbers = ["55114000100", "5511987654321", "12345", "1234", "+551140001", "=1+1", "a;=b", 'x"y', "@1\n-2", "-5"]
    moments = [AT, AT.replace(microsecond=1200), datetime(2018, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]
    for place, number in enumerate(numbers):
        amount = amounts[place % 5]
        CdrFactory.create(
            started_at=moments[place % 3], answered_at=None, src=number, dst=number, linkedid=number or "x",
            direction=Direction.OUTBOUND, price=amount, cost=amount, margin=amount,
            currency="BRL" if amount is not None else "", tariff=TariffFactory.create() if amount is not None else None,
            duration_seconds=Decimal(100 + place) / 8, billed_seconds=place or None,
        )  # fmt: skip
    user = UserFactory.create(role=Role.VIEWER)
    with translation.override(language), CaptureQueriesContext(connection) as queries:
        file = CallsFile(user, "attempts=all", form)
        content = b"".join(file.pieces()).decode("utf-8-sig")
        for_people = form is FileForm.PEOPLE
        words = words_of() if for_people else {}
        wanted = []
        for values in read_columns(file.calls, file.columns):
            spoken = [
                words.get(column.name, {}).get(value, value) for column, value in zip(file.columns, values, strict=True)
            ]
            wanted.append(written(file.columns, spoken, for_people=for_people))
    delimiter = ";" if for_people and language == "pt-br" else ","
    read = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
    # PostgreSQL leaves out the zeros at the end of a fraction of a second.
    assert [[ZEROS.sub(r"\1", cell) for cell in row] for row in read[1:]] == [
        [ZEROS.sub(r"\1", cell) for cell in row] for row in wanted
    ]
    assert len(wanted) == len(numbers)
    assert len(queries) <= 6


def test_what_no_index_finds_is_made_by_a_job_unless_days_narrow_it() -> None:
    sold(cause=16)
    client = signed_in(Role.VIEWER)
    assert len(file_of(client, cause="16", since="2026-11-01")) == 1
    answer = client.get(reverse("reports:calls_file"), {"cause": "16"})
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    run_job(job)
    job.refresh_from_db()
    assert (job.status, job.result["rows"]) == (JobStatus.DONE, 1), job.error


def test_a_large_file_is_made_by_a_job_and_entered_into_the_audit_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_page, "LARGEST_SENT", 2)
    own = CustomerFactory.create()
    for _call in range(3):
        sold(customer=own)
    sold()
    client = signed_in(Role.CUSTOMER, customers=[own])
    answer = client.get(reverse("reports:calls_file"), {"export": "csv-machine", "customer": str(own.pk)})
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    run_job(job)
    job.refresh_from_db()
    assert (job.status, job.result["rows"]) == (JobStatus.DONE, 3), job.error
    file = job.files.get()
    assert (file.is_of_all_customers, file.permission) == (False, "billing.view_cdr")
    rows = list(csv.DictReader(io.StringIO(content_of(file).decode("utf-8-sig"))))
    assert [row["customer"] for row in rows] == [own.code] * 3
    assert "cost" not in rows[0]
    told: Any = LogEntry.objects.filter(additional_data__event="download").get()
    assert (told.actor.username, told.changes_dict["rows"][1]) == (job.actor, "3")
    assert "customer=" in told.changes_dict["filters"][1]
    begin_export(User.objects.get(username=job.actor), "export=xlsx", FileForm.WORKBOOK)
    book = Job.objects.latest("created_at")
    run_job(book)
    content = content_of(book.files.get())
    assert len(list(dict(sheets_of_workbook(content)).popitem()[1])) == 4
    monkeypatch.setattr(export_job, "MOST_ROWS_OF_A_SHEET", 3)
    begin_export(User.objects.get(username=job.actor), "export=xlsx", FileForm.WORKBOOK)
    refused = Job.objects.latest("created_at")
    run_job(refused)
    refused.refresh_from_db()
    assert refused.status == JobStatus.FAILED
    assert not refused.files.exists()
