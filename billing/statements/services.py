"""Writes of statements: issue one, cancel the last one of an account.

A statement takes its period in one short transaction, under the lock of its account: from then on the ledger's trigger
calls entries of that time late. Its figures are made by a worker, who holds no lock, and numbered at the very end.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.accounts.errors import ReasonMissing
from billing.accounts.fees import charge_monthly_fees
from billing.accounts.periods import ONE_DAY, Period, first_of_month, start_of
from billing.models import (
    Account,
    LateEntry,
    LedgerEntry,
    Statement,
    StatementContent,
    StatementLetter,
    StatementStatus,
)
from billing.statements.errors import IssuerIncomplete, NotTheLastStatement, PeriodRefused, StatementBusy
from billing.statements.queries import ISSUE_ALL_JOB, PREPARE_JOB, last_statement
from voipadmin.core.installation.queries import read_installation
from voipadmin.core.jobs.services import begin_job
from voipadmin.core.models import Installation, Job
from voipadmin.core.services import save_object
from voipadmin.core.viewer import Person


def issue_statement(*, account: Account, last_day: date, user: Person, first_day: date | None = None) -> Statement:
    """Have a statement issued by a job, and return it while it is being prepared; raise what `take_period` raises."""
    with transaction.atomic():
        actor = user.get_username()
        statement = take_period(account=account, last_day=last_day, actor=actor, first_day=first_day)
        go_on_preparing(statement=statement, user=user)
    return statement


def go_on_preparing(*, statement: Statement, user: Person) -> Job:
    """Begin the job that makes a statement's figures and its document; of two the second finds them made."""
    subject = f"{statement.account.customer.code} {statement.first_day} – {statement.last_day}"
    return begin_job(PREPARE_JOB, user=user, subject=subject, parameters={"statement": str(statement.pk)})


def issue_all_statements(*, last_day: date, user: Person) -> Job:
    """Have the statements until `last_day` of all accounts issued by a job; raise IssuerIncomplete or PeriodRefused."""
    _complete_issuer()
    if start_of(last_day + ONE_DAY) > timezone.now():
        raise PeriodRefused(_("The last day is not over yet."), field="last_day")
    parameters = {"last_day": last_day.isoformat()}
    return begin_job(ISSUE_ALL_JOB, user=user, subject=last_day.isoformat(), parameters=parameters)


def take_period(*, account: Account, last_day: date, actor: str, first_day: date | None = None) -> Statement:
    """Take the period of an account's next statement, whose last day is `last_day`, and return it unnumbered.

    It begins where the account's last one ended; the first one at `first_day`, else with the month of `last_day`.
    Raise IssuerIncomplete, PeriodRefused, InvalidPeriod or StatementBusy.
    """
    installation = _complete_issuer()
    # The month's fees are charged once a day; a statement of the first hours of the next month has them all the same.
    charge_monthly_fees(now=timezone.now(), customer=account.customer)
    with transaction.atomic():
        locked = Account.objects.select_for_update(of=("self",)).select_related("customer").get(pk=account.pk)
        period = _next_period(locked, first_day, last_day)
        statement = Statement.objects.create(
            account=locked,
            series=installation.statement_series,
            first_day=period.first,
            last_day=period.last,
            begins_at=locked.statements_until or period.begins,
            ends_at=period.ends,
            currency=locked.currency,
            language=locked.customer.statement_language or installation.statement_language,
            actor=actor[:60],
        )
        LateEntry.objects.filter(account=locked, statement=None).update(statement=statement)
        Account.objects.filter(pk=locked.pk).update(statements_until=period.ends)
    return statement


def _complete_issuer() -> Installation:
    installation = read_installation()
    if missing := installation.missing():
        names = ", ".join(str(name) for name in missing)
        message = _("Fill in the settings of the installation first. Missing: %(names)s.")
        raise IssuerIncomplete(message % {"names": names})
    return installation


def _next_period(account: Account, first_day: date | None, last_day: date) -> Period:
    before = last_statement(account)
    if before is not None and before.status == StatementStatus.PREPARING:
        raise StatementBusy(_("A statement of this account is being prepared. Wait until it is issued."))
    follows = before.last_day + ONE_DAY if before is not None else None
    if follows is not None and first_day not in (None, follows):
        values = {"day": follows.isoformat()}
        raise PeriodRefused(
            _("The next statement begins on %(day)s, where the last one ended.") % values, field="first_day"
        )
    if follows is not None and last_day < follows:
        raise PeriodRefused(_("There is a statement of this time already."), field="last_day")
    period = Period(follows or first_day or first_of_month(last_day), last_day + ONE_DAY)
    if period.ends > timezone.now():
        raise PeriodRefused(_("The last day is not over yet."), field="last_day")
    return period


def cancel_statement(*, statement: Statement, reason: str, actor: str) -> Statement:
    """Cancel the last statement of an account; its number stays taken, and the next one takes its period once more.

    Raise ReasonMissing, or NotTheLastStatement: what later ones carried over builds on it.
    """
    if not reason.strip():
        raise ReasonMissing(_("Say why: the reason is kept with the statement."), field="reason")
    with transaction.atomic():
        account: Account = Account.objects.select_for_update().get(pk=statement.account_id)
        last = last_statement(account)
        if last is None or last.pk != statement.pk or last.status != StatementStatus.ISSUED:
            raise NotTheLastStatement(
                _("Only the last issued statement of an account is cancelled. For an earlier one enter an adjustment.")
            )
        last.status, last.cancelled_at = StatementStatus.CANCELLED, timezone.now()
        last.cancelled_by, last.cancel_reason = actor[:60], reason.strip()
        last.full_clean()
        last.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancel_reason", "updated_at"])
        _give_back(account, last)
    return last


def _give_back(account: Account, cancelled: Statement) -> None:
    """Make the entries of a cancelled statement the next one's: what is of its period is no longer late."""
    before = last_statement(account)
    until = before.ends_at if before is not None else None
    Account.objects.filter(pk=account.pk).update(statements_until=until)
    LateEntry.objects.filter(statement=cancelled).update(statement=None)
    waiting: Any = LateEntry.objects.filter(account=account, statement=None)
    if until is not None:
        in_time = LedgerEntry.objects.filter(account=account, happened_at__gte=until)
        waiting = waiting.filter(entry__in=in_time)
    waiting.delete()


def due_day_of(statement: Statement, issued_day: date, payment_days: int) -> date:
    """Return the last day to pay, counted from the issue; the customer's own term comes first."""
    own = statement.account.customer.payment_days
    return issued_day + timedelta(days=payment_days if own is None else own)


def content_of(statement: Statement) -> StatementContent:
    """Return what a statement says; raise StatementBusy while it is being prepared."""
    content = StatementContent.objects.filter(statement=statement).defer("document").first()
    if content is None:
        raise StatementBusy(_("The statement is being prepared."))
    return content


def mail_statement(*, statement: Statement, recipient: str, actor: str) -> StatementLetter:
    """Have an issued statement sent to an address; raise StatementBusy while there is none."""
    content_of(statement)
    letter = StatementLetter(statement=statement, recipient=recipient, actor=actor[:60])
    return save_object(letter)


def mail_issued_statement(statement: Statement) -> None:
    """Have a statement sent to its customer once, where the installation does so and there is an address."""
    recipient = address_of(statement)
    if recipient and read_installation().mails_statements:
        StatementLetter.objects.get_or_create(statement=statement, actor="", defaults={"recipient": recipient})


def address_of(statement: Statement) -> str:
    """Return where a customer's statements are sent to, or nothing where it has no address."""
    customer = statement.account.customer
    return customer.billing_email or customer.contact_email
