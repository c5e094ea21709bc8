"""The preview of a deck comes to what billing charges by it afterwards."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.decks import services
from billing.models import BuyRate, Cdr, Deck
from billing.tariffs.loader import load_tariffs
from routing.models import Gateway, Provider
from tests.billing.decks.trying import dry_run
from tests.factories import CdrFactory, CustomerFactory, ExtensionFactory, GatewayFactory, TariffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
BY_ORIGIN = "Destination Prefixes;Origination Prefixes;Rate\n"


@pytest.fixture
def gateway(carrier: Provider) -> Gateway:
    gateway: Gateway = GatewayFactory.create(provider=carrier)
    return gateway


def call(gateway: Gateway, key: str, **values: object) -> Cdr:
    """Return a call of a minute that was priced and cost something."""
    made: Cdr = CdrFactory.create(
        gateway=gateway, direction="outbound", called_number=key, currency="BRL", cost_currency="BRL",
        price=Decimal(1), cost=Decimal("0.01"), tariff=TariffFactory.create(), **values,
    )  # fmt: skip
    return made


def new_cost(deck: Deck) -> Decimal:
    told = deck.summary["replay"]["all"]
    return Decimal(told["revenue"]) - Decimal(told["new_margin"])


def charged(deck: Deck, gateway: Gateway) -> Decimal:
    """Return what the calls cost by the deck once it counts, had it counted when they were made."""
    services.activate_deck(deck=deck, actor="ana")
    BuyRate.objects.filter(deck=deck).update(effective_from=timezone.now() - timedelta(days=30))
    book = load_tariffs()
    cost = Decimal(0)
    for record in Cdr.objects.all():
        assert record.answered_at is not None
        found = book.buy_price(gateway.provider_id, record.called_number, record.answered_at, record.origin or "")
        cost += found.per_minute if found is not None else 0
    return cost


def test_a_code_of_three_digits_is_no_beginning_of_longer_ones(gateway: Gateway) -> None:
    for key in ("0103", "010315", "010321"):
        call(gateway, key)
    deck = dry_run(gateway.provider, "prefix;price\n55;0,02\n103;0,50\n10315;0,07\n")
    assert deck.summary["replay"]["not_sold"] == 1
    assert new_cost(deck) == charged(deck, gateway) == Decimal("0.57")


def test_calls_of_each_kind_come_to_what_is_charged(gateway: Gateway) -> None:
    for key, origin in (
        ("5511987654321", "551140001000"),
        ("5511987654321", "552140001000"),
        ("551130001000", ""),
        ("0190", ""),
        ("040041234", "551140001000"),
        ("541143211234", "551140001000"),
    ):
        call(gateway, key, origin=origin)
    deck = dry_run(
        gateway.provider,
        BY_ORIGIN + "55;;0,02\n55119;;0,10\n55119;5511;0,04\n5511;5511;0,01\n4004;;0,09\n54;;0,30\n",
    )
    assert deck.summary["replay"]["not_sold"] == 1
    assert new_cost(deck) == charged(deck, gateway) == Decimal("0.55")


def test_a_record_of_before_is_read_with_the_area_of_its_extension(gateway: Gateway) -> None:
    customer = CustomerFactory.create(home_area="11")
    extension = ExtensionFactory.create(customer=customer, home_area="21")
    call(
        gateway, "", customer=customer, dialled="34001234", dst="34001234", src="30001000",
        channel=f"PJSIP/{extension.sip_username}-00000001",
    )  # fmt: skip
    deck = dry_run(gateway.provider, BY_ORIGIN + "55;;0,90\n5521;5521;0,04\n5511;5511;0,70\n")
    assert new_cost(deck) == Decimal("0.04")


def test_hours_and_blocked_rates_count_as_they_do_for_calls(gateway: Gateway) -> None:
    call(gateway, "5511987654321")
    call(gateway, "5521987654321")
    deck = dry_run(gateway.provider, "prefix;price;blocked\n55;0,02;no\n5521;0,05;yes\n")
    assert deck.summary["replay"]["not_sold"] == 1
    assert new_cost(deck) == Decimal("0.02")
