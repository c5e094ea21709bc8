"""Pages with ten million call records behind them: each asked for at 20 requests a second, beside plain SQL.

The data are those of `make bench-data`: made for this run (`BENCH_RECORDS`), or kept ones, for which
`python -m tests.bench.data --keep FOLDER --pages` asks. Besides the figure, a list of pages goes into docs/results.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import django

from deploy.trial.ports import free_tcp_port

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from django.core.management import call_command  # noqa: E402 - see above
from django.db import connection  # noqa: E402 - see above
from django.test import Client  # noqa: E402 - see above
from django.test.utils import CaptureQueriesContext  # noqa: E402 - see above

from tests.bench.asked_pages import Page, pages  # noqa: E402 - see above
from tests.bench.axe import Findings, findings_of  # noqa: E402 - see above
from tests.bench.data.kept import fill_once  # noqa: E402 - see above
from tests.bench.figure import Figure, machine  # noqa: E402 - see above
from voipadmin.users.models import User  # noqa: E402 - see above
from voipadmin.users.roles import Role  # noqa: E402 - see above

RECORDS = int(os.environ.get("BENCH_RECORDS", "1000000"))
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "40"))
PER_SECOND, WORKERS, START_SECONDS, SLOW_MS = 20, 2, 60, 1_000
# As in deploy/systemd/voipadmin-web.service, with a worker for each of two cores.
SERVED_BY = ("--workers", str(WORKERS), "--threads", "4", "--log-level", "error")
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results" / "pages.md"
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a page took: milliseconds of the slowest twentieth and of its SQL, its queries and bytes."""

    page: Page
    p95: float
    queries: int
    size: int
    sql_ms: float


def measure() -> Iterator[Figure]:
    """Yield the figure, of data that are made now."""
    with tempfile.TemporaryDirectory() as folder:
        yield measure_pages(fill_once(Path(folder), RECORDS))


def measure_pages(filled: Mapping[str, float]) -> Figure:
    """Return how many pages keep their goal; the yardstick is all of them."""
    call_command("collectstatic", interactive=False, verbosity=0)
    client = _signed_in()
    asked = [page for page in pages() if _is_shown(client, page)]
    with _server() as port:
        measured = [_measure(page, client, port) for page in asked]
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        findings = findings_of([page.address for page in asked], f"http://{HOST}:{port}", cookies)
    RESULTS.write_text(_listed(measured, findings, int(filled["records"])))
    slow = max(measured, key=lambda one: one.p95 / one.page.goal)
    return Figure(
        name="pages",
        value=sum(one.p95 <= one.page.goal for one in measured),
        unit="pages within their goal",
        yardstick=len(measured),
        yardstick_name="all pages that were asked for, 20 times a second",
        wanted="all",
        details={
            "records": int(filled["records"]),
            "slowest": slow.page.name,
            "slowest_p95_ms": round(slow.p95),
            "load_of_the_machine": round(os.getloadavg()[0], 1),
        },
    )


def _signed_in() -> Client:
    user, _made = User.objects.get_or_create(username="bench", defaults={"role": Role.ADMIN})
    client = Client(headers={"host": HOST})
    client.force_login(user)
    return client


def _is_shown(client: Client, page: Page) -> bool:
    """Tell whether an address is a page that GET shows; others lead elsewhere, take a POST or give a file.

    Raise RuntimeError for one that fails: it must not vanish from the list.
    """
    answer = client.get(page.address)
    if answer.status_code in {http.HTTPStatus.FOUND, http.HTTPStatus.METHOD_NOT_ALLOWED}:
        return False
    if answer.status_code != http.HTTPStatus.OK:
        raise RuntimeError(f"{page.address}: {answer.status_code}")
    return bool(answer["Content-Type"].startswith("text/html"))


@contextmanager
def _server() -> Iterator[int]:
    """Run the panel as it is served, with two workers; yield the port."""
    port = free_tcp_port(HOST)
    command = [sys.executable, "-m", "gunicorn", "voipadmin.wsgi", "--bind", f"{HOST}:{port}", *SERVED_BY]
    server = subprocess.Popen(command, env={**os.environ, "ALLOWED_HOSTS": HOST})
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(port):
            if time.monotonic() > until:
                raise RuntimeError("the panel does not answer")
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    try:
        _get("/health/live", port, "")
    except OSError:
        return False
    return True


def _measure(page: Page, client: Client, port: int) -> Measured:
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page.address, headers={"accept-language": "en"})
    taken = _asked_steadily(lambda: _get(page.address, port, cookie))
    return Measured(page, quantiles(taken, n=20)[-1], len(captured), len(answer.content), _plain(page))


def _asked_steadily(ask: Callable[[], float]) -> list[float]:
    """Ask at a steady pace, whether or not the one before was answered; return the milliseconds of each.

    A page that takes longer than a second would queue up: it is asked for one by one, five times.
    """
    ask()
    if (first := ask()) > SLOW_MS:
        return [first, *(ask() for _again in range(4))]
    with ThreadPoolExecutor(PER_SECOND) as pool:
        began = time.monotonic()
        waiting = []
        for place in range(REQUESTS):
            time.sleep(max(0.0, began + place / PER_SECOND - time.monotonic()))
            waiting.append(pool.submit(ask))
        return [each.result() for each in waiting]


def _get(address: str, port: int, cookie: str) -> float:
    began = time.perf_counter()
    asked = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        asked.request("GET", address, headers={"Cookie": cookie, "Accept-Language": "en"})
        answer = asked.getresponse()
        answer.read()
    finally:
        asked.close()
    if answer.status >= http.HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"{address}: {answer.status}")
    return (time.perf_counter() - began) * 1000


def _plain(page: Page) -> float:
    """Return the milliseconds of the same question as plain SQL, the quickest of three; 0 where it has none."""
    if not page.sql:
        return 0.0
    taken = []
    with connection.cursor() as cursor:
        for _time in range(3):
            began = time.perf_counter()
            cursor.execute(page.sql, page.values)
            cursor.fetchall()
            taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


def _listed(measured: Sequence[Measured], findings: Findings, records: int) -> str:
    facts = machine()
    kept = sum(one.p95 <= one.page.goal for one in measured)
    head = f"""# Pages

With {records:,} call records over 13 months (`make bench-data`), each page was asked for {REQUESTS} times at
{PER_SECOND} requests a second (one by one where a request takes over a second), from gunicorn with {WORKERS} workers
on {facts["cores"]} cores ({facts["processor"]}), whose load was {os.getloadavg()[0]:.1f}. {kept} of {len(measured)}
pages keep their goal.
axe counts serious and critical findings. Written by `python -m tests.bench pages`.

| page | p95 ms | goal ms | queries | kB | axe | same question as SQL, ms | ratio |
|---|---|---|---|---|---|---|---|
"""
    lines = []
    for one in measured:
        sql = f"{one.sql_ms:.0f} | {one.p95 / one.sql_ms:.1f}" if one.sql_ms else " | "
        found = findings[one.page.address]
        figures = f"{one.p95:.0f} | {one.page.goal} | {one.queries} | {one.size / 1024:.0f} | {found}"
        lines.append(f"| {one.page.name} | {figures} | {sql} |")
    return head + "\n".join(lines) + "\n"
