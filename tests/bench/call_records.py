"""Call record lines imported per second from the spools of two nodes at once, beside rows inserted one by one."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from uuid import UUID

import django
from django.core.management import call_command

from tests.bench.figure import Figure
from tests.bench.rating import MOBILES, NOW, ROUNDS, numbers

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from billing.accounts.ledger import account_of  # noqa: E402 - see above
from billing.cdrs.files.spool_file import SpoolFile  # noqa: E402 - see above
from billing.cdrs.files.spool_import import SpoolImporter  # noqa: E402 - see above
from billing.models import Cdr, Tariff  # noqa: E402 - see above
from customers.models import Customer  # noqa: E402 - see above
from routing.models import Gateway, Provider  # noqa: E402 - see above
from tests.billing.importing import import_all  # noqa: E402 - see above

# Of each node; each has a process of its own, as it has a service of its own.
LINES = int(os.environ.get("BENCH_CDR_LINES", "100000"))
NODES = 2
ROWS = 2_000

Objects = tuple[Sequence[UUID], Sequence[UUID]]
Work = Callable[[int, Path, Objects], int]
_importers: dict[int, SpoolImporter] = {}


def measure() -> Iterator[Figure]:
    """Yield the figure."""
    yield imported_lines()


def imported_lines() -> Figure:
    """Import new calls: read, check, attribute, price, write and charge; the yardstick writes rows one by one."""
    call_command("migrate", verbosity=0)
    objects = prepare()
    fresh, again, alone, one_by_one = [], [], [], []
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(NODES, get_context("spawn")) as beside:
        paths = [Path(folder) / f"{node}.csv" for node in range(NODES)]

        def per_second(work: Work, nodes: int = NODES) -> float:
            began = time.perf_counter()
            waiting = [beside.submit(work, node, paths[node], objects) for node in range(nodes)]
            return sum(each.result() for each in waiting) / (time.perf_counter() - began)

        for round_number in range(ROUNDS + 1):
            for path in paths:
                write_spool(path, objects)
            rate = per_second(import_spool)
            twice = per_second(import_once_more)
            if round_number:  # the first one makes both processes ready
                fresh.append(rate)
                again.append(twice)
                write_spool(paths[0], objects)
                alone.append(per_second(import_spool, 1))
                check_prices()
                one_by_one.append(per_second(insert_rows))
    return figure_of(fresh, again, alone, one_by_one)


def figure_of(fresh: list[float], again: list[float], alone: list[float], one_by_one: list[float]) -> Figure:
    """Return the figure by the lines a second of each round."""
    return Figure(
        name="imported_cdr_lines",
        value=round(median(fresh)),
        unit="lines/s",
        yardstick=round(median(one_by_one)),
        yardstick_name="the same columns, unpriced, inserted row by row through the ORM, by as many processes",
        wanted="30,000",
        details={
            "lines_of_each_node": LINES,
            "nodes": NODES,
            "tariffs": len(MOBILES),
            "rounds": ROUNDS,
            "lines_per_second_read_again": round(median(again)),
            "lines_per_second_of_one_node_alone": round(median(alone)),
        },
    )


def check_prices() -> None:
    """Raise RuntimeError where an imported call has no price: the rate would mean nothing."""
    if Cdr.objects.filter(price=None, uniqueid__startswith="bench").exists():
        raise RuntimeError("some calls have no price")


def import_spool(node: int, path: Path, _objects: Objects) -> int:
    """Import all of a spool; return how many calls are new."""
    importer = _importers.setdefault(node, SpoolImporter(f"bench{node}"))
    with SpoolFile(path) as spool:
        imported = import_all(importer, spool).imported
    if imported != LINES:
        raise RuntimeError(f"{imported} of {LINES} lines")
    return imported


def import_once_more(node: int, path: Path, _objects: Objects) -> int:
    """Import a copy of a spool that was imported already; return how many calls were known."""
    importer = _importers.setdefault(node, SpoolImporter(f"bench{node}"))
    copy = path.with_suffix(".again")
    copy.write_bytes(path.read_bytes())
    with SpoolFile(copy) as spool:
        return import_all(importer, spool).duplicates


def prepare() -> Objects:
    """Make tariffs, customers and gateways; return the ids of the last two."""
    since = NOW - timedelta(days=3650)
    Tariff.objects.bulk_create(
        Tariff(name=prefix, pattern=prefix, price_per_minute=Decimal("0.08"), effective_from=since)
        for prefix in MOBILES
    )
    customers = Customer.objects.bulk_create(Customer(code=f"BENCH{n}", name=f"Bench {n}") for n in range(200))
    for customer in customers:
        account_of(customer)
    carrier = Provider.objects.create(name="Bench", cost_per_minute=Decimal("0.03"))
    gateways = Gateway.objects.bulk_create(
        Gateway(name=f"GW_Bench{n}", provider=carrier, host=f"198.18.0.{n + 1}") for n in range(8)
    )
    return [customer.pk for customer in customers], [gateway.pk for gateway in gateways]


def write_spool(path: Path, objects: Objects) -> None:
    """Write LINES answered calls that no earlier spool had."""
    path.unlink(missing_ok=True)
    customers, gateways = objects
    boot = time.time_ns()
    with path.open("w") as file:
        for place, (number, seconds) in enumerate(numbers(LINES)):
            start = 1_795_400_000 + place // 20
            unique = f"bench{boot}-{start}.{place}"
            columns = [
                "2", unique, unique, place, "551140001000", number, '""Bench"" <551140001000>', "from-internal",
                f"PJSIP/trunk.BENCH-{place:08x}", f"PJSIP/GW_Bench-{place:08x}", "Dial", f"{start}.000000",
                f"{start + 5}.000000", f"{start + 5 + seconds:.6f}", f"{5 + seconds:.6f}", f"{seconds:.6f}", "ANSWERED",
                "DOCUMENTATION", "BENCH", "", customers[place % len(customers)], "outbound", "",
                gateways[place % len(gateways)], "", number, 1, "ANSWER", 16, 200, 900,
                "551140001000", "mobile",
            ]  # fmt: skip
            file.write(",".join(f'"{column}"' for column in columns) + "\n")


def insert_rows(_node: int, _path: Path, objects: Objects) -> int:
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
