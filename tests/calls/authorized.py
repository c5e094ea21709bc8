"""The authorizer of a test, the real service as a process of its own, and the accounts that it is asked about."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from billing.accounts.ledger import Movement, account_of, enter
from billing.models import Account, AccountKind, CreditHold, EntryKind, RefusedCall
from customers.models import Customer
from deploy.trial.process import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 90.0


def database_url() -> str:
    """Return the test's database for another process."""
    values = connection.settings_dict
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def terms(customer: Customer, *, funds: int = 0, **fields: Any) -> Account:
    """Save terms of the customer's account and enter its funds; return the account."""
    account = account_of(customer)
    for name, value in fields.items():
        setattr(account, name, value)
    account.save()
    if funds:
        enter(account=account, movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal(funds)))
    return account


def prepaid(customer: Customer, funds: int) -> Account:
    """Have the customer pay before it calls, with `funds` to call with; return the account."""
    return terms(customer, funds=funds, kind=AccountKind.PREPAID)


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so; fail with the money that is set aside where it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, list(CreditHold.objects.values())
        time.sleep(0.05)


def wait_for_refused_rows(count: int) -> None:
    """Wait until the service wrote so many refused calls: it writes them some seconds later, together."""
    wait_until(lambda: RefusedCall.objects.count() >= count)


@contextmanager
def authorizer(**environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `manage.py call_authorizer` for the time of a block; settings by their names in the environment."""
    host, _colon, port = settings.AUTHORIZER_ADDRESS.rpartition(":")
    process = subprocess.Popen(
        [*die_with_parent(signal.SIGKILL), sys.executable, "manage.py", "call_authorizer"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url(), **environment},
    )
    try:
        _wait_for(process, host, int(port))
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


def _wait_for(process: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "the authorizer ended"
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the authorizer does not listen"
            time.sleep(0.1)
        else:
            return
