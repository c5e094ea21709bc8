"""The rounds, and the table of what each one cost."""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.db.models import QuerySet, Sum

from billing.authorization.stops.services import stop_account
from billing.models import Account, Cdr, CreditHold, Disposition, EntryKind, HoldState, LedgerEntry
from deploy.trial.traffic.sipp import Address, Call, place_call
from tests.bench.figure import machine
from tests.faults.engines import Engines
from tests.overspend.exchange import FUNDS, NUMBER, KillableExchange, wait_until

# What a call may last at most; the money ends long before.
HOLD_MS = 60_000
AWAY_SECONDS = 2.0
# A slice of ten seconds and the time after which what is held for it is an orphan.
EXPIRED_SECONDS = 45.0
SETTLED_SECONDS = 180.0


def nothing(_exchange: KillableExchange, _account: Account) -> None:
    """Let them call."""


def stop(_exchange: KillableExchange, account: Account) -> None:
    """Stop the account, as a person does."""
    stop_account(account_id=account.pk, reason="in the middle")


def kill_authorizers(exchange: KillableExchange, _account: Account) -> None:
    """Kill both; they come back after two seconds, as their units say."""
    for authorizer in exchange.authorizers:
        authorizer.kill()


def restart_redis(exchange: KillableExchange, _account: Account) -> None:
    """Kill Redis and start it again."""
    assert exchange.engines.valkey.child is not None
    exchange.engines.valkey.child.kill()
    time.sleep(AWAY_SECONDS)
    exchange.engines.valkey.start()


def restart_postgres(exchange: KillableExchange, _account: Account) -> None:
    """Kill PostgreSQL and start it again."""
    assert exchange.engines.postgres.child is not None
    exchange.engines.postgres.child.kill()
    time.sleep(AWAY_SECONDS)
    exchange.engines.postgres.start()
    connection.close()


def restart_asterisk(exchange: KillableExchange, _account: Account) -> None:
    """Kill Asterisk with all calls and start it again."""
    exchange.asterisk.kill()
    exchange.asterisk.start()


Fault = Callable[[KillableExchange, Account], None]
FAULTS: Mapping[str, Fault] = {
    "none": nothing,
    "account stopped": stop,
    "authorizers killed": kill_authorizers,
    "Redis killed": restart_redis,
    "PostgreSQL killed": restart_postgres,
    "Asterisk killed": restart_asterisk,
}


@dataclass(frozen=True)
class Round:
    """What became of one round: money in the account's currency."""

    fault: str
    callers: int
    answered: int
    funds: str
    charged: str
    balance: str
    overspent: str
    seconds: int


def run(engines: Engines, options: argparse.Namespace) -> bool:
    """Run the rounds, write the table, and return whether nothing was overspent."""
    faults = {name: fault for name, fault in FAULTS.items() if not options.only or name in options.only}
    rounds = []
    with ExitStack() as stack:
        exchange = KillableExchange(engines, stack)
        exchange.start()
        for name, fault in faults.items():
            rounds.append(play(exchange, name, fault, options))
            print(f"-- {rounds[-1]}", flush=True)
    write_results(options.results, rounds)
    print(table(rounds), flush=True)
    return all(Decimal(each.overspent) == 0 and each.answered for each in rounds)


def play(exchange: KillableExchange, name: str, fault: Fault, options: argparse.Namespace) -> Round:
    """Play one round.

    1. A new customer with funds for ten slices places all calls, so many a second; each goes on until it is cut.
    2. After a third of them the fault comes.
    3. Where all calls died with Asterisk, more are placed when what they held has expired.
    4. When all calls are over and all records imported, what was charged is compared with the funds.
    """
    account, host = exchange.new_customer()
    began = time.monotonic()
    takes = options.calls / options.rate
    with ThreadPoolExecutor(1) as callers:
        calling = callers.submit(_call, exchange, host, options)
        wait_until(lambda: CreditHold.objects.filter(account=account).exists(), 30, "nobody got through")
        time.sleep(takes / 3)
        fault(exchange, account)
        calling.result()
    wait_until(lambda: _is_settled(exchange, account), SETTLED_SECONDS, f"not settled: {name}")
    if not _talked(account).exists():
        time.sleep(EXPIRED_SECONDS)
        _call(exchange, host, options)
        wait_until(lambda: _is_settled(exchange, account), SETTLED_SECONDS, f"not settled: {name}")
    account.refresh_from_db()
    charged = -(
        LedgerEntry.objects.filter(account=account, kind=EntryKind.CALL).aggregate(sum=Sum("amount"))["sum"]
        or Decimal(0)
    )
    answered = _talked(account).count()
    assert account.balance == FUNDS - charged
    return Round(
        name, options.calls, answered, f"{FUNDS:.2f}", f"{charged:.2f}", f"{account.balance:.2f}",
        f"{max(charged - FUNDS, Decimal(0)):.2f}", round(time.monotonic() - began),
    )  # fmt: skip


def _call(exchange: KillableExchange, host: str, options: argparse.Namespace) -> None:
    """Place all calls of a round, and wait until the last one is over."""
    calls = Call(NUMBER, count=options.calls, rate=options.rate, waits_for_bye=True, hold_ms=HOLD_MS, traced=False)
    seconds = options.calls / options.rate + HOLD_MS / 1000
    place_call(calls, source=Address(host, 5060), target=Address(*exchange.asterisk.sip), seconds=seconds)


def _talked(account: Account) -> QuerySet[Cdr]:
    return Cdr.objects.filter(customer=account.customer, disposition=Disposition.ANSWERED)


def _is_settled(exchange: KillableExchange, account: Account) -> bool:
    """Tell whether no call is up, each record is imported and nothing is held any more for what was talked."""
    if "0 active calls" not in exchange.asterisk.cli("core show channels count"):
        return False
    ended = CreditHold.objects.filter(account=account, state=HoldState.ACTIVE, ended_at__isnull=False)
    return Cdr.objects.count() == exchange.records() and not ended.exists()


def table(rounds: list[Round]) -> str:
    """Return the rounds as a Markdown table."""
    headings = ["fault in the middle", "callers", "answered", "funds", "charged", "left", "overspent"]
    cells = [
        [each.fault, str(each.callers), str(each.answered), each.funds, each.charged, each.balance, each.overspent]
        for each in rounds
    ]
    rows = [headings, ["---"] + ["---:"] * 6, *cells]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def write_results(folder: Path, rounds: list[Round]) -> None:
    """Write overspend.json and overspend.md."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "machine": machine(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": [asdict(each) for each in rounds],
    }
    (folder / "overspend.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    (folder / "overspend.md").write_text(
        "# Overspent\n\n"
        "Callers of one prepaid customer with funds for ten slices of ten seconds, 1.00 a second, through a real\n"
        "Asterisk; two authorizers; a fault after a third of the calls. `python -m tests.overspend` writes this\n"
        "page.\n\n" + table(rounds)
    )
