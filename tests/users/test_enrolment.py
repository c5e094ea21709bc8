"""The first second factor of a role that demands one: the password alone sets up none, and its owner hears of it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from auditlog.models import LogEntry
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.api.test_log_in import TOTP_SECRET, _code
from tests.factories import PASSWORD, UserFactory
from tests.pages.confirming import confirm
from voipadmin.celery import app
from voipadmin.users.models import EnrolmentCode, User
from voipadmin.users.roles import Role
from voipadmin.users.second_factors.enrolment import GOOD_FOR, hand_out_enrolment_code
from voipadmin.users.second_factors.queries import has_second_factor
from voipadmin.users.second_factors.services import demand_second_factor, remove_second_factors

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]
FIRST = "/settings/second-factor/"
SET_UP = ["mfa_activate_totp", "mfa_add_webauthn"]


def _log_in(user: User) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    browser.cookies["django_language"] = "en"
    return browser


def _confirm(browser: Client) -> None:
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def _set_up_app(browser: Client) -> None:
    """Set up an app as its page does."""
    browser.get(reverse("mfa_activate_totp"))
    session = browser.session
    session["mfa.totp.secret"] = TOTP_SECRET
    session.save()
    browser.post(reverse("mfa_activate_totp"), {"code": _code()})


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the code that a test makes be that of the moment at which it is checked."""
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: 1_796_000_000.0))


@pytest.fixture
def admin() -> User:
    return UserFactory.create(username="root", role=Role.ADMIN, is_staff=True, is_superuser=True)


@pytest.fixture
def ana() -> User:
    demand_second_factor(roles=[Role.OPERATOR])
    return UserFactory.create(username="ana", role=Role.OPERATOR, email="ana@example.com")


@pytest.mark.parametrize("name", SET_UP)
def test_who_has_the_password_alone_sets_up_none(ana: User, name: str) -> None:
    browser = _log_in(ana)
    _confirm(browser)
    for answer in (browser.get(reverse(name)), browser.post(reverse(name), {"code": "123456"})):
        assert (answer.status_code, answer["Location"]) == (302, FIRST)
    assert not has_second_factor(ana)


@pytest.mark.django_db(transaction=True)
def test_with_the_code_it_is_set_up_once(ana: User) -> None:
    code = hand_out_enrolment_code(user=ana, now=timezone.now())
    browser = _log_in(ana)
    browser.post(FIRST, {"code": f" {code.lower().replace('-', ' ')} "})
    assert browser.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    _confirm(browser)
    _set_up_app(browser)
    assert has_second_factor(ana)
    assert not EnrolmentCode.objects.exists()
    remove_second_factors(user=ana)
    assert "wrong" in _log_in(ana).post(FIRST, {"code": code}).content.decode()


def test_a_code_is_for_its_user_alone(ana: User) -> None:
    bia = UserFactory.create(username="bia", role=Role.OPERATOR)
    code = hand_out_enrolment_code(user=bia, now=timezone.now())
    browser = _log_in(ana)
    assert "wrong" in browser.post(FIRST, {"code": code}).content.decode()
    assert browser.get(reverse("mfa_activate_totp"))["Location"] == FIRST


def test_a_code_is_good_for_three_days_and_a_new_one_replaces_it(ana: User) -> None:
    old = hand_out_enrolment_code(user=ana, now=timezone.now() - GOOD_FOR - timedelta(seconds=1))
    browser = _log_in(ana)
    assert "too old" in browser.post(FIRST, {"code": old}).content.decode()
    first = hand_out_enrolment_code(user=ana, now=timezone.now())
    hand_out_enrolment_code(user=ana, now=timezone.now())
    assert "wrong" in browser.post(FIRST, {"code": first}).content.decode()


def test_a_code_that_was_replaced_closes_the_session_that_had_entered_it(ana: User) -> None:
    browser = _log_in(ana)
    browser.post(FIRST, {"code": hand_out_enrolment_code(user=ana, now=timezone.now())})
    assert browser.get(reverse("mfa_activate_totp"))["Location"] != FIRST
    hand_out_enrolment_code(user=ana, now=timezone.now())
    assert browser.get(reverse("mfa_activate_totp"))["Location"] == FIRST


def test_guessing_is_delayed_and_a_right_guess_meanwhile_opens_nothing(ana: User) -> None:
    code = hand_out_enrolment_code(user=ana, now=timezone.now())
    browser = _log_in(ana)
    answers = [browser.post(FIRST, {"code": f"WRONG-{guess}"}).status_code for guess in range(15)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert browser.post(FIRST, {"code": code}).status_code == 429
    assert browser.get(reverse("mfa_activate_totp"))["Location"] == FIRST


def test_the_code_is_shown_once_with_the_password_or_alone_and_kept_by_nobody(admin: User, ana: User) -> None:
    browser = _log_in(admin)
    for name in ("users:user_password", "users:user_enrolment"):
        page = confirm(browser, reverse(name, args=[ana.pk]), follow=True)
        assert page["Cache-Control"] == "no-store"
        code = page.content.decode().partition('id="enrolment-code">')[2].partition("<")[0]
        assert len(code) == 23
        assert code not in str(list(EnrolmentCode.objects.values())) + str(list(LogEntry.objects.values()))
    viewer = UserFactory.create(username="eva", role=Role.VIEWER)
    shown = confirm(browser, reverse("users:user_password", args=[viewer.pk]), follow=True)
    assert 'id="enrolment-code"' not in shown.content.decode()
    assert browser.post(reverse("users:user_enrolment", args=[admin.pk])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_changelog_tells_who_handed_out_a_code_and_what_was_set_up_and_removed(admin: User, ana: User) -> None:
    confirm(_log_in(admin), reverse("users:user_enrolment", args=[ana.pk]))
    code = hand_out_enrolment_code(user=ana, now=timezone.now())
    browser = _log_in(ana)
    browser.post(FIRST, {"code": code})
    _confirm(browser)
    _set_up_app(browser)
    remove_second_factors(user=ana)
    entries: Any = LogEntry.objects.filter(object_pk=str(ana.pk), changes__has_key="second_factor").order_by("pk")
    told = [(entry.changes["second_factor"], entry.actor and entry.actor.username) for entry in entries]
    assert told[0] == (["", "enrolment code"], "root")
    assert (["", "totp"], "ana") in told
    assert told[-1][0] == ["2", ""]


def test_the_user_is_told_by_mail(ana: User) -> None:
    app.loader.import_default_modules()
    task = app.tasks["voipadmin.users.tasks.send_second_factor_notice"]
    at = timezone.now().isoformat()
    assert task.apply(args=[str(ana.pk), "added", "203.0.113.7", at]).get() == 1
    (sent,) = mail.outbox
    assert sent.to == ["ana@example.com"]
    assert "203.0.113.7" in sent.body
    assert "ana" in sent.body
    silent = UserFactory.create(email="")
    assert task.apply(args=[str(silent.pk), "removed", "", at]).get() == 0


@pytest.mark.django_db(transaction=True)
def test_a_role_that_demands_none_needs_no_code_and_its_owner_is_noted() -> None:
    eva = UserFactory.create(username="eva", role=Role.VIEWER)
    browser = _log_in(eva)
    assert browser.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    _confirm(browser)
    _set_up_app(browser)
    assert Authenticator.objects.filter(user=eva, type=Authenticator.Type.TOTP).exists()
    assert LogEntry.objects.filter(object_pk=str(eva.pk), changes__has_key="second_factor").exists()


def test_the_last_administrator_gets_a_code_on_the_server(admin: User, capsys: pytest.CaptureFixture[str]) -> None:
    demand_second_factor(roles=[Role.ADMIN])
    call_command("create_admin", "--username", "root", "--reset", "--without-second-factors")
    printed = capsys.readouterr().out
    code = next(line.split()[-1] for line in printed.splitlines() if line.startswith("Enrolment"))
    password = next(line.split()[-1] for line in printed.splitlines() if line.startswith("Password"))
    browser = Client()
    browser.post(reverse("account_login"), {"login": "root", "password": password})
    assert browser.get("/customers/")["Location"] == FIRST
    browser.post(FIRST, {"code": code})
    assert browser.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
