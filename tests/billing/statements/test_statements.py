"""A statement is issued once, says who and what, and nobody changes it, not even in the database."""

import csv
import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from billing.accounts.errors import ReasonMissing
from billing.accounts.ledger import account_of
from billing.models import Account, EntryKind, Statement, StatementContent, StatementStatus, Tariff
from billing.statements.document import document_context, figures_of
from billing.statements.errors import IssuerIncomplete, NotTheLastStatement, PeriodRefused, StatementBusy
from billing.statements.figures import from_text, to_text
from billing.statements.issuing import keep_document, prepare_statement
from billing.statements.lines import kept_lines
from billing.statements.services import cancel_statement, issue_all_statements, take_period
from customers.services import save_customer
from tests.billing.statements.conftest import APRIL, MARCH, MAY, issued, moment, moved
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.users import UserFactory
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Installation, Job
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


def called(account: Account, name: str, price: str, seconds: int, day: int, month: int = 3) -> Any:
    tariff = TariffFactory.create(name=name)
    call = CdrFactory.create(
        customer=account.customer, tariff=tariff, price=Decimal(price), currency="BRL", billed_seconds=seconds,
        started_at=moment(month, day), called_number="5511987654321", src="1001",
    )  # fmt: skip
    moved(account, EntryKind.CALL, f"-{price}", call.ended_at, cdr_id=call.pk)
    return call


@pytest.fixture
def march(account: Account) -> Statement:
    """A month with a bit of everything, issued."""
    moved(account, EntryKind.TOP_UP, "100", moment(2, 20))
    moved(account, EntryKind.PAYMENT, "50.10", moment(3, 10), description="Pix")
    moved(account, EntryKind.MONTHLY_FEE, "-29.90", moment(3, 11), description="551140001000")
    called(account, "Mobile", "0.123456", 66, 12)
    called(account, "Landlines", "1.5", 90, 13)
    return issued(account, MARCH)


def page(account: Account, role: str = Role.FINANCE) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    customers = [account.customer] if role == Role.CUSTOMER else []
    user = UserFactory.create(role=role, customers=customers)
    client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
    return client


def test_a_statement_names_both_sides_and_what_is_to_be_paid(march: Statement) -> None:
    figures = figures_of(march)
    assert (march.label, str(figures.due_day)) == ("A-000001", str(march.due_day))
    assert march.due_day is not None
    assert march.issued_at is not None
    assert figures.issuer.tax_number == "CNPJ 11.222.333/0001-81"
    assert figures.customer.tax_number == "CNPJ 12.ABC.345/01DE-35"
    assert [(row.name, row.calls, row.billed_seconds, row.amount) for row in figures.destinations] == [
        ("Landlines", 1, 90, Decimal("1.5")),
        ("Mobile", 1, 66, Decimal("0.123456")),
    ]
    assert (march.amount, march.carried_out) == (Decimal("31.52"), Decimal("0.003456"))
    assert (march.open_before, march.payable, march.closing) == (Decimal("-150.10"), Decimal(0), Decimal("118.576544"))


def test_a_page_shows_it_in_its_own_language(march: Statement) -> None:
    with translation.override("pt-br"):
        shown = page(march.account).get(march.get_absolute_url(), HTTP_ACCEPT_LANGUAGE="pt-br").content.decode()
    assert "CNPJ 12.ABC.345/01DE-35" in shown
    assert "Nothing is to be paid." in shown
    assert "31.52" in shown
    with translation.override("pt-br"):
        assert document_context(figures_of(march))["amount"] == "R$\u00a031,52"


def test_what_was_issued_stays_as_it_is_whatever_changes_later(march: Statement, issuer: Installation) -> None:
    text = march.content.figures
    lines = list(kept_lines(march))
    customer = march.account.customer
    customer.legal_name, customer.street = "Another Ltda.", "Elsewhere"
    save_customer(customer=customer)
    issuer.legal_name = "Sold Ltda."
    issuer.save()
    called(march.account, "Mobile", "9.99", 600, 14)  # a late one
    Tariff.objects.update(name="Renamed")
    again = Statement.objects.get(pk=march.pk)
    assert again.content.figures == text
    assert list(kept_lines(again)) == lines
    assert to_text(from_text(text)) == text
    assert [line.destination for line in lines] == ["Mobile", "Landlines"]
    assert issued(march.account, APRIL).amount == Decimal("9.99")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE billing_statement SET amount = 1",
        "UPDATE billing_statement SET number = 7",
        "UPDATE billing_statement SET status = 'preparing', number = NULL",
        "DELETE FROM billing_statement",
        "UPDATE billing_statementcontent SET figures = '{}'",
        "DELETE FROM billing_statementcontent",
        "UPDATE billing_statementpart SET lines = ''",
        "DELETE FROM billing_statementpart",
    ],
)
def test_the_database_changes_nothing_of_it(march: Statement, sql: str) -> None:
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_late_calls_and_corrections_are_marked_and_have_their_own_date(march: Statement) -> None:
    account = march.account
    late = called(account, "Mobile", "2", 60, 20)
    moved(account, EntryKind.CORRECTION, "0.5", moment(4, 2), cdr_id=late.pk, version=2, description="New prices")
    moved(account, EntryKind.ADJUSTMENT, "1", moment(3, 31), description="Goodwill")
    called(account, "Mobile", "3", 60, 4, month=4)
    april = issued(account, APRIL)
    assert april.amount == Decimal("3.50")
    found = [(line.kind, line.counted_at.month, line.late, line.amount) for line in kept_lines(april)]
    assert found == [
        ("call", 4, False, Decimal(3)),
        ("call", 3, True, Decimal(2)),
        ("rerating", 4, True, Decimal("-0.5")),
    ]
    with translation.override("en"):
        rows = document_context(figures_of(april))
    assert [(row.name, row.note) for row in rows["destinations"]] == [
        ("Mobile", ""),
        ("Mobile", "of earlier periods"),
        ("Mobile", "corrected prices, of earlier periods"),
    ]
    assert [(row.name, row.day, row.note) for row in rows["others"]] == [
        ("Adjustment: Goodwill", "03/31/2025", "of an earlier period")
    ]


def test_a_correction_of_a_call_of_the_period_is_not_late(account: Account) -> None:
    call = called(account, "Mobile", "2", 60, 20)
    moved(account, EntryKind.CORRECTION, "0.5", moment(3, 25), cdr_id=call.pk, version=2)
    assert [(line.kind, line.late) for line in kept_lines(issued(account, MARCH))] == [
        ("call", False),
        ("rerating", False),
    ]


def test_a_second_run_of_the_worker_changes_nothing(account: Account) -> None:
    statement = take_period(account=account, last_day=MARCH, actor="maria")
    assert prepare_statement(statement)
    assert not prepare_statement(statement)
    assert StatementContent.objects.count() == 1
    assert Statement.objects.get().number == 1


def test_what_cannot_be_issued_is_refused_and_takes_no_number(account: Account, issuer: Installation) -> None:
    with pytest.raises(PeriodRefused):
        take_period(account=account, last_day=MAY.replace(year=2099), actor="maria")
    waiting = take_period(account=account, last_day=MARCH, actor="maria")
    with pytest.raises(StatementBusy):
        take_period(account=account, last_day=APRIL, actor="maria")
    prepare_statement(waiting)
    for first, last in ((MARCH, APRIL), (None, MARCH)):
        with pytest.raises(PeriodRefused):
            take_period(account=account, first_day=first, last_day=last, actor="maria")
    issuer.tax_number = ""
    issuer.save()
    with pytest.raises(IssuerIncomplete):
        take_period(account=account, last_day=APRIL, actor="maria")
    assert Statement.objects.count() == 1


def test_only_the_last_one_is_cancelled_and_for_a_reason(march: Statement) -> None:
    april = issued(march.account, APRIL)
    with pytest.raises(NotTheLastStatement):
        cancel_statement(statement=march, reason="Wrong", actor="maria")
    with pytest.raises(ReasonMissing):
        cancel_statement(statement=april, reason=" ", actor="maria")
    answer = page(march.account).post(reverse("billing:statement_cancel", args=[april.pk]), {"reason": "Wrong rent"})
    assert answer.status_code == 302
    shown = page(march.account).get(april.get_absolute_url()).content.decode()
    assert "Cancelled: Wrong rent" in shown
    assert Statement.objects.get(pk=april.pk).status == StatementStatus.CANCELLED


def test_it_is_issued_on_the_account_s_page(account: Account) -> None:
    address = reverse("billing:account_issue", args=[account.pk])
    finance = page(account)
    assert "first statement of this account" in finance.get(address).content.decode()
    answer = finance.post(address, {"first_day": "2025-03-01", "last_day": "2025-03-31"})
    statement = Statement.objects.get()
    assert answer["Location"] == statement.get_absolute_url()
    assert "is being prepared" in finance.get(answer["Location"]).content.decode()
    assert run_job(Job.objects.get(kind="prepare_statement"))
    assert Statement.objects.get().number == 1
    assert "The last statement ended on 03/31/2025" in finance.get(address).content.decode()
    assert page(account, Role.OPERATOR).get(address).status_code == 403


def test_statements_of_all_accounts_are_issued_by_one_job(account: Account) -> None:
    called(account, "Mobile", "2", 60, 12)
    quiet = account_of(CustomerFactory.create())
    stopped = account_of(CustomerFactory.create(code="STOPPED"))
    moved(stopped, EntryKind.CALL, "-3", moment(3, 3), cdr_id=stopped.pk)
    take_period(account=stopped, last_day=APRIL, actor="maria")
    finance = page(account)
    address = reverse("billing:statement_issue_all")
    assert "something to state" in finance.get(address).content.decode()
    assert finance.post(address, {"last_day": "2025-03-31"}).status_code == 302
    job = Job.objects.get(kind="issue_statements")
    assert run_job(job)
    job.refresh_from_db()
    assert (job.status, job.result["issued"], job.result["refused"]) == ("done", 1, 0)
    assert [row.account_id for row in Statement.objects.filter(status=StatementStatus.ISSUED)] == [account.pk]
    assert StatementContent.objects.get().document
    assert not quiet.statements.exists()
    issue_all_statements(last_day=MARCH, user=UserFactory.create(role=Role.FINANCE))
    assert run_job(Job.objects.filter(kind="issue_statements").latest("created_at"))
    assert Statement.objects.filter(status=StatementStatus.ISSUED).count() == 1


def test_the_document_is_made_once_and_kept(march: Statement) -> None:
    # I22
    keep_document(march)
    first = bytes(StatementContent.objects.get().document or b"")
    keep_document(march)
    assert first.startswith(b"%PDF-")
    assert bytes(StatementContent.objects.get().document or b"") == first
    response = page(march.account, Role.CUSTOMER).get(reverse("billing:statement_document", args=[march.pk]))
    assert response.content == first
    assert f"{march.account.customer.code}-A-000001.pdf" in response["Content-Disposition"]


def test_the_figures_are_one_text_with_every_digit(march: Statement) -> None:
    kept = json.loads(march.content.figures)
    assert kept["charged"] == "31.523456"
    assert kept["destinations"][1]["amount"] == "0.123456"


def test_the_file_adds_up_to_the_amount(march: Statement) -> None:
    address = reverse("reports:statement_file", args=[march.pk])
    response: Any = page(march.account, Role.CUSTOMER).get(address, {"export": "csv-machine"})
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(StringIO(text)))
    assert sum(Decimal(row["amount"]) for row in rows) == march.amount
    assert [row["kind"] for row in rows] == ["call", "call", "fee", "carried_in", "carried_out"]
    assert rows[0]["called"] == "5511987654321"


def test_programs_issue_read_and_cancel_it(account: Account, issuer: Installation) -> None:
    called(account, "Mobile", "1.005", 66, 12)
    finance = page(account)
    body = {"account_id": str(account.pk), "last_day": "2025-03-31"}
    made = finance.post("/api/v1/statements/", body, content_type="application/json")
    assert (made.status_code, made.json()["status"], made.json()["number"]) == (201, "preparing", None)
    one = f"/api/v1/statements/{made.json()['id']}"
    assert finance.get(f"{one}/figures").status_code == 409
    prepare_statement(Statement.objects.get())
    assert finance.get(one).json()["amount"] == "1.010000"
    content = finance.get(f"{one}/figures").json()
    assert content["figures"]["amount"] == "1.01"
    assert content["sha256"] == StatementContent.objects.get().sha256
    lines = finance.get(f"{one}/lines", {"limit": 1}).json()
    assert [(line["called"], line["amount"]) for line in lines["items"]] == [("5511987654321", "1.005000")]
    assert lines["next_first"] is None
    again = finance.post("/api/v1/statements/", body, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "period_refused")
    gone = finance.post(f"{one}/cancel", {"reason": "Wrong"}, content_type="application/json")
    assert gone.json()["status"] == "cancelled"
