"""PostgreSQL goes away, hangs or starts again while calls are asked about."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection
from psycopg import OperationalError

from billing.accounts.ledger import account_of
from billing.authorization.holds.connections import WAIT_SECONDS, ConnectionPool
from billing.authorization.holds.hold_batcher import MOST_IN_A_BATCH, HoldResult
from billing.authorization.holds.hold_store import CallKey, HoldRequest, HoldStore
from billing.authorization.rules.values import Slice
from billing.models import CreditHold
from tests.billing.loop_beside import LoopBeside
from tests.factories.customers import CustomerFactory
from tests.faults.proxy import Proxy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=1)]

Result = TypeVar("Result")
DEADLINE_SECONDS = 4 * WAIT_SECONDS
FILLED = 6


@pytest.fixture
def postgres(settings: Any) -> Iterator[Proxy]:
    """Have the authorizer reach PostgreSQL by a proxy that can be cut, closed and stalled."""
    values = connection.settings_dict
    proxy = Proxy((values["HOST"], int(values["PORT"])))
    proxy.start()
    login = f"{values['USER']}:{values['PASSWORD']}"
    settings.DATABASE_DIRECT_URL = f"postgres://{login}@127.0.0.1:{proxy.port}/{values['NAME']}"
    yield proxy
    proxy.stop()


def run(work: Callable[[ConnectionPool], Coroutine[Any, Any, Result]]) -> Result:
    """Do the work with a pool of its own, as the service does."""

    async def whole() -> Result:
        async with ConnectionPool() as pool:
            return await work(pool)

    with LoopBeside() as loop:
        return loop.run(whole())


async def ask(pool: ConnectionPool) -> int:
    """Ask PostgreSQL something; return its answer."""
    async with pool.connection() as lent:
        row = await (await lent.execute("SELECT 1")).fetchone()
    assert row is not None
    return int(row[0])


async def fill(pool: ConnectionPool) -> None:
    """Have several connections open and idle."""
    everybody_has_one = asyncio.Barrier(FILLED)

    async def hold_one() -> None:
        async with pool.connection() as lent:
            await lent.execute("SELECT 1")
            await everybody_has_one.wait()

    await asyncio.gather(*(hold_one() for _ in range(FILLED)))


async def until_answered(pool: ConnectionPool) -> int:
    """Ask until PostgreSQL answers, as calls that come one after the other do."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                return await ask(pool)
            except OperationalError:
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("away", [Proxy.close, Proxy.stall], ids=["refuses", "hangs"])
def test_while_postgresql_is_away_an_error_comes_in_time_and_afterwards_calls_are_served(
    postgres: Proxy, away: Callable[[Proxy], None]
) -> None:
    away(postgres)

    async def work(pool: ConnectionPool) -> int:
        async with asyncio.timeout(DEADLINE_SECONDS):
            with pytest.raises(OperationalError):
                await ask(pool)
        postgres.reopen()
        return await until_answered(pool)

    assert run(work) == 1


def test_connections_that_were_open_while_postgresql_was_away_do_not_keep_calls_from_being_served(
    postgres: Proxy,
) -> None:
    async def work(pool: ConnectionPool) -> int:
        await fill(pool)
        postgres.close()
        async with asyncio.timeout(DEADLINE_SECONDS):
            for _ in range(2):
                with pytest.raises(OperationalError):
                    await ask(pool)
        postgres.reopen()
        return await until_answered(pool)

    assert run(work) == 1


def test_a_restart_of_postgresql_costs_only_what_was_under_way(postgres: Proxy) -> None:
    async def work(pool: ConnectionPool) -> list[int]:
        await fill(pool)
        postgres.cut()
        with pytest.raises(OperationalError):
            await ask(pool)
        return [await ask(pool) for _ in range(2 * FILLED)]

    assert run(work) == [1] * 2 * FILLED


THOUSAND = Decimal(1_000)


def hold(store: HoldStore, account: UUID, call: int) -> Coroutine[Any, Any, HoldResult]:
    request = HoldRequest(account, CallKey("pbx1", f"1700000000.{call}"), "", "5511987654321", "", THOUSAND, THOUSAND)
    return store.open(request, Slice(60, Decimal(1)), datetime.now(UTC) + timedelta(minutes=5))


def test_however_many_calls_ask_while_postgresql_is_away_none_waits_longer_than_one_alone(postgres: Proxy) -> None:
    account = account_of(CustomerFactory.create()).pk
    calls = 16 * MOST_IN_A_BATCH
    postgres.close()

    async def work(pool: ConnectionPool) -> list[HoldResult | BaseException]:
        store = HoldStore(pool)
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await asyncio.gather(*(hold(store, account, call) for call in range(calls)), return_exceptions=True)

    results = run(work)
    assert all(isinstance(result, OperationalError) for result in results)
    assert not CreditHold.objects.exists()
