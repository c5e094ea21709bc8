"""The demo's money: calls and fees in the ledgers, payments, prepaid customers, refusals, a correction to approve."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal

from django.db.models import Sum
from django.utils import timezone

from billing.accounts.call_charges import charge_waiting_calls
from billing.accounts.fees import charge_monthly_fees
from billing.accounts.ledger import Movement, account_of, enter
from billing.accounts.periods import day_of, first_of_month, start_of
from billing.accounts.services import save_settings
from billing.authorization.refused.services import record_refusals
from billing.authorization.rules.values import CAUSES, RefusalReason
from billing.models import Account, AccountKind, EntryKind, LedgerEntry, RefusedCall, Rerating, Tariff
from billing.rerating.preview import make_preview
from billing.rerating.services import start_rerating
from customers.models import Customer, CustomerStatus
from reports.demo.places import HISTORY_NODE
from voipadmin.core.services import save_object

PERSON = "financeiro"
# What prepaid customers have left.
PREPAID = {"PADARIA": Decimal("46.20"), "HOTELMAR": Decimal("310.75"), "PETAMIGO": Decimal("1.85")}
LIMITED, CREDIT_LIMIT, DAILY_CAP = "NORTESUL", Decimal(2500), Decimal(400)
PAID_ON = timedelta(days=4, hours=14)
TOPPED_UP = timedelta(days=15)
TEN = Decimal(10)
# (customer, number, reason, detail, how many hours ago).
REFUSED = (
    ("PETAMIGO", "551150821733", RefusalReason.CREDIT, "0.0350 < 0.0950", 1),
    ("PETAMIGO", "5511987120455", RefusalReason.CREDIT, "0.0350 < 0.0950", 2),
    ("NORTESUL", "8821612340099", RefusalReason.COUNTRY, "", 3),
    ("LOGFACIL", "5092233445566", RefusalReason.COUNTRY, "HT", 7),
    ("VIAMINAS", "37167012345", RefusalReason.COUNTRY, "LV", 9),
    ("ATRASADO", "5511976540021", RefusalReason.INACTIVE, "", 20),
    ("ATRASADO", "5511944410087", RefusalReason.INACTIVE, "", 21),
    ("PETAMIGO", "5511991200345", RefusalReason.CREDIT, "0.0350 < 0.0950", 26),
)
# A price that was entered too high: who it concerned gets the difference back.
CORRECTED, CORRECT_PRICE, CORRECT_FOR = "_554[1-6][2-5]XXXXXXX", Decimal("0.069"), timedelta(days=10)
STEPS = 3


def settle(now: datetime) -> Iterator[str]:
    """Charge what is due, then make payments, refusals and a correction where there are none; yield what was made."""
    charge_waiting_calls()
    # A closed customer's numbers were released after the seeding began.
    charge_monthly_fees(now=timezone.now())
    yield "ledger"
    if not LedgerEntry.objects.filter(key__startswith="demo:").exists():
        _make_prepaid(now)
        _limit_credit()
        _take_payments(now)
        _refuse(now)
    yield "accounts"
    if not Rerating.objects.exists():
        _correct(now)
    yield "re-rating"


def _make_prepaid(now: datetime) -> None:
    for code, left in PREPAID.items():
        account = account_of(Customer.objects.get(code=code))
        account.kind = AccountKind.PREPAID
        save_settings(account=account)
        # Somebody paid round sums, and a correction made the rest fit.
        wanted = left - account.balance
        paid = (wanted / TEN).to_integral_value(ROUND_UP) * TEN
        _enter(account, EntryKind.TOP_UP, paid, "Pix", f"topup:{code}", now - TOPPED_UP)
        if paid != wanted:
            _enter(account, EntryKind.ADJUSTMENT, wanted - paid, "Instalação", f"setup:{code}", now - TOPPED_UP)


def _limit_credit() -> None:
    account = account_of(Customer.objects.get(code=LIMITED))
    account.limits_credit, account.credit_limit, account.daily_cap = True, CREDIT_LIMIT, DAILY_CAP
    save_settings(account=account)


def _take_payments(now: datetime) -> None:
    """Have every active postpaid customer pay what it owed for whole months when the last day of payment came."""
    month = start_of(first_of_month(day_of(now - PAID_ON)))
    accounts = Account.objects.filter(kind=AccountKind.POSTPAID, customer__status=CustomerStatus.ACTIVE)
    for account in accounts.select_related("customer"):
        due = account.entries.filter(happened_at__lt=month).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
        if due < 0:
            _enter(account, EntryKind.PAYMENT, -due, "Boleto", f"payment:{account.customer.code}", month + PAID_ON)


def _enter(account: Account, kind: EntryKind, amount: Decimal, description: str, key: str, at: datetime) -> None:
    movement = Movement(
        kind=kind, amount=amount, description=description, actor=PERSON, key=f"demo:{key}", happened_at=at
    )
    enter(account=account, movement=movement)


def _refuse(now: datetime) -> None:
    customers = {customer.code: customer for customer in Customer.objects.all()}
    calls = [
        RefusedCall(
            customer=customers[code],
            node_name=HISTORY_NODE,
            uniqueid=f"refused-{hours}.1",
            number=number,
            reason=reason,
            detail=detail,
            cause=CAUSES[reason],
        )
        for code, number, reason, detail, hours in REFUSED
    ]
    record_refusals(refused=calls)
    for call, (*_, hours) in zip(calls, REFUSED, strict=True):
        RefusedCall.objects.filter(pk=call.pk).update(created_at=now - timedelta(hours=hours))


def _correct(now: datetime) -> None:
    old = Tariff.objects.get(pattern=CORRECTED, plan=None)
    since = now - CORRECT_FOR
    new = Tariff(
        name=old.name,
        pattern=old.pattern,
        cost_per_minute=old.cost_per_minute,
        price_per_minute=CORRECT_PRICE,
        effective_from=since,
    )
    save_object(new)
    job = start_rerating(
        started_from=since, started_before=now, reason="Fixo, Paraná: o preço foi digitado alto demais", actor=PERSON
    )
    make_preview(job)
