"""The demo is made once, looks alive, and leaves the machine in no call."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from asterisk_sync.models import Node
from billing.accounts.audit import findings
from billing.models import (
    Account,
    Cdr,
    Deck,
    DeckStatus,
    LedgerEntry,
    RatePlan,
    RefusedCall,
    Rerating,
    ReratingStatus,
    Tariff,
)
from customers.models import Customer, CustomerStatus, CustomerType, Extension, TrunkAddress
from numbering.models import DID
from reports.dashboard.dashboard_stats import dashboard_stats
from reports.demo.destinations import COUNTRIES, draw_called
from routing.models import Gateway, Provider, Route
from tests.core.numbers.plans import BRAZIL
from tests.factories import CustomerFactory, GatewayFactory
from tests.numbering.oracles import status_counts
from voipadmin.core.numbers.reading import read_number
from voipadmin.users.models import User
from voipadmin.users.roles import Role

NODE = {
    "NAME": "demo",
    "HOST": "127.77.0.1",
    "AMI_HOST": "127.0.0.1",
    "AMI_PORT": "5039",
    "AMI_USERNAME": "voipadmin",
    "AMI_SECRET": "f" * 32,
    "CONFIG_PATH": "etc",
    "SPOOL_PATH": "spool",
    "CDR_PATH": "voipadmin.csv",
}


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NODE.items():
        monkeypatch.setenv(f"VOIPADMIN_DEMO_NODE_{name}", value)


def seed() -> str:
    output = StringIO()
    call_command("seed_demo", stdout=output)
    return output.getvalue()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("node")
def test_the_demo_is_a_living_operator_beside_a_node_on_the_loopback() -> None:
    told = seed()
    assert {customer.type for customer in Customer.objects.all()} == set(CustomerType)
    assert {customer.status for customer in Customer.objects.all()} == set(CustomerStatus)
    assert (Customer.objects.count(), Provider.objects.count(), Gateway.objects.count()) == (25, 5, 8)
    assert Extension.objects.count() >= 60
    assert Route.objects.count() >= 14
    assert DID.objects.count() >= 300
    assert all(count > 0 for count in status_counts().values())
    assert {user.role for user in User.objects.all()} == set(Role) - {Role.ADMIN}
    for user in User.objects.all():
        line = next(line for line in told.splitlines() if user.username in line)
        assert user.check_password(line.split()[-1])
    _nothing_leaves_the_machine()
    _its_customers_may_call_abroad()
    _the_dashboard_lives()
    _the_money_adds_up()
    _again_changes_nothing()


def _nothing_leaves_the_machine() -> None:
    enabled = Gateway.objects.filter(enabled=True).values_list("host", flat=True)
    hosts = [*enabled, *TrunkAddress.objects.values_list("network", flat=True)]
    assert len(hosts) > 15
    assert all(host.startswith("127.") for host in hosts)
    node = Node.objects.get()
    assert (node.name, node.host, node.ami_port, node.ami_secret) == ("demo", "127.77.0.1", 5039, "f" * 32)


def _its_customers_may_call_abroad() -> None:
    assert {tuple(account.allowed_countries) for account in Account.objects.all()} == {tuple(sorted(COUNTRIES))}


def _the_dashboard_lives() -> None:
    cdrs = Cdr.objects.all()
    assert cdrs.count() > 4000
    assert not cdrs.unrated().exists()
    assert cdrs.loss_making().exists()
    assert cdrs.filter(is_last_attempt=False).exists()
    assert cdrs.filter(ended_at__gt=timezone.now()).count() == 0
    answered = cdrs.calls().filter(answered_at__isnull=False).count() / cdrs.calls().count()
    assert 0.5 < answered < 0.75
    evening = timezone.localtime().replace(hour=23, minute=59)
    stats = dashboard_stats(User.objects.get(role=Role.FINANCE), evening - timedelta(days=3))
    assert stats.calls_today > 50
    assert stats.revenue > 0
    assert stats.top_customers


def _the_money_adds_up() -> None:
    assert list(findings()) == []
    assert not Cdr.objects.without_entry().exists()
    left = dict(Account.objects.filter(kind="prepaid").values_list("customer__code", "balance"))
    assert left == {"PADARIA": Decimal("46.20"), "HOTELMAR": Decimal("310.75"), "PETAMIGO": Decimal("1.85")}
    owing = Account.objects.filter(kind="postpaid", balance__lt=0)
    assert owing.count() > 15
    assert Cdr.objects.filter(tariff__plan__isnull=False).count() > 20
    assert Cdr.objects.filter(cost_source="deck").count() > 100
    assert [deck.status for deck in Deck.objects.order_by("created_at")] == [DeckStatus.ACTIVE, DeckStatus.READY]
    waiting = Deck.objects.get(status=DeckStatus.READY).summary
    assert {name for name, count in waiting["counts"].items() if count} >= {"new", "up", "down", "gone", "same"}
    assert waiting["below_cost"] > 0
    job = Rerating.objects.get()
    assert job.status == ReratingStatus.READY
    assert job.differences.filter(movement__gt=0).exists()
    assert len(set(RefusedCall.objects.values_list("reason", flat=True))) > 2


COUNTED = (
    Customer, Extension, Gateway, Route, DID, Cdr, User, Node,
    LedgerEntry, RatePlan, Deck, Rerating, RefusedCall, Tariff,
)  # fmt: skip


def _again_changes_nothing() -> None:
    counts = [model.objects.count() for model in COUNTED]
    told = seed()
    assert "0 call records are new" in told
    assert "password" not in told
    assert [model.objects.count() for model in COUNTED] == counts


@pytest.mark.django_db
def test_a_database_with_customers_of_its_own_is_left_alone() -> None:
    CustomerFactory.create()
    with pytest.raises(CommandError, match="customers of its own"):
        seed()
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_a_database_with_carriers_and_no_customer_yet_is_left_alone() -> None:
    GatewayFactory.create()
    with pytest.raises(CommandError, match="customers of its own"):
        seed()
    assert (Customer.objects.count(), Gateway.objects.count()) == (0, 1)


def test_the_demos_customers_call_no_country_that_they_may_not() -> None:
    draw = Random(4)  # noqa: S311 - the same numbers in every run
    abroad = {number for number in (draw_called(draw) for _ in range(5_000)) if number.startswith("00")}
    # Digits that no country assigned are in none.
    countries = {read_number(number, BRAZIL).country for number in abroad} - {""}
    assert len(countries) > 5
    assert countries < set(COUNTRIES)
