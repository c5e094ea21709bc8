"""What a node's files hold of accounts, for calls about which nobody answers."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.authorization.stops.static_bounds import StaticBound, accounts_with_bounds, bound_of
from billing.models import Account
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lets_them_call(settings: LazySettings) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = True


def account(**fields: Any) -> Account:
    found = account_of(CustomerFactory.create())
    for name, value in fields.items():
        setattr(found, name, value)
    found.save()
    return found


def test_a_customer_without_any_limit_may_call_unasked_for_its_longest_call(settings: LazySettings) -> None:
    assert bound_of(account()) == StaticBound(unasked_seconds=settings.LONGEST_CALL_SECONDS)
    assert bound_of(account(longest_call_seconds=60)) == StaticBound(unasked_seconds=60)


@pytest.mark.parametrize(
    "limit",
    [
        {"kind": "prepaid"},
        {"limits_credit": True},
        {"hourly_cap": 0},
        {"daily_cap": 100},
        {"allowed_countries": []},
        {"allowed_countries": ["AR"]},
    ],
)
def test_whoever_has_a_limit_of_any_kind_may_not(limit: dict[str, Any]) -> None:
    assert bound_of(account(**limit)) == StaticBound()


def test_nobody_may_where_the_operator_did_not_choose_it(settings: LazySettings) -> None:
    settings.AUTHORIZER_DOWN_POSTPAID = False
    assert bound_of(account()) == StaticBound()


def test_a_stopped_account_is_stopped_whatever_the_operator_chose(settings: LazySettings) -> None:
    stopped = account(blocked_at=timezone.now())
    for settings.AUTHORIZER_DOWN_POSTPAID in (True, False):
        assert bound_of(stopped) == StaticBound(is_stopped=True)
        assert stopped in accounts_with_bounds()


def test_accounts_of_which_the_files_say_something_are_all_found() -> None:
    made = [account(), account(kind="prepaid"), account(blocked_at=timezone.now()), account(hourly_cap=1)]
    found = set(accounts_with_bounds())
    assert {item for item in made if bound_of(item) != StaticBound()} <= found
