"""The changelog only grows, keeps the name of who is gone, and knows who took data out of the panel."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.factories import CustomerFactory, UserFactory
from tests.factories.billing import CdrFactory
from tests.urls import entities
from voipadmin.users.models import User
from voipadmin.users.people.services import delete_user, save_user
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return UserFactory.create(username="root", email="root@example.com", role=Role.ADMIN, is_superuser=True)


@pytest.fixture
def signed_in(admin: User) -> Client:
    signed_in = Client(headers={"accept-language": "en"}, REMOTE_ADDR="192.0.2.5")
    signed_in.force_login(admin, backend="voipadmin.users.backends.RoleBackend")
    return signed_in


@pytest.fixture
def entry(admin: User, signed_in: Client) -> Any:
    data = {"username": "ana", "role": "viewer", "is_active": "on"}
    signed_in.post("/users/new/", data)
    return LogEntry.objects.get(object_repr="ana")


WRITES = {
    "changed": "UPDATE auditlog_logentry SET changes = '{}' WHERE id = %s",
    "given to somebody else": "UPDATE auditlog_logentry SET actor_id = NULL, remote_addr = NULL WHERE id = %s",
    "deleted": "DELETE FROM auditlog_logentry WHERE id = %s",
}


@pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES.keys())
def test_an_entry_cannot_be(entry: Any, statement: str) -> None:
    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        connection.cursor().execute(statement, [entry.pk])
    assert LogEntry.objects.filter(pk=entry.pk, actor=entry.actor, changes=entry.changes).exists()


def test_it_cannot_be_emptied(entry: Any) -> None:
    cursor = connection.cursor()
    # The tests' own set-up switches this one off, for those that empty the whole database.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("ALTER TABLE auditlog_logentry ENABLE TRIGGER changelog_is_not_emptied")
    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        cursor.execute("TRUNCATE auditlog_logentry CASCADE")


def test_the_command_that_empties_it_is_refused(entry: Any) -> None:
    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        call_command("auditlogflush", "--yes")


def test_the_name_of_who_is_deleted_stays(entry: Any, admin: User) -> None:
    save_user(user=User(username="other", role=Role.ADMIN))
    delete_user(user=admin)
    entry.refresh_from_db()
    assert (entry.actor, entry.actor_email) == (None, "root <root@example.com>")
    assert LogEntry.objects.filter(object_repr="root", action=LogEntry.Action.DELETE).exists()


@pytest.mark.parametrize("entity", entities(), ids=lambda entity: entity.model_name)
def test_every_list_that_is_exported_is_noted(signed_in: Client, admin: User, entity: Any) -> None:
    before = set(LogEntry.objects.values_list("pk", flat=True))
    name = f"{entity.app_label}:{entity.model_name}_list"
    answer = signed_in.get(reverse(name), {"export": "csv", "q": "x"})
    assert answer["Content-Type"].startswith("text/csv")
    noted: Any = LogEntry.objects.exclude(pk__in=before).get()
    assert (noted.actor, noted.remote_addr, noted.action) == (admin, "192.0.2.5", LogEntry.Action.ACCESS)
    assert noted.changes_dict["download"][1] == "CSV"
    assert noted.changes_dict["filters"][1] == "export=csv&q=x"


def test_an_export_says_how_many_rows_were_taken(signed_in: Client) -> None:
    CdrFactory.create()
    CdrFactory.create()
    signed_in.get(reverse("billing:cdr_list"), {"export": "csv"})
    noted: Any = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).get()
    assert noted.changes_dict["rows"][1] == "2"


def test_movements_that_are_taken_are_told_on_the_accounts_changelog(signed_in: Client) -> None:
    account = CustomerFactory.create().account
    days = {"first": "2026-01-01", "last": "2026-01-31"}
    answer = signed_in.get(reverse("billing:account_statement_csv", args=[account.pk]), days)
    assert answer.status_code == 200
    page = signed_in.get(f"{account.get_absolute_url()}?tab=changelog").content.decode()
    assert "Download" in page
    assert "CSV" in page
