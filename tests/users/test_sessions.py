"""The list of one's own sessions."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, UserFactory
from voipadmin.users.sessions.devices import device_name
from voipadmin.users.sessions.middleware import INTERVAL_SECONDS, NOTED

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


def _log_in(username: str, agent: str, address: str) -> Client:
    browser = Client(headers={"user-agent": agent, "accept-language": "en"}, REMOTE_ADDR=address)
    browser.post(reverse("account_login"), {"login": username, "password": PASSWORD})
    return browser


def test_it_names_device_and_address_and_which_is_this_one() -> None:
    UserFactory.create(username="ana")
    _log_in("ana", FIREFOX, "192.0.2.7")
    page = _log_in("ana", CHROME, "2001:db8::7").get(reverse("usersessions_list")).content.decode()
    for part in ("Firefox, Windows", "192.0.2.7", "Chrome, Linux", "2001:db8::7"):
        assert part in page
    assert page.count("This one") == 1


def test_all_others_are_ended_and_nobody_elses() -> None:
    UserFactory.create(username="ana")
    UserFactory.create(username="bia")
    stolen, other = _log_in("ana", FIREFOX, "203.0.113.9"), _log_in("bia", CHROME, "192.0.2.8")
    mine = _log_in("ana", CHROME, "192.0.2.7")
    mine.post(reverse("usersessions_list"))
    assert stolen.get("/settings/").status_code == 302
    assert mine.get("/settings/").status_code == other.get("/settings/").status_code == 200
    assert Session.objects.count() == UserSession.objects.count() == 2


def test_what_a_browser_says_of_itself_is_text() -> None:
    UserFactory.create(username="ana")
    page = _log_in("ana", "<script>alert(1)</script>", "192.0.2.7").get(reverse("usersessions_list")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_session_in_use_is_noted_again_after_a_while_and_not_at_every_request() -> None:
    UserFactory.create(username="ana")
    browser = _log_in("ana", CHROME, "192.0.2.7")
    browser.get("/settings/")
    UserSession.objects.update(last_seen_at=F("last_seen_at") - timedelta(days=1))
    stored = UserSession.objects.get().last_seen_at
    browser.get("/settings/")
    assert UserSession.objects.get().last_seen_at == stored
    session = browser.session
    session[NOTED] -= INTERVAL_SECONDS
    session.save()
    browser.get("/settings/", REMOTE_ADDR="198.51.100.3")
    noted = UserSession.objects.get()
    assert noted.last_seen_at > stored
    assert noted.ip == "198.51.100.3"


def test_a_new_password_ends_the_other_sessions_and_their_lines() -> None:
    UserFactory.create(username="ana")
    stolen, mine = _log_in("ana", FIREFOX, "203.0.113.9"), _log_in("ana", CHROME, "192.0.2.7")
    new = "another-Password-77"
    mine.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert stolen.get("/settings/").status_code == 302
    assert "203.0.113.9" not in mine.get(reverse("usersessions_list")).content.decode()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (CHROME, "Chrome, Linux"),
        (CHROME + " Edg/126.0", "Edge, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.5.0", "curl"),
        ("x" * 100, "x" * 60),
        ("", ""),
    ],
)
def test_devices_have_short_names(agent: str, name: str) -> None:
    assert device_name(agent) == name
