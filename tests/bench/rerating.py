"""Calls rated again per second from reading to write-back, beside pricing and saving them one by one."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import django
from django.core.management import call_command
from django.db import connection

from tests.bench.figure import Figure
from tests.bench.rating import NOW, PREFIXES, numbers

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from billing.accounts.call_charges import charge_waiting_calls  # noqa: E402 - see above
from billing.accounts.ledger import account_of  # noqa: E402 - see above
from billing.cdrs.records.partitions import make_partitions  # noqa: E402 - see above
from billing.cdrs.services import facts_of, rate_cdrs  # noqa: E402 - see above
from billing.models import Account, Cdr, EntryKind, LedgerEntry, Rerating, ReratingStatus, Tariff  # noqa: E402
from billing.rating.calls import price_call  # noqa: E402 - see above
from billing.rerating.preview import make_preview  # noqa: E402 - see above
from billing.rerating.services import approve_rerating, start_rerating  # noqa: E402 - see above
from billing.rerating.writing import write_job  # noqa: E402 - see above
from billing.tariffs.loader import load_tariffs  # noqa: E402 - see above
from customers.models import Customer  # noqa: E402 - see above

CALLS = int(os.environ.get("BENCH_RERATED_CALLS", "100000"))
CUSTOMERS = 200
ONE_BY_ONE = 1_000
DAY = timedelta(days=1)


def measure() -> Iterator[Figure]:
    """Yield the figure."""
    call_command("migrate", verbosity=0)
    yield rerated_calls()


def prepare() -> None:
    """Make tariffs, customers and priced, charged calls."""
    Tariff.objects.bulk_create(
        Tariff(name=prefix, pattern=prefix, price_per_minute=Decimal("0.08"), cost_per_minute=Decimal("0.03"),
               effective_from=NOW - 300 * DAY)
        for prefix in PREFIXES
    )  # fmt: skip
    customers = Customer.objects.bulk_create(Customer(code=f"BENCH{n}", name=f"Bench {n}") for n in range(CUSTOMERS))
    for customer in customers:
        account_of(customer)
    make_partitions([NOW], NOW)
    Cdr.objects.bulk_create(
        (
            Cdr(
                node_name="bench", uniqueid=f"{place}.1", linkedid=f"{place}.1", sequence=place, payload_hash="0" * 64,
                src="551140001000", dst=number, dialled=number, direction="outbound", started_at=NOW, answered_at=NOW,
                ended_at=NOW, duration_seconds=seconds, billable_seconds=seconds, disposition="ANSWERED",
                customer=customers[place % CUSTOMERS],
            )
            for place, (number, seconds) in enumerate(numbers(CALLS))
        ),
        batch_size=5_000,
    )  # fmt: skip
    rate_cdrs(cdrs=Cdr.objects.only("pk"))
    charge_waiting_calls()


def rate_again(price: str) -> tuple[Rerating, float, float]:
    """Change the price of every call; return the finished job with the seconds of its preview and of its writing."""
    Tariff.objects.update(price_per_minute=Decimal(price))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    began = time.perf_counter()
    job = start_rerating(started_from=NOW - DAY, started_before=NOW + DAY, reason="bench", actor="bench")
    make_preview(job)
    seen = time.perf_counter()
    job.refresh_from_db()
    assert job.summary["changed"] == CALLS
    write_job(approve_rerating(rerating=job, actor="bench"))
    done = time.perf_counter()
    job.refresh_from_db()
    assert (job.status, job.summary["written"]) == (ReratingStatus.APPLIED, CALLS)
    return job, seen - began, done - seen


def row_by_row() -> float:
    """Return how many calls a second are priced, saved and entered one by one."""
    Tariff.objects.update(price_per_minute=Decimal("0.05"))
    book = load_tariffs()
    calls = list(Cdr.objects.select_related("customer__account", "gateway__provider")[:ONE_BY_ONE])
    began = time.perf_counter()
    for call in calls:
        priced = price_call(facts_of(call), book)
        account = Account.objects.get(customer=call.customer_id)
        assert priced.price is not None
        assert call.price is not None
        LedgerEntry.objects.create(
            account=account, kind=EntryKind.CORRECTION, amount=call.price - priced.price, currency="BRL",
            cdr_id=call.pk, version=9,
        )  # fmt: skip
        call.price, call.applied_rate, call.margin = priced.price, priced.applied_rate, priced.margin
        call.save(update_fields=["price", "applied_rate", "margin", "updated_at"])
    return len(calls) / (time.perf_counter() - began)


def rerated_calls() -> Figure:
    """Rate a period again in which the price of every call changed: read, price, compare, write ratings and entries."""
    prepare()
    _job, preview, writing = rate_again("0.07")
    Tariff.objects.update(price_per_minute=Decimal("0.07"))
    began = time.perf_counter()
    same = start_rerating(started_from=NOW - DAY, started_before=NOW + DAY, reason="same", actor="bench")
    make_preview(same)
    unchanged = time.perf_counter() - began
    same.refresh_from_db()
    assert same.summary == {"calls": CALLS, "changed": 0}
    return Figure(
        name="rerated_calls",
        value=round(CALLS / (preview + writing)),
        unit="calls/s, each with a new rating, its past one and a ledger entry",
        yardstick=round(row_by_row()),
        yardstick_name="priced, saved and entered one by one through the ORM",
        wanted="50,000",
        details={
            "calls": CALLS,
            "tariffs": len(PREFIXES),
            "preview_seconds": round(preview, 2),
            "writing_seconds": round(writing, 2),
            "unchanged_calls_per_second": round(CALLS / unchanged),
        },
    )
