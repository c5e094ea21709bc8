"""Reads of statements: the last one of an account, and which accounts have something to state."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.accounts.periods import ONE_DAY, first_of_month, start_of
from billing.models import Account, LateEntry, LedgerEntry, Statement, StatementStatus
from voipadmin.core.models import Job

# The kinds of jobs of statements.
PREPARE_JOB, ISSUE_ALL_JOB = "prepare_statement", "issue_statements"
# Digits of a number that the database can hold.
LONGEST_NUMBER = 9


def last_statement(account: Account) -> Statement | None:
    """Return the account's last statement that counts, also while it is being prepared."""
    rows = Statement.objects.filter(account=account).exclude(status=StatementStatus.CANCELLED)
    return rows.order_by("-ends_at").first()


def prepared_by(statement: Statement) -> Job | None:
    """Return the last job that made, or makes, the figures of a statement."""
    rows = Job.objects.filter(kind=PREPARE_JOB, parameters__statement=str(statement.pk))
    found: Job | None = rows.filter(created_at__gte=statement.created_at).order_by("-created_at").first()
    return found


def accounts_to_state(last_day: date) -> QuerySet[Account]:
    """Return the accounts without a statement until `last_day` on which money moved since, or that owe something."""
    begins, ends = start_of(first_of_month(last_day)), start_of(last_day + ONE_DAY)
    entries = LedgerEntry.objects.filter(account=OuterRef("pk"), happened_at__lt=ends)
    moved = Exists(entries.filter(happened_at__gte=OuterRef("statements_until"))) | (
        Q(statements_until=None) & Exists(entries.filter(happened_at__gte=begins))
    )
    late = Exists(LateEntry.objects.filter(account=OuterRef("pk"), statement=None))
    left = Exists(Statement.objects.filter(account=OuterRef("pk"), status=StatementStatus.PREPARING, last_day=last_day))
    waiting = Q(statements_until=None) | Q(statements_until__lt=ends)
    return Account.objects.filter((waiting & (moved | late | Q(balance__lt=0))) | left).order_by("customer__code")


def numbered(text: str) -> Q | None:
    """Return the condition for the statements that `A-000123`, `000123` or `123` is the number of, or None."""
    series, _dash, digits = text.strip().rpartition("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > LONGEST_NUMBER:
        return None
    wanted = Q(number=int(digits))
    return wanted & Q(series__iexact=series) if series else wanted
