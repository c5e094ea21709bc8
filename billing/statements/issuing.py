"""The work of issuing: figures and annex are made from the ledger, then numbered and kept, in one transaction.

1. The calls are read one by one, added up by destination and kept as parts of the annex.
2. All other entries are read; payments are told from charges.
3. The series' row is locked, for the first time, and the next number taken: what fails before or after takes none, so
   that numbers have no gaps, and of two workers the second waits for a moment.
4. Figures are kept as one text, and the statement is issued.
"""

import hashlib
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.accounts.fees import CENT
from billing.accounts.periods import day_of
from billing.models import EntryKind, Statement, StatementContent, StatementSeries, StatementStatus
from billing.statements.amounts import Payable, payable_of, places_of
from billing.statements.document import make_document
from billing.statements.figures import CallSums, Figures, PartyFigures, TaxFigures, movements, sum_of, to_text
from billing.statements.lines import (
    LINES_OF_A_PART,
    OtherLine,
    balance_before,
    call_lines,
    keep_part,
    other_lines,
)
from billing.statements.services import due_day_of
from customers.models import Customer
from voipadmin.core.installation.queries import read_installation
from voipadmin.core.jobs.running import report_progress
from voipadmin.core.models import Installation


def prepare_statement(statement: Statement) -> bool:
    """Issue a statement that is being prepared; tell whether it was issued now. A second worker finds it issued."""
    with transaction.atomic():
        rows = Statement.objects.select_for_update(of=("self",)).select_related("account__customer")
        locked: Statement = rows.get(pk=statement.pk)
        if locked.status != StatementStatus.PREPARING:
            return False
        _issue(locked)
    return True


def keep_document(statement: Statement) -> None:
    """Make the document of an issued statement once, and keep it."""
    rows = StatementContent.objects.filter(statement=statement, document=None)
    if rows.exists():
        rows.update(document=make_document(Statement.objects.get(pk=statement.pk)))


def _issue(statement: Statement) -> None:
    sums = _keep_annex(statement)
    others = other_lines(statement)
    before = _before(statement)
    destinations = sums.by_destination()
    charges = [line for line in others if not line.is_receipt]
    charged = sum_of(destinations) + sum((line.amount for line in charges), Decimal(0))
    received = -sum((line.amount for line in others if line.is_receipt), Decimal(0))
    opening, carried_in = before
    places = places_of(statement.currency)
    sum_up = payable_of(charged=charged, carried_in=carried_in, owed_before=-(opening + received), places=places)
    installation = read_installation()
    now = timezone.now()
    statement.number = _next_number(statement.series)
    statement.status, statement.issued_at = StatementStatus.ISSUED, now
    statement.due_day = due_day_of(statement, day_of(now), installation.payment_days)
    statement.calls, statement.carried_in = sums.count, carried_in
    statement.amount, statement.carried_out = sum_up.amount, sum_up.carried_out
    statement.open_before, statement.payable = sum_up.open_before, sum_up.payable
    statement.closing = opening + received - charged
    figures = Figures(
        **_heads(statement, installation),
        places=places,
        destinations=destinations,
        fees=movements(line for line in charges if line.kind == EntryKind.MONTHLY_FEE),
        others=movements(line for line in charges if line.kind != EntryKind.MONTHLY_FEE),
        receipts=movements(line for line in others if line.is_receipt),
        taxes=_taxes(destinations_and_fees=sum_of(destinations) + _fees(charges)),
        **_totals(statement, opening, received, charged, sum_up),
    )
    text = to_text(figures)
    StatementContent.objects.create(statement=statement, figures=text, sha256=hashlib.sha256(text.encode()).hexdigest())
    statement.save()


def _keep_annex(statement: Statement) -> CallSums:
    sums, waiting, place = CallSums(), [], 0
    for line in call_lines(statement):
        sums.add(line)
        waiting.append(line)
        if len(waiting) == LINES_OF_A_PART:
            keep_part(statement, place, waiting)
            waiting, place = [], place + 1
            report_progress(place * LINES_OF_A_PART)
    if waiting:
        keep_part(statement, place, waiting)
    return sums


def _before(statement: Statement) -> tuple[Decimal, Decimal]:
    """Return the balance and the rest that the statement before left; before the first one, the ledger's and none."""
    rows = Statement.objects.filter(account_id=statement.account_id, status=StatementStatus.ISSUED)
    last = rows.filter(ends_at__lte=statement.begins_at).order_by("-ends_at").first()
    return (balance_before(statement), Decimal(0)) if last is None else (last.closing, last.carried_out)


def _next_number(series: str) -> int:
    StatementSeries.objects.get_or_create(series=series)
    row = StatementSeries.objects.select_for_update().get(series=series)
    row.last_number += 1
    row.save(update_fields=["last_number"])
    return row.last_number


def _heads(statement: Statement, installation: Installation) -> dict[str, Any]:
    account = statement.account
    return {
        "label": statement.label,
        "series": statement.series,
        "number": statement.number,
        "account_kind": account.kind,
        "issuer": _issuer(installation),
        "customer": _customer(account.customer),
        "first_day": statement.first_day.isoformat(),
        "last_day": statement.last_day.isoformat(),
        "issued_day": day_of(statement.issued_at or timezone.now()).isoformat(),
        "due_day": statement.due_day.isoformat() if statement.due_day else "",
        "time_zone": settings.TIME_ZONE,
        "currency": statement.currency,
        "language": statement.language,
        "payment_instructions": installation.payment_instructions,
    }


def _totals(
    statement: Statement, opening: Decimal, received: Decimal, charged: Decimal, sum_up: Payable
) -> dict[str, Any]:
    return {
        "opening": opening,
        "received": received,
        "charged": charged,
        "carried_in": statement.carried_in,
        "amount": sum_up.amount,
        "carried_out": sum_up.carried_out,
        "open_before": sum_up.open_before,
        "payable": sum_up.payable,
        "closing": statement.closing,
    }


def _issuer(installation: Installation) -> PartyFigures:
    return PartyFigures(
        name=installation.name,
        legal_name=installation.legal_name or installation.name,
        tax_number=installation.written_tax_number(),
        address=installation.address_lines(),
        phone=installation.phone,
        email=installation.email,
        logo=installation.logo,
    )


def _customer(customer: Customer) -> PartyFigures:
    return PartyFigures(
        name=customer.name,
        legal_name=customer.legal_name or customer.name,
        tax_number=customer.written_tax_number(),
        address=customer.address_lines(),
        code=customer.code,
    )


def _fees(charges: list[OtherLine]) -> Decimal:
    return sum((line.amount for line in charges if line.kind == EntryKind.MONTHLY_FEE), Decimal(0))


def _taxes(*, destinations_and_fees: Decimal) -> list[TaxFigures]:
    """Return the taxes that calls and fees include, by the installation's percentages."""
    return [
        TaxFigures(name, percent, (destinations_and_fees * percent / 100).quantize(CENT, ROUND_HALF_UP))
        for name, percent in settings.STATEMENT_TAXES.items()
    ]
