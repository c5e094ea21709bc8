"""Call record lines imported per second, beside rows inserted one by one."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from uuid import UUID

import django
from django.core.management import call_command

from bench.figure import Figure
from bench.rating import NOW, ROUNDS, TARIFFS, numbers, per_second

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from billing.models import Cdr, Tariff  # noqa: E402 - see above
from billing.spool_file import SpoolFile  # noqa: E402 - see above
from billing.spool_import import SpoolImporter  # noqa: E402 - see above
from customers.models import Customer  # noqa: E402 - see above
from routing.models import Gateway, Provider  # noqa: E402 - see above

LINES = int(os.environ.get("BENCH_CDR_LINES", "100000"))
ROWS = 2_000


def measure() -> Iterator[Figure]:
    """Yield the figure."""
    yield imported_lines()


def imported_lines() -> Figure:
    """Import a spool of new calls: read, check, attribute, price and write; the yardstick writes rows one by one."""
    call_command("migrate", verbosity=0)
    objects = prepare()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voipadmin.csv"

        def import_spool() -> int:
            path.unlink(missing_ok=True)
            write_spool(path, objects)
            with SpoolFile(path) as spool:
                began = time.perf_counter()
                imported = SpoolImporter("bench").import_all(spool).imported
                took.append(imported / (time.perf_counter() - began))
            return imported

        took: list[float] = []
        one_by_one = []
        for _ in range(ROUNDS):
            import_spool()
            one_by_one.append(per_second(lambda: insert_rows(objects)))
    return Figure(
        name="imported_cdr_lines",
        value=round(median(took)),
        unit="lines/s",
        yardstick=round(median(one_by_one)),
        yardstick_name="the same columns, unpriced, inserted row by row through the ORM",
        wanted="> 10,000",
        details={"lines": LINES, "tariffs": TARIFFS, "rounds": ROUNDS},
    )


def prepare() -> tuple[Sequence[UUID], Sequence[UUID]]:
    """Make tariffs, customers and gateways; return the ids of the last two."""
    since = NOW - timedelta(days=3650)
    Tariff.objects.bulk_create(
        Tariff(name=f"Area {code}", pattern=f"55{code}", price_per_minute=Decimal("0.08"), effective_from=since)
        for code in range(1000, 1000 + TARIFFS)
    )
    customers = Customer.objects.bulk_create(Customer(code=f"BENCH{n}", name=f"Bench {n}") for n in range(200))
    carrier = Provider.objects.create(name="Bench", cost_per_minute=Decimal("0.03"))
    gateways = Gateway.objects.bulk_create(
        Gateway(name=f"GW_Bench{n}", provider=carrier, host=f"198.18.0.{n + 1}") for n in range(8)
    )
    return [customer.pk for customer in customers], [gateway.pk for gateway in gateways]


def write_spool(path: Path, objects: tuple[Sequence[UUID], Sequence[UUID]]) -> None:
    """Write LINES answered calls that no earlier spool had."""
    customers, gateways = objects
    boot = time.time_ns()
    with path.open("w") as file:
        for place, (number, seconds) in enumerate(numbers(LINES)):
            start = 1_795_400_000 + place // 20
            unique = f"bench{boot}-{start}.{place}"
            columns = [
                "1", unique, unique, place, "551140001000", number, '""Bench"" <551140001000>', "from-internal",
                f"PJSIP/trunk.BENCH-{place:08x}", f"PJSIP/GW_Bench-{place:08x}", "Dial", f"{start}.000000",
                f"{start + 5}.000000", f"{start + 5 + seconds:.6f}", f"{5 + seconds:.6f}", f"{seconds:.6f}", "ANSWERED",
                "DOCUMENTATION", "BENCH", "", customers[place % len(customers)], "outbound", "",
                gateways[place % len(gateways)], "", number, 1, "ANSWER", 16, 200, 900,
            ]  # fmt: skip
            file.write(",".join(f'"{column}"' for column in columns) + "\n")


def insert_rows(objects: tuple[Sequence[UUID], Sequence[UUID]]) -> int:
    """Insert ROWS records, each by itself."""
    customers, gateways = objects
    boot = time.time_ns()
    for place, (number, seconds) in enumerate(numbers(ROWS)):
        Cdr.objects.create(
            node_name="bench", uniqueid=f"row{boot}-{place}", linkedid=f"row{boot}-{place}", sequence=place,
            payload_hash="0" * 64, src="551140001000", dst=number, dialled=number, direction="outbound",
            started_at=NOW, answered_at=NOW, ended_at=NOW, duration_seconds=seconds, billable_seconds=seconds,
            disposition="ANSWERED", customer_id=customers[place % len(customers)],
            gateway_id=gateways[place % len(gateways)],
        )  # fmt: skip
    return ROWS
