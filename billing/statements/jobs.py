"""The jobs of statements: make the figures and the document of one, or issue those of all accounts."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.models import Account, Statement, StatementStatus
from billing.statements.issuing import keep_document, prepare_statement
from billing.statements.queries import ISSUE_ALL_JOB, PREPARE_JOB, accounts_to_state, last_statement
from billing.statements.services import mail_issued_statement, take_period
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobRun
from voipadmin.core.models import Job

# Accounts that a job names as refused; the rest are counted.
NAMED = 20


def prepare(run: JobRun) -> None:
    """Issue a statement whose period is taken, and make its document; what is done already stays."""
    statement = Statement.objects.get(pk=run.parameters["statement"])
    prepare_statement(statement)
    keep_document(statement)
    mail_issued_statement(statement)
    run.result = {"number": Statement.objects.get(pk=statement.pk).label}


def issue_all(run: JobRun) -> None:
    """Issue the statements of all accounts with something to state, one by one; begun again it leaves out the done."""
    last_day = date.fromisoformat(run.parameters["last_day"])
    keys = list(accounts_to_state(last_day).values_list("pk", flat=True))
    issued, refused = 0, []
    for done, account in enumerate(Account.objects.filter(pk__in=keys).select_related("customer").iterator()):
        run.tell(done, len(keys))
        try:
            _issue_one(account, last_day, run.job.actor)
            issued += 1
        except DomainError as error:
            refused.append(f"{account.customer.code}: {error.message}")
    run.result = {"issued": issued, "refused": len(refused), "named": refused[:NAMED]}


def _issue_one(account: Account, last_day: date, actor: str) -> None:
    left = last_statement(account)
    if left is None or left.status != StatementStatus.PREPARING or left.last_day != last_day:
        left = take_period(account=account, last_day=last_day, actor=actor)
    prepare_statement(left)
    keep_document(left)
    mail_issued_statement(left)


def _number_of(job: Job) -> Message:
    return _("Statement %(number)s is issued.") % {"number": job.result.get("number", "—")}


def _counts_of(job: Job) -> Message:
    issued, refused = job.result.get("issued", 0), job.result.get("refused", 0)
    text = ngettext("%(count)d statement is issued.", "%(count)d statements are issued.", issued) % {"count": issued}
    if refused:
        text += " " + _("Refused: %(names)s") % {"names": "; ".join(job.result.get("named", []))}
    return text


def _address_of(job: Job) -> str:
    key: Any = job.parameters.get("statement")
    return reverse("billing:statement_detail", args=[key]) if key else reverse("billing:statement_list")


declare(
    JobKind(
        code=PREPARE_JOB,
        label=gettext_lazy("Statement"),
        icon="file-text",
        work=prepare,
        result_of=_number_of,
        address_of=_address_of,
        can_cancel=False,
    )
)
declare(
    JobKind(
        code=ISSUE_ALL_JOB,
        label=gettext_lazy("Statements of all accounts"),
        icon="files",
        work=issue_all,
        result_of=_counts_of,
        address_of=_address_of,
    )
)
