"""Every call is asked about but those to emergency lines; what holds where nobody answers stands in the files."""

import time
from typing import Any

import pytest
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.authorization.stops.services import stop_account
from billing.models import Account, AccountKind, CreditHold, RefusedCall
from numbering.models import DestinationType
from tests.calls.authorized import authorizer, wait_for_refused_rows
from tests.calls.exchange import Carrier, Exchange, Trunk
from tests.factories.billing import TariffFactory

pytestmark = pytest.mark.usefixtures("authorizer_address")

AT_HOME, ABROAD, PREMIUM = "011987654321", "0012125551234", "09001234567"
SECONDS_UNTIL_KNOWN = 3


@pytest.fixture
def vivo(exchange: Exchange) -> Carrier:
    found = exchange.carrier("GW_Vivo_SP")
    exchange.route("_X.", found)
    exchange.route("_+X.", found)
    return found


@pytest.fixture
def acme(exchange: Exchange, vivo: Carrier) -> Trunk:
    """A customer as it is after being entered: it pays later and has no limit."""
    return exchange.trunk("ACME", calls_per_second=100)


def test_a_country_that_a_customer_without_limits_was_not_allowed_is_refused_with_a_row(
    exchange: Exchange, vivo: Carrier, acme: Trunk
) -> None:
    TariffFactory.create(pattern="1")
    exchange.apply()
    with authorizer():
        assert exchange.call(acme, ABROAD).cause == 57
        assert exchange.call(acme, "+5352123456").cause == 57
        wait_for_refused_rows(2)
    rows = RefusedCall.objects.order_by("created_at").values_list("customer__code", "number", "reason", "detail")
    assert list(rows) == [("ACME", "12125551234", "country", "US"), ("ACME", "5352123456", "country", "CU")]
    assert vivo.numbers == []


def test_a_country_that_it_was_allowed_is_called_and_its_money_set_aside(
    exchange: Exchange, vivo: Carrier, acme: Trunk
) -> None:
    TariffFactory.create(pattern="1")
    account = account_of(acme.customer)
    account.allowed_countries = ["BR", "US"]
    account.save()
    exchange.apply()
    with authorizer():
        assert exchange.call(acme, ABROAD).answered
        assert CreditHold.objects.get().number == "12125551234"


def test_an_emergency_line_is_called_whoever_is_asked_about_what(
    exchange: Exchange, vivo: Carrier, acme: Trunk
) -> None:
    # N7
    account = account_of(acme.customer)
    Account.objects.filter(pk=account.pk).update(blocked_at=timezone.now(), kind=AccountKind.PREPAID)
    acme.customer.channel_limit = 1
    acme.customer.save()
    exchange.apply()
    with authorizer() as service:
        assert exchange.call(acme, "190").answered
        service.terminate()
        service.wait(10)
        assert exchange.call(acme, "190").answered
    assert vivo.numbers == ["190", "190"]
    assert not CreditHold.objects.exists()


def test_national_calls_of_a_customer_without_limits_are_asked_about(
    exchange: Exchange, vivo: Carrier, acme: Trunk
) -> None:
    TariffFactory.create(pattern="55")
    account = account_of(acme.customer)
    exchange.apply()
    with authorizer():
        assert exchange.call(acme, AT_HOME).answered
        account.allowed_countries = []
        account.save()
        time.sleep(SECONDS_UNTIL_KNOWN)
        assert exchange.call(acme, AT_HOME).cause == 57
    assert vivo.numbers == [AT_HOME]


def test_premium_numbers_and_high_risk_prefixes_at_home_are_asked_about(
    exchange: Exchange, vivo: Carrier, acme: Trunk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HIGH_RISK_PREFIXES = ["881", "551130"]
    monkeypatch.setenv("HIGH_RISK_PREFIXES", "881,551130")
    TariffFactory.create(pattern="55")
    exchange.apply()
    with authorizer():
        assert exchange.call(acme, PREMIUM).cause == 57
        assert exchange.call(acme, "01130001000").cause == 57
        assert exchange.call(acme, AT_HOME).answered
        wait_for_refused_rows(2)
    refused = RefusedCall.objects.order_by("created_at").values_list("number", "reason")
    assert list(refused) == [("09001234567", "high_risk"), ("551130001000", "high_risk")]
    assert vivo.numbers == [AT_HOME]


@pytest.mark.parametrize(
    ("number", "cause"),
    [(ABROAD, 41), ("+5352123456", 41), (PREMIUM, 41), ("00442071234567", 41), ("442071234567", 28), ("33331000", 28)],
)
def test_without_the_service_what_is_not_known_to_stay_at_home_is_refused(
    exchange: Exchange, vivo: Carrier, acme: Trunk, settings: Any, number: str, cause: int
) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = True
    exchange.apply()
    assert exchange.call(acme, number).cause == cause
    assert exchange.record()["va_cause"] == str(cause)
    assert vivo.numbers == []


@pytest.mark.parametrize(("lets_them_call", "answered"), [(True, True), (False, False)])
def test_without_the_service_a_customer_without_limits_calls_inside_the_country_if_the_operator_lets_it(
    exchange: Exchange, vivo: Carrier, acme: Trunk, settings: Any, lets_them_call: bool, answered: bool
) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = lets_them_call
    exchange.apply()
    assert exchange.call(acme, AT_HOME).answered is answered


def test_a_stopped_customer_is_refused_while_nobody_can_be_asked(
    exchange: Exchange, vivo: Carrier, acme: Trunk, settings: Any
) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = True
    account = account_of(acme.customer)
    exchange.apply()
    assert exchange.call(acme, AT_HOME).answered
    stop_account(account_id=account.pk, reason="by hand")
    exchange.apply()
    assert exchange.call(acme, AT_HOME).cause == 21
    assert exchange.call(acme, "190").answered


def test_a_number_that_is_forwarded_abroad_is_asked_about(exchange: Exchange, vivo: Carrier, acme: Trunk) -> None:
    exchange.number("551140001000", acme.customer, DestinationType.FORWARD, forward_to=ABROAD)
    exchange.number("551140001001", acme.customer, DestinationType.FORWARD, forward_to=AT_HOME)
    TariffFactory.create(pattern="55")
    exchange.apply()
    with authorizer():
        assert exchange.call(vivo, "551140001000").cause == 57
        assert exchange.call(vivo, "551140001001").answered
        wait_for_refused_rows(1)
    assert RefusedCall.objects.get().customer == acme.customer
