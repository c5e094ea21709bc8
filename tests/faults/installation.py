"""The whole product on this machine, each part of it killable: engines, web, beat, worker, AMI by a proxy, Asterisk."""

import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from django.db import connection

from asterisk_sync.models import Node
from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import find_tree
from deploy.trial.ports import free_tcp_port
from deploy.trial.traffic.called_party import CalledParty
from deploy.trial.traffic.sipp import Address
from tests.faults.clock import Clock
from tests.faults.disk import SmallDisk
from tests.faults.engines import Engines
from tests.faults.gate import Gate
from tests.faults.keeper import Kept
from tests.faults.proxy import Proxy
from tests.faults.saves import Company
from tests.lab.network import own_network

NODE = "faults"
QUEUES = f"celery,node.{NODE}"


@dataclass
class Installation:
    """Started once for the battery; `stack` takes it all away."""

    engines: Engines
    random: Random
    stack: ExitStack
    asterisk: AsteriskInstance = field(init=False)
    disk: SmallDisk = field(init=False)
    # Of the node's machine, where the worker is, and of the one where beat is.
    clock: Clock = field(init=False)
    beat_clock: Clock = field(init=False)
    gate: Gate = field(init=False)
    proxy: Proxy = field(init=False)
    company: Company = field(init=False)
    workers: list[Kept] = field(default_factory=list, init=False)
    beat: Kept = field(init=False)
    web: Kept = field(init=False)
    web_port: int = field(default=0, init=False)
    node: Node = field(init=False)

    def start(self) -> None:
        """Bring everything up, and the first objects with it."""
        network = own_network()
        self.asterisk = AsteriskInstance(find_tree(), f"faults-{os.getpid()}", sip_address=network.host(1))
        self.stack.callback(self.asterisk.remove)
        self._mount()
        self.asterisk.start()
        self.proxy = Proxy((self.asterisk.ami_address, self.asterisk.ami_port))
        self.proxy.start()
        self.stack.callback(self.proxy.stop)
        self._prepare_folders()
        carrier = self.stack.enter_context(CalledParty(Address(network.host(10)), traced=False))
        self.node = self._save_node()
        self.company = Company(self.random, network.host(20), (carrier.address.host, carrier.address.port))
        self.company.found()
        self._start_processes()

    def _mount(self) -> None:
        self.disk = SmallDisk(self.asterisk.config_dir / "voipadmin")
        if SmallDisk.possible():
            self.disk.mount()
            self.stack.callback(self.disk.unmount)

    def _prepare_folders(self) -> None:
        folder = self.engines.folder / "battery"
        folder.mkdir()
        self.gate, self.clock, self.beat_clock = Gate(folder), Clock(folder, "worker"), Clock(folder, "beat")
        if Clock.possible():
            self.clock.build()
            self.beat_clock.build()

    def _save_node(self) -> Node:
        node: Node = Node.objects.create(
            name=NODE,
            ami_port=self.proxy.port,
            ami_secret=self.asterisk.config.ami_secret,
            config_path=str(self.asterisk.config_dir),
            spool_path=str(self.asterisk.spool_dir / "outgoing"),
            cdr_path=str(self.asterisk.cdr_file),
        )
        return node

    def _start_processes(self) -> None:
        self.web_port = free_tcp_port()
        self.web = self._kept("web", [
            *("-m", "gunicorn", "voipadmin.wsgi", "--bind", f"127.0.0.1:{self.web_port}"),
            *("--workers", "1", "--threads", "4", "--log-level", "info"),
        ], "Listening at", DEBUG="true")  # fmt: skip
        self.beat = self._kept("beat", [
            *("-m", "celery", "-A", "voipadmin", "beat", "--loglevel", "info", "--pidfile="),
        ], "beat: Starting", **self._moved(self.beat_clock))  # fmt: skip
        self.add_worker()
        self.beat.start()
        self.web.start()

    def _moved(self, clock: Clock) -> dict[str, str]:
        return clock.environment() if Clock.possible() else {}

    def set_clocks(self, hours: float) -> None:
        """Make it later on both machines; 0 is right."""
        if Clock.possible():
            self.clock.move(hours)
            self.beat_clock.move(hours)

    def add_worker(self) -> Kept:
        """Start one more worker."""
        name = f"worker{len(self.workers) + 1}"
        worker = self._kept(name, [
            *("-m", "tests.faults.worker", str(self.gate.folder), "-A", "voipadmin", "worker", "-Q", QUEUES),
            *("-n", f"{name}@localhost", "--concurrency", "2", "--loglevel", "info"),
            *("--without-gossip", "--without-mingle"),
        ], "ready.", **self._moved(self.clock))  # fmt: skip
        self.workers.append(worker)
        worker.start()
        return worker

    def remove_worker(self, worker: Kept) -> None:
        """End one."""
        self.workers.remove(worker)
        worker.stop()

    def _kept(self, name: str, argv: list[str], ready: str, **more: str) -> Kept:
        root = "" if self.asterisk.tree.is_system else str(self.asterisk.tree.root)
        env = {**os.environ, "ASTERISK_ROOT": root, "DEBUG": "false", "PYTHONUNBUFFERED": "1", **more}
        # No authorizer runs here: calls of customers without limits go out unasked.
        env["AUTHORIZER_DOWN_POSTPAID"] = "true"
        log = self.engines.folder / f"{name}.log"
        kept = Kept(name=name, argv=[sys.executable, *argv], env=env, log=log, ready=ready)
        self.stack.callback(kept.stop)
        return kept

    @property
    def current(self) -> Path:
        """The link to the live set."""
        return self.asterisk.config_dir / "voipadmin" / "current"

    def read_node(self) -> Node:
        """Return the node's row as it is now; a connection that the database cut is opened again."""
        connection.close_if_unusable_or_obsolete()
        node: Node = Node.objects.get(pk=self.node.pk)
        return node

    def restarts(self) -> dict[str, int]:
        """Return how often each process came back."""
        return {kept.name: kept.restarts for kept in (*self.workers, self.beat, self.web)}
