"""Statements go out by mail: once, again after what the server refused, and visibly."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from billing.models import Account, EntryKind, Statement, StatementLetter
from billing.statements.issuing import keep_document
from billing.statements.services import cancel_statement, issue_statement, mail_statement
from tests.billing.statements.conftest import APRIL, MARCH, issued, moment, moved
from tests.billing.statements.test_statements import page
from tests.factories.users import UserFactory
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Installation, Job, MailStatus
from voipadmin.core.outgoing.sending import PAUSES, send_due_letters, send_letter
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture
def letter(account: Account) -> StatementLetter:
    moved(account, EntryKind.CALL, "-1.25", moment(3, 10), cdr_id=account.pk)
    statement = issued(account, MARCH)
    keep_document(statement)
    return mail_statement(statement=statement, recipient="a@padaria.example", actor="maria")


def test_an_issued_statement_goes_to_its_customer_once(account: Account, issuer: Installation) -> None:
    issuer.mails_statements, issuer.mail_from = True, "contas@operadora.example"
    issuer.save()
    issue_statement(account=account, last_day=MARCH, user=UserFactory.create(role=Role.FINANCE))
    job = Job.objects.get()
    assert run_job(job)
    assert send_due_letters() == 1
    assert send_due_letters() == 0
    sent = mail.outbox[0]
    assert (sent.to, sent.from_email) == (["contas@padaria.example"], "contas@operadora.example")
    assert sent.subject.startswith("Operadora: statement A-000001, due on ")
    assert [name for name, *_rest in sent.attachments] == [
        f"{account.customer.code}-A-000001.pdf",
        f"{account.customer.code}-A-000001.csv",
    ]
    assert "To Padaria São João Ltda." in str(sent.body)


def test_what_the_server_does_not_take_is_tried_again_and_shown(letter: StatementLetter, monkeypatch: Any) -> None:
    def refuse(_message: EmailMessage) -> int:
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", refuse)
        assert send_due_letters() == 0
        letter.refresh_from_db()
        assert (letter.status, letter.tries) == (MailStatus.WAITING, 1)
        assert letter.next_try_at > timezone.now()
        assert send_due_letters() == 0  # not yet
        for _pause in PAUSES:
            StatementLetter.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
            send_letter(letter)
    letter.refresh_from_db()
    assert (letter.status, letter.tries) == (MailStatus.FAILED, len(PAUSES) + 1)
    finance = page(letter.statement.account)
    shown = finance.get(letter.statement.get_absolute_url()).content.decode()
    assert "Connection unexpectedly closed" in shown
    again = reverse("billing:statement_mail_again", args=[letter.statement_id, letter.pk])
    assert finance.post(again).status_code == 302
    assert send_due_letters() == 1
    assert [message.to for message in mail.outbox] == [["a@padaria.example"]]


def test_people_choose_the_address_and_customers_do_not_see_the_letters(letter: StatementLetter) -> None:
    statement = letter.statement
    address = reverse("billing:statement_mail", args=[statement.pk])
    assert "contas@padaria.example" in page(statement.account).get(address).content.decode()
    assert page(statement.account).post(address, {"recipient": "no address"}).status_code == 200
    assert page(statement.account).post(address, {"recipient": "b@padaria.example"}).status_code == 302
    assert StatementLetter.objects.count() == 2
    assert (
        "a@padaria.example"
        not in page(statement.account, Role.CUSTOMER).get(statement.get_absolute_url()).content.decode()
    )


def test_a_cancelled_statement_is_said_to_be_cancelled(letter: StatementLetter) -> None:
    cancel_statement(statement=letter.statement, reason="Wrong", actor="maria")
    assert send_due_letters() == 1
    assert "Please do not pay it" in str(mail.outbox[0].body)
    assert issued(letter.statement.account, APRIL, MARCH.replace(day=1)).number == Statement.objects.count()
