"""`python -m tests.billing.ingest.kills`: the import of many records, killed again and again; what came out of it.

CDR_LINES (default 1,000,000) calls, a tenth of them twice and some out of order, are imported by `manage.py import_cdr`
in a process of its own, which is killed with SIGKILL CDR_KILLS (default 50) times wherever it is.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

import psycopg

from deploy.trial.engines import leave, throw_away_engines

REPOSITORY = Path(__file__).resolve().parents[3]
RESULTS = REPOSITORY / "docs" / "results" / "import_under_kills.json"
DUPLICATES, OUT_OF_ORDER = 0.10, 0.05
CUSTOMERS, PRICE_PER_MINUTE = 50, Decimal("0.08")
FIRST_SECOND = 1_795_400_000
LONGEST = 600


@dataclass(frozen=True)
class Outcome:
    """What was written to the file, and what the database has of it."""

    lines: int
    calls: int
    kills: int
    records: int
    entries: int
    charged: str
    expected: str
    balances: str
    seconds: float

    @property
    def is_exact(self) -> bool:
        """Tell whether each call is there once, with one entry, and every amount adds up."""
        once = self.records == self.entries == self.calls
        return once and self.charged == self.expected == self.balances


def write_spool(path: Path, calls: int, customers: list[str], chance: random.Random) -> tuple[int, Decimal]:
    """Write the calls, some twice, some later than their turn; return the lines and what they come to."""
    total, lines, late = Decimal(0), 0, []
    with path.open("w") as file:
        for place in range(calls):
            minutes = 1 + place % 5
            total += minutes * PRICE_PER_MINUTE
            line = _line(place, minutes, customers[place % len(customers)])
            for copy in [line] * (2 if chance.random() < DUPLICATES else 1):
                lines += 1
                if chance.random() < OUT_OF_ORDER:
                    late.append(copy)
                else:
                    file.write(copy)
            if len(late) > calls // 100:
                chance.shuffle(late)
                file.writelines(late)
                late.clear()
        file.writelines(late)
    return lines, total


def _line(place: int, minutes: int, customer: str) -> str:
    start = FIRST_SECOND + place // 20
    unique = f"kills-{start}.{place}"
    columns = [
        "1", unique, unique, place, "551140001000", f"5511{900000000 + place % 1000000}", "", "from-internal",
        f"PJSIP/trunk.K-{place:08x}", f"PJSIP/GW-{place:08x}", "Dial", f"{start}.000000", f"{start + 5}.000000",
        f"{start + 5 + 60 * minutes}.000000", f"{5 + 60 * minutes}.000000", f"{60 * minutes}.000000", "ANSWERED",
        "DOCUMENTATION", "", "", customer, "outbound", "", "", "", f"5511{900000000 + place % 1000000}", 1, "ANSWER",
        16, 200, 900,
    ]  # fmt: skip
    return ",".join(f'"{column}"' for column in columns) + "\n"


def import_with_kills(path: Path, kills: int, chance: random.Random, connection: psycopg.Connection) -> int:
    """Import the file, killing the process at chance moments of its work; return how often it was killed."""
    killed = 0
    while True:
        process = subprocess.Popen([sys.executable, "manage.py", "import_cdr", str(path)], cwd=REPOSITORY)
        if killed < kills and _wait_for_progress(process, connection, chance):
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
            continue
        status = process.wait()
        if status != 0:
            raise RuntimeError(f"the import ended with {status}")
        return killed


def _wait_for_progress(process: subprocess.Popen[bytes], connection: psycopg.Connection, chance: random.Random) -> bool:
    """Wait until the process has committed a batch or is at one, and a little longer; tell whether it still runs."""
    before = _offset(connection)
    while process.poll() is None:
        if _offset(connection) != before:
            time.sleep(chance.random())
            return process.poll() is None
        time.sleep(0.02)
    return False


def _offset(connection: psycopg.Connection) -> int:
    row = connection.execute('SELECT coalesce(sum("offset"), 0) FROM billing_spoolposition').fetchone()
    return int(row[0]) if row else 0


def prepare(connection: psycopg.Connection) -> list[str]:
    """Make a tariff and customers with their accounts, as the panel does; return the customers' ids."""
    program = (
        "from customers.models import Customer; from billing.models import Tariff; from django.utils import timezone;"
        "from datetime import timedelta\n"
        f"for n in range({CUSTOMERS}): Customer.objects.create(code=f'KILL{{n}}', name=f'Kill {{n}}')\n"
        f"Tariff.objects.create(name='All', pattern='55', price_per_minute='{PRICE_PER_MINUTE}',"
        " effective_from=timezone.now() - timedelta(days=3650))"
    )
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=REPOSITORY, check=True)
    subprocess.run([sys.executable, "manage.py", "shell", "-v0", "-c", program], cwd=REPOSITORY, check=True)
    return [str(key) for (key,) in connection.execute("SELECT id FROM customers_customer ORDER BY code").fetchall()]


def measure(calls: int, kills: int, seed: int = 4) -> Outcome:
    """Do it all, in the engines of the environment."""
    chance = random.Random(seed)  # noqa: S311 - chance kills processes here, it keeps no secrets
    with (
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection,
        tempfile.TemporaryDirectory() as folder,
    ):
        customers, path = prepare(connection), Path(folder) / "voipadmin.csv"
        lines, expected = write_spool(path, calls, customers, chance)
        began = time.monotonic()
        killed = import_with_kills(path, kills, chance, connection)
        seconds = time.monotonic() - began
        records, entries, charged, balances = next(_counts(connection))
    return Outcome(
        lines, calls, killed, records, entries, _plain(charged), _plain(expected), _plain(balances), round(seconds, 1)
    )


def _counts(connection: psycopg.Connection) -> Iterator[tuple[int, int, Decimal, Decimal]]:
    yield from connection.execute(
        """SELECT (SELECT count(*) FROM billing_cdr), (SELECT count(*) FROM billing_ledgerentry),
        (SELECT -coalesce(sum(amount), 0) FROM billing_ledgerentry),
        (SELECT -coalesce(sum(balance), 0) FROM billing_account)"""
    ).fetchall()


def _plain(amount: Decimal) -> str:
    return f"{amount:.6f}"


def main() -> None:
    """Measure, print and keep the outcome; exit 1 where anything is lost or there twice."""
    signal.signal(signal.SIGTERM, leave)
    os.environ.update(DJANGO_SETTINGS_MODULE="voipadmin.settings", HTTPS="false")
    with throw_away_engines() as environment:
        os.environ.update(environment)
        outcome = measure(int(os.environ.get("CDR_LINES", "1000000")), int(os.environ.get("CDR_KILLS", "50")))
    text = json.dumps({**asdict(outcome), "exact": outcome.is_exact}, indent=1)
    print(text)
    RESULTS.write_text(text + "\n")
    sys.exit(0 if outcome.is_exact else 1)


if __name__ == "__main__":
    main()
