"""Secrets are shown by the page after the POST that made them, once; loading a page again repeats nothing."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from auditlog.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.models import Extension
from tests.entities import KINDS
from tests.factories.customers import ExtensionFactory
from tests.pages.confirming import confirm
from tests.pages.conftest import AsRole
from tests.urls import addresses
from voipadmin.core.pages.objects.shown_once import KEPT
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return str(response.content.decode())


def rotated(client: Client, extension: Extension) -> str:
    """The page that shows a new secret of the extension."""
    answer = confirm(client, reverse("customers:extension_rotate", args=[extension.pk]))
    extension.refresh_from_db()
    return str(answer["Location"])


def test_a_new_secret_is_on_the_next_page_once(operator: Client) -> None:
    # I6
    extension = ExtensionFactory.create()
    page = rotated(operator, extension)
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert extension.secret not in kept
    shown = operator.get(page)
    assert extension.secret in text_of(shown)
    assert shown["Cache-Control"] == "no-store"
    again = operator.get(page)
    assert again.status_code == 410
    assert extension.secret not in text_of(again)
    assert "already shown" in text_of(again)
    noted: Any = LogEntry.objects.get_for_object(extension).filter(additional_data__event="secret_shown").get()
    assert noted.actor.role == Role.OPERATOR


@pytest.mark.slow(seconds=0.3)
def test_nobody_else_sees_it(operator: Client, as_role: AsRole) -> None:
    extension = ExtensionFactory.create()
    page = rotated(operator, extension)
    assert as_role(Role.OPERATOR).get(page).status_code == 410
    assert as_role(Role.VIEWER).get(page).status_code == 403
    assert extension.secret in text_of(operator.get(page))


@pytest.mark.slow(seconds=0.3)
def test_it_waits_ten_minutes_and_not_longer(operator: Client) -> None:
    extension = ExtensionFactory.create()
    page = rotated(operator, extension)
    with patch(
        "voipadmin.core.pages.objects.shown_once.timezone.now", return_value=timezone.now() + timedelta(minutes=11)
    ):
        assert operator.get(page).status_code == 410
    assert operator.get(page).status_code == 410


@pytest.mark.slow(seconds=0.3)
def test_a_session_keeps_only_the_latest(operator: Client) -> None:
    extension = ExtensionFactory.create()
    pages = [rotated(operator, extension) for _number in range(KEPT + 1)]
    assert operator.get(pages[0]).status_code == 410
    assert extension.secret in text_of(operator.get(pages[-1]))


def test_who_makes_a_user_is_led_to_its_password(admin: Client) -> None:
    answer = admin.post(reverse("users:user_create"), KINDS["users:user"].answers())
    assert answer.status_code == 302
    password = text_of(admin.get(answer["Location"])).split('id="new-password">')[1].split("<")[0]
    assert User.objects.get(username="maria").check_password(password)
    assert password not in text_of(admin.get(answer["Location"]))


# The language is the reader's own, and asking for it twice changes nothing; a wrong code is counted, whoever sends it.
NOT_TRIED = {"set_language", "users:second_factor_first"}
ELSEWHERE = ("api/", "admin/", "accounts/", "health/")
WRITES = re.compile(r"(INSERT|UPDATE|DELETE)\b(?!.*(django_session|usersession))", re.DOTALL)


def path_of(route: str, key: Any) -> str:
    values = {"field": "secret", "app_label": "customers", "model_name": "customer"}
    return "/" + re.sub(r"<\w+:(\w+)>", lambda match: values.get(match[1], str(key)), route)


@pytest.mark.slow
def test_no_post_both_writes_and_draws_a_page(admin: Client) -> None:
    """What answers a POST with a page has written nothing, so that loading it again repeats nothing."""
    made = {kind.name: kind.make().pk for kind in KINDS.values()}
    found, tried = [], 0
    for address in addresses():
        if address.route.startswith(ELSEWHERE) or address.name in NOT_TRIED:
            continue
        kind = address.name.rpartition("_")[0]
        key = made.get(kind) or made.get(kind.rpartition("_")[0]) or made["users:user"]
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            answer = admin.post(path_of(address.route, key), {"confirmation": "x", "number": "1", "name": "x"})
            transaction.set_rollback(True)
        writes = [query["sql"] for query in queries if WRITES.match(query["sql"])]
        # A secret that is revealed is a fragment for a script: loading the page again does not send it again.
        if answer.status_code == 200 and writes and not address.name.endswith(("_secret", "webhook_show")):
            found.append((address.name, writes[0][:80]))
        tried += 1
    assert found == []
    assert tried > 100
