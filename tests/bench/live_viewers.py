"""What the page of the calls up now costs: 500 calls and 50 viewers beside nobody's calls and one viewer.

The web process is gunicorn as it is deployed, with one worker, and nginx in front of it where there is one; the
processor time of both counts. Each viewer polls what an open page polls: the calls every two seconds, the spend every
ten, the state of the nodes every four; it says which drawings it has, and has its addresses renewed every 110 seconds.
Prices change every second.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import django
from django.core.management import call_command

from deploy.trial.ports import free_tcp_port
from tests.bench.figure import Figure
from tests.bench.proxy import nginx, proxy_of

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402 - see above
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402 - see above
from django.utils import timezone  # noqa: E402 - see above

from asterisk_sync.live.calls import CallState, CallUp  # noqa: E402 - see above
from asterisk_sync.live.calls_store import NodeCalls, publish_calls  # noqa: E402 - see above
from asterisk_sync.models import Node  # noqa: E402 - see above
from customers.models import Customer  # noqa: E402 - see above
from routing.models import Gateway, Provider  # noqa: E402 - see above
from voipadmin.users.models import User  # noqa: E402 - see above
from voipadmin.users.roles import Role  # noqa: E402 - see above

CALLS = int(os.environ.get("BENCH_CALLS_UP", "500"))
VIEWERS = int(os.environ.get("BENCH_VIEWERS", "50"))
SECONDS = float(os.environ.get("BENCH_VIEWER_SECONDS", "40"))
RENEW_SECONDS = 110.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = "/live/calls/"
# What the open page polls: where each address comes from, and how often it is asked.
PARTS = {f"{PAGE}poll/": 2.0, "/live/burn/": 10.0, "/sync/indicator/poll/": 4.0}
ADDRESSES = f"/live/addresses/?{urlencode([('of', path) for path in PARTS])}"


def measure() -> Iterator[Figure]:
    """Yield the figure."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    node, calls = prepare()
    sessions = [session_of(number) for number in range(VIEWERS)]
    with ExitStack() as running:
        process, port = running.enter_context(web_process())
        processes = [process.pid]
        warm_up(port, sessions[0])
        if program := nginx():
            proxy, port = running.enter_context(proxy_of(program, port))
            processes.append(proxy.pid)
            warm_up(port, sessions[0])
        told = running.enter_context(told_every_second(node, calls))
        told.calls = ()
        idle = watched(processes, port, sessions[:1])
        told.calls = calls
        busy = watched(processes, port, sessions)
    yield Figure(
        "live_viewers",
        round(busy.cpu_ms, 2),
        "ms of processor time a second",
        round(idle.cpu_ms, 2),
        "one viewer, no calls",
        f"{CALLS} calls up and {VIEWERS} viewers cost no more than twice one viewer of an idle system",
        {
            "calls": CALLS, "viewers": VIEWERS, "seconds": SECONDS, "polls": busy.polls, "polls_idle": idle.polls,
            "answered_304": busy.known, "bytes_per_drawing": busy.largest, "p95_ms": round(busy.p95_ms, 2),
            "p95_ms_idle": round(idle.p95_ms, 2), "nginx": program is not None,
        },
    )  # fmt: skip


def prepare() -> tuple[Node, tuple[CallUp, ...]]:
    """Save a node, gateways and customers; return the node with calls of these."""
    node = Node.objects.create(name="bench")
    provider = Provider.objects.create(name="Carrier", cost_per_minute=Decimal("0.01"))
    gateways = [
        Gateway.objects.create(name=f"GW_{n}", provider=provider, host=f"198.51.100.{n}", channel_limit=100)
        for n in range(1, 11)
    ]
    customers = [Customer.objects.create(code=f"C{n}", name=f"C{n}", channel_limit=50) for n in range(40)]
    return node, tuple(_call(n, customers[n % 40], gateways[n % 10]) for n in range(CALLS))


def _call(number: int, customer: Customer, gateway: Gateway) -> CallUp:
    key = f"bench-1700000000.{number}"
    began = timezone.now() - timedelta(seconds=number)
    return CallUp(
        key, f"PJSIP/u-{number}", key, began, CallState.UP, "outbound", "551140001000", "5511987654321",
        endpoint=f"trunk.{customer.code}", customer_id=str(customer.pk), gateway_id=str(gateway.pk), codec="alaw",
        answered_at=began, customer=customer.code, gateway=gateway.name, price=Decimal("1.0000"), currency="BRL",
        cost=Decimal("0.5000"), cost_currency="BRL", margin=Decimal("0.5000"), held=Decimal(3),
    )  # fmt: skip


def session_of(number: int) -> str:
    """Log an operator in; return the session's key."""
    user = User.objects.create_user(username=f"viewer{number}", password=None, role=Role.OPERATOR)
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "voipadmin.users.backends.RoleBackend"
    session.create()
    return str(session.session_key)


@dataclass
class Told:
    """What the node tells at this moment."""

    calls: Sequence[CallUp] = ()


@contextmanager
def told_every_second(node: Node, calls: Sequence[CallUp]) -> Iterator[Told]:
    """Tell Redis of the calls as the AMI worker does, with prices that rise."""
    told, stop = Told(calls), threading.Event()

    def tell() -> None:
        rise = Decimal(0)
        while not stop.is_set():
            rise += Decimal("0.0100")
            rows = tuple(_dearer(call, rise) for call in told.calls)
            publish_calls(NodeCalls(node.pk, node.name, timezone.now(), rows))
            stop.wait(1)

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


def _dearer(call: CallUp, rise: Decimal) -> CallUp:
    return call._replace(price=(call.price or 0) + rise, margin=(call.margin or 0) + rise)


@contextmanager
def web_process() -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Run gunicorn as it is deployed, with one worker; yield it and its port."""
    port = free_tcp_port("127.0.0.1")
    command = ["gunicorn", "voipadmin.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4"]
    process = subprocess.Popen([sys.executable, "-m", *command, "--log-level", "warning"])
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait(20)


def warm_up(port: int, session: str) -> None:
    """Ask for the page until it is there, so that everything is imported and every template is read."""
    deadline = time.monotonic() + 120
    while True:
        try:
            Viewer(port, session).open()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


@dataclass
class Watched:
    """What watching cost and brought."""

    cpu_ms: float = 0.0
    polls: int = 0
    known: int = 0
    largest: int = 0
    took: list[float] = field(default_factory=list)

    @property
    def p95_ms(self) -> float:
        """Return the milliseconds that 95 % of the polls took no longer than."""
        return sorted(self.took)[int(len(self.took) * 0.95)] * 1000 if self.took else 0.0


@dataclass
class Part:
    """A part of the page: where its address is renewed, how often it is polled, and when that is due next."""

    renewed_at: str
    every: float
    address: str = ""
    mark: str = ""
    due: float = 0.0


@dataclass
class Viewer:
    """A browser that has the page open; nginx keeps its connection."""

    port: int
    session: str
    keeps_connection: bool = False
    parts: list[Part] = field(default_factory=list)
    renewal: float = 0.0
    connection: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=30)

    def _get(self, path: str, **headers: str) -> tuple[int, str, bytes]:
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        told = answer.status, answer.headers.get("ETag", ""), answer.read()
        if not self.keeps_connection:
            # As nginx does in front of it: a connection for each request.
            self.connection.close()
        return told

    def open(self) -> None:
        """Open the page, and get the addresses of its parts."""
        status, _mark, body = self._get(PAGE, Cookie=f"sessionid={self.session}")
        assert status == 200, (status, body[:300])
        self.parts = [Part(path, every) for path, every in PARTS.items()]
        self.renew()

    def renew(self) -> None:
        """Get the next addresses of the parts."""
        _status, _mark, body = self._get(ADDRESSES, Cookie=f"sessionid={self.session}")
        polls = json.loads(body)["polls"]
        for part in self.parts:
            part.address = polls[part.renewed_at]

    def poll(self, part: Part, result: Watched) -> None:
        """Ask for what changed in a part."""
        began = time.perf_counter()
        headers = {"If-None-Match": part.mark} if part.mark else {}
        status, mark, body = self._get(part.address, **{"Accept-Encoding": "gzip", **headers})
        assert status in {200, 304}, status
        result.took.append(time.perf_counter() - began)
        result.polls += 1
        result.known += status == 304
        result.largest = max(result.largest, len(body))
        part.mark = mark or part.mark


def watched(processes: Sequence[int], port: int, sessions: Sequence[str]) -> Watched:
    """Watch the page with a viewer for each session for the time of the measurement."""
    viewers = [Viewer(port, session, keeps_connection=len(processes) > 1) for session in sessions]
    result, dice = Watched(), Random(7)  # noqa: S311 - which second a viewer came in is no secret
    for viewer in viewers:
        viewer.open()
    now = time.monotonic()
    parts = [(part, viewer) for viewer in viewers for part in viewer.parts]
    for part, _viewer in parts:
        # Viewers came at different times.
        part.due = now + dice.random() * part.every
    for viewer in viewers:
        viewer.renewal = now + dice.random() * RENEW_SECONDS
    before, began = processor_seconds(processes), time.monotonic()
    while (now := time.monotonic()) < began + SECONDS:
        part, viewer = min(parts, key=lambda item: item[0].due)
        time.sleep(max(0.0, part.due - now))
        if viewer.renewal <= part.due:
            viewer.renew()
            viewer.renewal += RENEW_SECONDS
        viewer.poll(part, result)
        part.due += part.every
    result.cpu_ms = 1000 * (processor_seconds(processes) - before) / (time.monotonic() - began)
    return result


def processor_seconds(processes: Sequence[int]) -> float:
    """Return the processor time of processes and their children so far."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        if int(status.parent.name) in processes or int(fields[1]) in processes:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total
