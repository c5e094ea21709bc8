"""An exchange whose parts can be killed: Asterisk, two authorizers, the import of records, both engines."""

import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection

from asterisk_sync.models import Node, RunOutcome
from asterisk_sync.pipeline.run import synchronise
from billing.accounts.ledger import Movement, account_of, enter
from billing.models import Account, AccountKind, EntryKind
from customers.models import Customer
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import find_tree
from deploy.trial.ports import free_tcp_port
from deploy.trial.traffic.called_party import CalledParty
from deploy.trial.traffic.sipp import Address
from tests.factories.billing import TariffFactory
from tests.factories.customers import CustomerFactory, TrunkAddressFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from tests.faults.engines import Engines
from tests.faults.keeper import Kept
from tests.lab.network import LabNetwork, own_network

NUMBER, PREFIX = "011987654321", "55"
# A second costs one, a slice ten: the money is for ten slices.
PER_MINUTE, SLICE_SECONDS, FUNDS = Decimal(60), 10, Decimal(100)
CALLERS = 20


@dataclass
class KillableExchange:
    """Started once; `stack` takes it all away."""

    engines: Engines
    stack: ExitStack
    network: LabNetwork = field(default_factory=own_network)
    asterisk: AsteriskInstance = field(init=False)
    node: Node = field(init=False)
    authorizers: list[Kept] = field(default_factory=list, init=False)
    customers: int = 0

    def start(self) -> None:
        """Bring everything up, with a carrier that answers and a tariff."""
        self.asterisk = AsteriskInstance(find_tree(), f"overspend-{os.getpid()}", sip_address=self.network.host(1))
        self.stack.callback(self.asterisk.remove)
        self.asterisk.start()
        self.node = Node.objects.create(
            name="overspend", ami_port=self.asterisk.ami_port, ami_secret=self.asterisk.config.ami_secret,
            config_path=str(self.asterisk.config_dir), spool_path=str(self.asterisk.spool_dir / "outgoing"),
            cdr_path=str(self.asterisk.cdr_file),
        )  # fmt: skip
        carrier = self.stack.enter_context(CalledParty(Address(self.network.host(10)), traced=False))
        gateway = GatewayFactory.create(
            name="GW_Vivo_SP", qualify=False, host=carrier.address.host, port=carrier.address.port, channel_limit=5000
        )
        RouteFactory.create(pattern="_X.", gateways=[gateway])
        TariffFactory.create(
            pattern=PREFIX, price_per_minute=PER_MINUTE, cost_per_minute=Decimal(1), initial_block_seconds=1,
            increment_seconds=1, free_seconds=0, connect_fee=0,
        )  # fmt: skip
        # The dialplan asks the first; the other one sweeps, takes calls up and prolongs them all the same.
        settings.AUTHORIZER_ADDRESS = f"127.0.0.1:{free_tcp_port('127.0.0.1')}"
        for address in (settings.AUTHORIZER_ADDRESS, f"127.0.0.1:{free_tcp_port('127.0.0.1')}"):
            name = f"authorizer{len(self.authorizers) + 1}"
            self.authorizers.append(self._kept(name, "call_authorizer", AUTHORIZER_ADDRESS=address))
            self._wait_for(address)
        self._kept("import", "import_cdr", "--follow")

    def _kept(self, name: str, *argv: str, **more: str) -> Kept:
        env = {**os.environ, "PYTHONUNBUFFERED": "1", "AUTHORIZER_SLICE_SECONDS": str(SLICE_SECONDS), **more}
        kept = Kept(name, [sys.executable, "manage.py", *argv], env, self.engines.folder / f"{name}.log")
        self.stack.callback(kept.stop)
        kept.start()
        return kept

    @staticmethod
    def _wait_for(address: str) -> None:
        host, _colon, port = address.rpartition(":")

        def listens() -> bool:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError:
                return False
            return True

        wait_until(listens, 60, f"nobody listens at {address}")

    def new_customer(self) -> tuple[Account, str]:
        """Save a prepaid customer with its money, on the node; return its account and where it calls from."""
        self.customers += 1
        host = self.network.host(CALLERS + self.customers)
        customer: Customer = CustomerFactory.create(
            code=f"CALLER{self.customers}", channel_limit=5000, calls_per_second=5000
        )
        TrunkAddressFactory.create(customer=customer, network=host, port=5060)
        account = account_of(customer)
        account.kind = AccountKind.PREPAID
        account.save()
        enter(account=account, movement=Movement(kind=EntryKind.TOP_UP, amount=FUNDS))
        run = synchronise(self.node.pk)
        assert run is not None
        assert run.outcome == RunOutcome.APPLIED, run.reason
        # The authorizers read it with their next sweep.
        time.sleep(3)
        return account, host

    def records(self) -> int:
        """Return how many lines Asterisk has written."""
        file = Path(self.asterisk.cdr_file)
        return file.read_bytes().count(b"\n") if file.exists() else 0


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something; raise TimeoutError with `what` where it does not come. The database may be away meanwhile."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OperationalError:
            connection.close()
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.2)
