"""Whom failures delay, and whom they leave alone: pages and API as attackers and owners use them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from axes.models import AccessAttempt, AccessLog
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse

from tests.api.client import V1
from tests.api.test_log_in import TOTP_SECRET, _code
from tests.factories import PASSWORD, UserFactory
from voipadmin.users.log_in.attempts import counted_address
from voipadmin.users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]
WRONG = "not-the-password"


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana")


def _page(client: Client, password: str, address: str, username: str = "ana") -> int:
    values = {"login": username, "password": password}
    return client.post(reverse("account_login"), values, REMOTE_ADDR=address).status_code


def _api(password: str, address: str, username: str = "ana", **more: str) -> Any:
    body = {"username": username, "password": password, **more}
    return Client().post(f"{V1}/auth/login", body, content_type="application/json", REMOTE_ADDR=address)


def _fail_from_many_addresses(attempts: int, username: str = "ana") -> None:
    for number in range(attempts):
        assert _page(Client(), WRONG, f"198.51.{number // 200}.{number % 200 + 1}", username) in {200, 429}


def _let_pass(seconds: int) -> None:
    """Make the failures older instead of waiting."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(seconds=seconds))


def test_the_delay_grows_with_each_failure_and_then_the_log_in_is_looked_at_again(ana: User) -> None:
    for _failure in range(5):
        _api(WRONG, "192.0.2.1")
    first = int(_api(PASSWORD, "192.0.2.1")["Retry-After"])
    _let_pass(first)
    second = int(_api(WRONG, "192.0.2.1")["Retry-After"])
    assert 0 < first <= 30 < second <= 60
    _let_pass(second)
    assert _api(PASSWORD, "192.0.2.1").status_code == 200


def test_who_hammers_during_the_delay_does_not_make_it_longer(ana: User) -> None:
    for _failure in range(25):
        _api(WRONG, "192.0.2.1")
    assert AccessAttempt.objects.get().failures_since_start == 5
    _let_pass(30)
    assert _api(PASSWORD, "192.0.2.1").status_code == 200


def test_an_attackers_failures_do_not_lock_the_owner_out_elsewhere(ana: User) -> None:
    for _failure in range(12):
        _page(Client(), WRONG, "192.0.2.1")
    assert _page(Client(), PASSWORD, "192.0.2.1") == 429
    assert _page(Client(), PASSWORD, "192.0.2.2") == 302


def test_many_addresses_delay_a_name_together_but_shortly(ana: User) -> None:
    # O26
    _fail_from_many_addresses(20)
    refused = _api(PASSWORD, "203.0.113.9")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 5


def test_a_known_device_is_not_delayed_by_anybody_else(ana: User) -> None:
    browser = Client()
    assert _page(browser, PASSWORD, "192.0.2.1") == 302
    browser.post(reverse("account_logout"))
    for _failure in range(12):
        _page(Client(), WRONG, "192.0.2.1")
    _fail_from_many_addresses(20)
    assert _page(Client(), PASSWORD, "203.0.113.9") == 429
    assert _page(browser, PASSWORD, "192.0.2.1") == 302, "at the attacker's own address"
    browser.post(reverse("account_logout"))
    assert _page(browser, PASSWORD, "203.0.113.9") == 302, "at another"


def test_a_known_device_has_delays_of_its_own(ana: User) -> None:
    browser = Client()
    _page(browser, PASSWORD, "192.0.2.1")
    browser.post(reverse("account_logout"))
    for number in range(5):
        _page(browser, WRONG, f"203.0.113.{number + 1}")
    assert _page(browser, PASSWORD, "203.0.113.77") == 429
    assert _page(Client(), PASSWORD, "192.0.2.1") == 302


def test_a_device_of_one_user_is_not_known_to_another(ana: User) -> None:
    UserFactory.create(username="bia")
    browser = Client()
    _page(browser, PASSWORD, "192.0.2.1")
    browser.post(reverse("account_logout"))
    _fail_from_many_addresses(20, username="bia")
    assert _page(browser, PASSWORD, "203.0.113.9", "bia") == 429


@pytest.mark.parametrize("spoil", [lambda value: value[:-2] + "xx", lambda _value: "device", lambda _value: ""])
def test_a_device_cookie_cannot_be_made_up(ana: User, spoil: Any) -> None:
    browser = Client()
    _page(browser, PASSWORD, "192.0.2.1")
    name = next(name for name in browser.cookies if name.startswith("device-"))
    forged = Client(headers={"user-agent": "device 1"})
    forged.cookies[name] = spoil(browser.cookies[name].value)
    _fail_from_many_addresses(20)
    assert _page(forged, PASSWORD, "203.0.113.9") == 429


def test_a_known_address_is_not_delayed_by_failures_from_elsewhere(ana: User) -> None:
    assert _api(PASSWORD, "192.0.2.1").status_code == 200
    _fail_from_many_addresses(20)
    assert _api(PASSWORD, "203.0.113.9").status_code == 429
    assert _api(PASSWORD, "192.0.2.1").status_code == 200
    AccessLog.objects.update(attempt_time=F("attempt_time") - timedelta(days=31))
    assert _api(PASSWORD, "192.0.2.1").status_code == 429


def test_one_address_that_tries_many_names_is_delayed(ana: User) -> None:
    for number in range(30):
        _api(WRONG, "192.0.2.1", f"name{number}")
    assert _api(PASSWORD, "192.0.2.1").status_code == 429
    assert _api(PASSWORD, "192.0.2.2").status_code == 200


def test_a_name_in_other_letters_counts_as_the_same(ana: User) -> None:
    for name in ("ana", "ANA", "Ana", "aNa", "anA"):
        _api(WRONG, "192.0.2.1", name)
    assert _api(PASSWORD, "192.0.2.1").status_code == 429


@pytest.mark.parametrize("name", ["a" * 150, "x y", "ana (code)", "é", "(no name)"])
def test_what_cannot_be_a_name_is_counted_together_and_harms_nobody(ana: User, name: str) -> None:
    for _failure in range(6):
        _api(WRONG, "192.0.2.1", name)
    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {"(no name)"}
    assert _page(Client(), PASSWORD, "192.0.2.1") == 302


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", None),
        ("unix:", None),
    ],
)
def test_an_ipv6_address_counts_as_its_network_of_64_bits(rf: Any, address: str, counted: str | None) -> None:
    assert counted_address(rf.get("/", REMOTE_ADDR=address)) == counted


def test_addresses_of_one_64_bit_network_are_delayed_together(ana: User) -> None:
    for number in range(5):
        _api(WRONG, f"2001:db8:1:2::{number + 1}")
    assert _api(PASSWORD, "2001:db8:1:2:aaaa::1").status_code == 429
    assert _api(PASSWORD, "2001:db8:1:3::1").status_code == 200


def test_wrong_codes_delay_a_name_from_everywhere_because_only_its_password_brings_them_about(ana: User) -> None:
    TOTP.activate(ana, TOTP_SECRET)
    for number in range(12):
        _api(PASSWORD, f"198.51.100.{number + 1}", totp_code="000000")
    refused = _api(PASSWORD, "203.0.113.9", totp_code=_code())
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 30, "longer than one source waits after its first failure"


def test_the_old_password_cannot_be_guessed_in_an_open_session(ana: User) -> None:
    browser = Client()
    browser.force_login(ana, backend="voipadmin.users.backends.RoleBackend")
    new = {"password1": "another-Password-77", "password2": "another-Password-77"}
    for _failure in range(5):
        browser.post(reverse("account_change_password"), {"oldpassword": WRONG, **new})
    answer = browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new})
    assert answer.status_code == 429
    assert User.objects.get(pk=ana.pk).check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_are_no_more_than_guesses_sent_one_by_one(ana: User) -> None:
    def guess(_number: int) -> int:
        try:
            return int(_api(WRONG, "192.0.2.1").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))
    assert answers.count(401) == 4
    assert AccessAttempt.objects.get().failures_since_start == 5
