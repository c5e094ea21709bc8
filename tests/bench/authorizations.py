"""Authorizations per second over FastAGI, money set aside in PostgreSQL, beside a FastAGI server that only echoes."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context

import django
from django.core.management import call_command

from tests.bench.fastagi_client import AT_ONCE, Answers, ask_all, ask_steadily
from tests.bench.figure import Figure

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from asterisk_sync.authorizer.fastagi import AgiRequest, Variables, start_server  # noqa: E402 - see above
from asterisk_sync.authorizer.service import AuthorizerService  # noqa: E402 - see above
from asterisk_sync.authorizer.signatures import signature  # noqa: E402 - see above
from asterisk_sync.authorizer.state import ServiceState  # noqa: E402 - see above
from asterisk_sync.models import AgiSecret, Node  # noqa: E402 - see above
from billing.accounts.ledger import Movement, account_of, enter  # noqa: E402 - see above
from billing.authorization.holds.connections import ConnectionPool  # noqa: E402 - see above
from billing.models import Account, AccountKind, EntryKind, Tariff  # noqa: E402 - see above
from customers.models import Customer  # noqa: E402 - see above
from routing.models import Gateway, Provider, Route, RouteGateway  # noqa: E402 - see above

CALLS = int(os.environ.get("BENCH_AUTHORIZATIONS", "5000"))
CUSTOMERS = 50
WARM_UP = 200
NUMBER = "5511987654321"
SECRET = "5e" * 32


def measure() -> Iterator[Figure]:
    """Yield the figure."""
    call_command("migrate", verbosity=0)
    node, customers = prepare()
    yield asyncio.run(compare(node, customers))


def prepare() -> tuple[str, list[str]]:
    """Save a node, a route and prepaid customers with money; return their keys."""
    provider = Provider.objects.create(name="Carrier", cost_per_minute=Decimal("0.01"))
    gateway = Gateway.objects.create(name="GW_Bench", provider=provider, host="198.51.100.1")
    route = Route.objects.create(name="All", pattern="_X.", priority=10)
    RouteGateway.objects.create(route=route, gateway=gateway)
    Tariff.objects.create(name="Brazil", pattern="55", price_per_minute=Decimal("0.10"))
    customers = [Customer.objects.create(code=f"C{n}", name=f"C{n}") for n in range(CUSTOMERS)]
    Account.objects.update(kind=AccountKind.PREPAID, daily_cap=10**6, hourly_cap=10**6)
    for customer in customers:
        enter(account=account_of(customer), movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal(10**6)))
    node = Node.objects.create(name="bench")
    AgiSecret.objects.create(node=node, generation=0, secret=SECRET)
    return str(node.pk), [str(customer.pk) for customer in customers]


async def echo(request: AgiRequest) -> Variables:
    """Say what was asked."""
    return {"va_granted": request.arguments[1]}


async def compare(node: str, customers: list[str]) -> Figure:
    """Ask both servers as many questions, in turn, from a process beside this one."""
    async with ConnectionPool() as pool:
        service = AuthorizerService(ServiceState(pool))
        real = await service.start("127.0.0.1", 0)
        bare = await start_server(echo, "127.0.0.1", 0)
        with ProcessPoolExecutor(1, get_context("spawn")) as beside:
            await asked(beside, ask_all, real, questions(node, customers, -WARM_UP, WARM_UP))
            at_most = await asked(beside, ask_all, real, questions(node, customers, 0, CALLS))
            echoed = await asked(beside, ask_all, bare, questions(node, customers, 0, CALLS))
            later = questions(node, customers, CALLS, CALLS)
            steady = await asked(beside, ask_steadily, real, later)
            steady_echo = await asked(beside, ask_steadily, bare, later)
        for server in (real, bare):
            server.close()
        await service.stop()
    return figure_of(at_most, echoed, steady, steady_echo)


def questions(node: str, customers: list[str], first: int, count: int) -> list[bytes]:
    """Return what a node asks for so many calls, each of them once."""
    return [question(node, customers[number % len(customers)], f"1.{number}") for number in range(first, first + count)]


def question(node: str, customer: str, uniqueid: str) -> bytes:
    """Return the head of a signed request."""
    asked = [node, customer, NUMBER]
    arguments = [signature(SECRET, "authorize", uniqueid, asked), *asked]
    head = {"network_script": "authorize", "channel": f"PJSIP/x-{uniqueid}", "uniqueid": uniqueid}
    head |= {f"arg_{place}": value for place, value in enumerate(arguments, 1)}
    return "".join(f"agi_{name}: {value}\n" for name, value in head.items()).encode() + b"\n"


async def asked(
    beside: ProcessPoolExecutor,
    ask: Callable[[int, Sequence[bytes]], Answers],
    server: asyncio.Server,
    what: Sequence[bytes],
) -> Answers:
    """Have everything asked in the process beside this one."""
    port = server.sockets[0].getsockname()[1]
    return await asyncio.get_running_loop().run_in_executor(beside, ask, port, what)


def figure_of(at_most: Answers, echoed: Answers, steady: Answers, steady_echo: Answers) -> Figure:
    """Return the figure: how many at most, and how long one takes then and at a steady rate."""
    times = {"at_most": at_most, "at_1000": steady, "echo_at_most": echoed, "echo_at_1000": steady_echo}
    return Figure(
        name="authorizations",
        value=round(at_most.a_second),
        unit="authorizations/s",
        yardstick=round(echoed.a_second),
        yardstick_name="FastAGI that only echoes",
        wanted="1,000/s, p99 under 10 ms",
        details={
            **{f"p50_ms_{name}": round(answers.p50_ms, 2) for name, answers in times.items()},
            **{f"p99_ms_{name}": round(answers.p99_ms, 2) for name, answers in times.items()},
            "at_once": AT_ONCE,
            "calls": CALLS,
        },
    )
