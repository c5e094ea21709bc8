"""Authorizations per second over FastAGI, money set aside in PostgreSQL, beside a FastAGI server that only echoes."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context

import django
from django.core.management import call_command

from bench.fastagi_client import AT_ONCE, ask_all, ask_at_a_rate
from bench.figure import Figure

django.setup()

# Models can be imported only now, when Django knows the engines that this run has started.
from asterisk_sync.authorizer.fastagi import Request, Variables, serve_request  # noqa: E402 - see above
from asterisk_sync.authorizer.service import Authorizer  # noqa: E402 - see above
from asterisk_sync.models import Node  # noqa: E402 - see above
from billing.accounts.ledger import Movement, account_of, enter  # noqa: E402 - see above
from billing.authorization.connections import Connections  # noqa: E402 - see above
from billing.models import Account, AccountKind, EntryKind, Tariff  # noqa: E402 - see above
from customers.models import Customer  # noqa: E402 - see above
from routing.models import Gateway, Provider, Route, RouteGateway  # noqa: E402 - see above

CALLS = int(os.environ.get("BENCH_AUTHORIZATIONS", "5000"))
CUSTOMERS = 50
CALLS_A_SECOND = 1_000
NUMBER = "5511987654321"


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
    return str(Node.objects.create(name="bench").pk), [str(customer.pk) for customer in customers]


async def echo(request: Request) -> Variables:
    """Say what was asked."""
    return {"va_granted": request.arguments[0]}


async def compare(node: str, customers: list[str]) -> Figure:
    """Ask both servers as many questions, in turn, from a process beside this one."""
    async with Connections() as connections:
        authorizer = Authorizer(connections)
        real = await authorizer.start("127.0.0.1", 0)
        bare = await asyncio.start_server(lambda reader, writer: serve_request(reader, writer, echo), "127.0.0.1", 0)
        ports = [server.sockets[0].getsockname()[1] for server in (real, bare)]

        def question(number: int) -> bytes:
            customer = customers[number % len(customers)]
            return (
                f"agi_network_script: authorize\nagi_channel: PJSIP/x-{number}\nagi_uniqueid: 1.{number}\n"
                f"agi_arg_1: {node}\nagi_arg_2: {customer}\nagi_arg_3: {NUMBER}\nagi_arg_4: {NUMBER}\n\n"
            ).encode()

        questions = [question(number) for number in range(CALLS)]
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(1, get_context("spawn")) as beside:
            await loop.run_in_executor(beside, ask_all, ports[0], [question(-number - 1) for number in range(200)])
            rate, p50, p99 = await loop.run_in_executor(beside, ask_all, ports[0], questions)
            bare_rate, bare_p50, bare_p99 = await loop.run_in_executor(beside, ask_all, ports[1], questions)
            later = [question(CALLS + number) for number in range(CALLS)]
            due_p50, due_p99 = await loop.run_in_executor(beside, ask_at_a_rate, ports[0], later, CALLS_A_SECOND)
            echo_p50, echo_p99 = await loop.run_in_executor(beside, ask_at_a_rate, ports[1], later, CALLS_A_SECOND)
        for server in (real, bare):
            server.close()
        await authorizer.stop()
    return Figure(
        name="authorizations",
        value=round(rate),
        unit="authorizations/s",
        yardstick=round(bare_rate),
        yardstick_name="FastAGI that only echoes",
        wanted="1,000/s, p99 under 10 ms",
        details={
            f"p50_ms_at_{CALLS_A_SECOND}_a_second": round(due_p50, 2),
            f"p99_ms_at_{CALLS_A_SECOND}_a_second": round(due_p99, 2),
            f"echo_p50_ms_at_{CALLS_A_SECOND}_a_second": round(echo_p50, 2),
            f"echo_p99_ms_at_{CALLS_A_SECOND}_a_second": round(echo_p99, 2),
            "p50_ms_at_most_a_second": round(p50, 2),
            "p99_ms_at_most_a_second": round(p99, 2),
            "echo_p50_ms_at_most_a_second": round(bare_p50, 2),
            "echo_p99_ms_at_most_a_second": round(bare_p99, 2),
            "at_once": AT_ONCE,
            "calls": CALLS,
        },
    )
