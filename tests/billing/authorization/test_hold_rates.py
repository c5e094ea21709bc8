"""What is held covers what is charged: the tariff of the answer, whatever the hour of the question (N25)."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.accounts.ledger import account_of
from billing.authorization.calls.call_authorizer import CallAuthorizer, LiveCall
from billing.authorization.facts.rule_cache import RuleCache
from billing.authorization.holds.connections import ConnectionPool
from billing.authorization.holds.hold_store import CallKey, HoldStore
from billing.authorization.rules.values import CallRequest
from billing.models import CreditHold, Tariff, TimeWindow
from billing.rating.durations import simple_rate
from billing.rating.price_book import Cadence, PriceBook, PricedTariff
from billing.rating.time_windows import Window
from customers.models import Customer
from tests.billing.loop_beside import LoopBeside
from tests.factories import CustomerFactory, GatewayFactory, RouteFactory, TariffFactory

NUMBER = "5511987654321"
KEY = CallKey("pbx1", "1700000000.1")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SPAN = timedelta(minutes=15)


def tariff(place: int, pattern: str, begins: int, ends: int | None, window: Window | None, origin: str) -> PricedTariff:
    rate = simple_rate(per_minute=Decimal(place))
    return PricedTariff(
        id=UUID(int=place), pattern=pattern, effective_from=NOON + timedelta(seconds=begins),
        effective_until=None if ends is None else NOON + timedelta(seconds=begins + ends), currency="BRL",
        cadence=Cadence(1, 1, 0, "half_up", 4), sell=rate, buy=None, sell_text="", window=window, origin_prefix=origin,
    )  # fmt: skip


windows = st.none() | st.builds(
    lambda weekdays, start, length: Window(
        weekdays,
        (datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(seconds=start)).time(),
        (datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(seconds=start + length)).time(),
        SAO_PAULO,
    ),
    st.integers(1, 127),
    st.integers(-1200, 1200),
    st.integers(1, 1200),
)
tariffs = st.lists(
    st.tuples(
        st.sampled_from(["55", "5511", "_5511X."]),
        st.integers(-1200, 1200),
        st.none() | st.integers(1, 1200),
        windows,
        st.sampled_from(["", "5511", "5521"]),
    ),
    min_size=1,
    max_size=5,
)


@given(tariffs)
@pytest.mark.slow(seconds=0.3)
def test_the_tariffs_of_a_span_are_those_of_each_of_its_moments(drawn: list[tuple[object, ...]]) -> None:
    book = PriceBook(tariff(place + 1, *values) for place, values in enumerate(drawn))  # type: ignore[arg-type]
    found = {one.id for one in book.matches_within(NUMBER, (NOON, NOON + SPAN), "551140001000")}
    each_second = (
        book.match(NUMBER, NOON + timedelta(seconds=second), "551140001000")
        for second in range(int(SPAN.total_seconds()) + 1)
    )
    assert found == {one.id for one in each_second if one is not None}


@pytest.fixture
def acme() -> Customer:
    """A customer whose calls cost one a minute now, and six from a minute on."""
    customer = CustomerFactory.create()
    account_of(customer)
    RouteFactory.create(gateways=[GatewayFactory.create()])
    dear_from = timezone.localtime() + timedelta(minutes=1)
    window = TimeWindow.objects.create(
        name="Dear", weekdays=127, starts_at=dear_from.time(), ends_at=(dear_from + timedelta(hours=2)).time()
    )
    by_second = {"pattern": "55", "initial_block_seconds": 1, "increment_seconds": 1, "connect_fee": 0}
    TariffFactory.create(price_per_minute=Decimal(1), **by_second)
    TariffFactory.create(price_per_minute=Decimal(6), window=window, **by_second)
    return customer


def loaded() -> RuleCache:
    cache = RuleCache()
    cache.refresh()
    return cache


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("after", "per_minute"), [(10, 1), (120, 6)])
def test_a_call_holds_the_dearer_hour_until_it_is_answered_and_then_that_of_its_answer(
    acme: Customer, after: int, per_minute: int
) -> None:
    cache = loaded()

    async def work() -> tuple[Decimal, Decimal, Decimal]:
        async with ConnectionPool() as pool:
            authorizer, now = CallAuthorizer(cache, HoldStore(pool)), timezone.now()
            asked = await authorizer.authorize(CallRequest(acme.pk, NUMBER, now), KEY, "PJSIP/x")
            assert isinstance(asked, LiveCall)
            answered = await authorizer.mark_answered(KEY, now + timedelta(seconds=after))
            assert answered is not None
            assert answered.granted.seconds == asked.granted.seconds
            longer = await authorizer.extend(KEY)
            assert isinstance(longer, LiveCall)
            return asked.granted.amount, answered.granted.amount, longer.granted.amount

    with LoopBeside() as loop:
        assert loop.run(work()) == (Decimal(6), Decimal(per_minute), Decimal(2 * per_minute))
    assert CreditHold.objects.get().amount == 2 * per_minute


@pytest.mark.django_db(transaction=True)
def test_a_call_that_is_taken_up_after_a_restart_goes_on_at_the_rate_of_its_answer_and_of_its_caller() -> None:
    customer = CustomerFactory.create(caller_id_number="552140001000")
    account_of(customer)
    RouteFactory.create(gateways=[GatewayFactory.create()])
    one = {"pattern": "55", "initial_block_seconds": 1, "increment_seconds": 1, "connect_fee": 0}
    TariffFactory.create(price_per_minute=Decimal(1), **one)
    TariffFactory.create(price_per_minute=Decimal(3), origin_prefix="5511", **one)
    cache, answered_at = loaded(), timezone.now() - timedelta(seconds=50)

    async def first() -> None:
        async with ConnectionPool() as pool:
            authorizer = CallAuthorizer(cache, HoldStore(pool))
            # A short number of area 11, dialled from an extension there: the customer's own is of Rio.
            request = CallRequest(customer.pk, NUMBER, answered_at, "40001000", "11")
            await authorizer.authorize(request, KEY, "PJSIP/x")
            await authorizer.mark_answered(KEY, answered_at)

    async def second() -> tuple[Decimal, Decimal]:
        async with ConnectionPool() as pool:
            authorizer = CallAuthorizer(loaded_later, HoldStore(pool))
            await authorizer.resume_calls(timezone.now())
            longer = await authorizer.extend(KEY)
            assert isinstance(longer, LiveCall)
            await authorizer.finish(KEY, answered_at + timedelta(seconds=59))
            return longer.granted.amount, longer.rates[0].bands[0].rate

    with LoopBeside() as loop:
        loop.run(first())
        # From now on calls cost more; one that is up was answered before.
        Tariff.objects.filter(origin_prefix="5511").update(effective_until=timezone.now() - timedelta(seconds=20))
        TariffFactory.create(
            price_per_minute=Decimal(9),
            origin_prefix="5511",
            effective_from=timezone.now() - timedelta(seconds=20),
            **one,
        )
        loaded_later = loaded()
        assert loop.run(second()) == (Decimal(6), Decimal(3))
    assert CreditHold.objects.get().amount == Decimal(3)


@pytest.mark.django_db(transaction=True)
def test_where_prices_rose_while_it_rang_a_call_may_go_on_as_long_as_what_is_held_pays_for() -> None:
    customer = CustomerFactory.create()
    account_of(customer)
    RouteFactory.create(gateways=[GatewayFactory.create()])
    cheap = TariffFactory.create(
        pattern="55", price_per_minute=Decimal(1), initial_block_seconds=1, increment_seconds=1, connect_fee=0
    )
    cache = loaded()

    async def ask(pool: ConnectionPool) -> CallAuthorizer:
        authorizer = CallAuthorizer(cache, HoldStore(pool))
        await authorizer.authorize(CallRequest(customer.pk, NUMBER, timezone.now()), KEY, "PJSIP/x")
        return authorizer

    def raise_price() -> None:
        Tariff.objects.filter(pk=cheap.pk).update(price_per_minute=Decimal(4), updated_at=timezone.now())
        cache.refresh()

    with LoopBeside() as loop:
        pool = ConnectionPool()
        loop.run(pool.open())
        authorizer = loop.run(ask(pool))
        raise_price()
        answered = loop.run(authorizer.mark_answered(KEY, timezone.now()))
        loop.run(pool.close())
    assert answered is not None
    assert (answered.granted.seconds, answered.granted.amount) == (15, Decimal(1))


def test_hours_are_read_to_the_second() -> None:
    window = Window(127, time(9, 0, 5), time(9, 10), SAO_PAULO)
    assert window.changes(NOON, NOON + SPAN) == {NOON + timedelta(seconds=5), NOON + timedelta(minutes=10)}
