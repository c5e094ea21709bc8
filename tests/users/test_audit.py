"""The audit log: what happened, found by who, what, when and where, on the page, as a file and by the API."""

import csv
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import formats, timezone

from customers.models import Customer
from numbering.services import allocate_did, release_did
from routing.models import RouteGateway
from tests.api.client import ApiClient
from tests.factories import PASSWORD, UserFactory
from tests.factories.customers import CustomerFactory, ExtensionFactory, TrunkAddressFactory
from tests.factories.numbering import DIDFactory
from tests.factories.routing import GatewayFactory, RouteFactory
from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.audit.saves import one_save
from voipadmin.core.pages import changelog
from voipadmin.core.pages.changelog import changelog_of
from voipadmin.core.services import delete_object, save_object
from voipadmin.users.models import User
from voipadmin.users.people.services import delete_user
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
AUDIT = "/audit/"


@pytest.fixture
def root() -> User:
    return UserFactory.create(username="root", role=Role.ADMIN)


@pytest.fixture
def admin(root: User) -> Client:
    client = Client(headers={"accept-language": "en"}, REMOTE_ADDR="192.0.2.5")
    client.force_login(root, backend="voipadmin.users.backends.RoleBackend")
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def labels(instance: Any) -> list[tuple[str, str]]:
    """Action and kind of what is on an object's changelog, the newest first."""
    saves = changelog_of(instance).saves
    return [(change.action_code, change.model.__name__) for save in saves for change in save.changes if change.model]


def words(instance: Any) -> str:
    saves = changelog_of(instance).saves
    fields = [field for save in saves for change in save.changes for field in change.fields]
    return " | ".join(f"{field.label}: {field.before} → {field.after}" for field in fields)


def test_the_trunk_addresses_of_a_customer_are_on_its_changelog_when_they_are_gone_too() -> None:
    # I3
    address = TrunkAddressFactory.create(network="198.18.5.1")
    customer = address.customer
    address.priority = 7
    save_object(address)
    delete_object(address)
    assert labels(customer)[:3] == [("delete", "TrunkAddress"), ("update", "TrunkAddress"), ("create", "TrunkAddress")]
    assert "198.18.5.1" in words(customer)


def test_the_gateways_of_a_route_and_their_order_are_on_its_changelog() -> None:
    # I3
    route, first, second = RouteFactory.create(), GatewayFactory.create(), GatewayFactory.create()
    steps = [
        RouteGateway.objects.create(route=route, gateway=item, position=n + 1) for n, item in enumerate((first, second))
    ]
    for step, position in zip(steps, (2, 1), strict=True):
        step.position = position
        save_object(step)
    assert ("update", "RouteGateway") in labels(route)
    assert "Position: 1 → 2" in words(route)
    assert f"Gateway:  → {first}" in words(route)
    assert ("create", "RouteGateway") in labels(first)


def test_to_whom_a_number_went_and_where_its_calls_went_is_on_both_changelogs() -> None:
    # I3
    did, extension = DIDFactory.create(), ExtensionFactory.create()
    customer = extension.customer
    allocate_did(did=did, customer=customer, destination_type="extension", extension=extension)
    release_did(did=did)
    for instance in (did, customer):
        assert ("create", "DIDAllocation") in labels(instance)
        assert ("update", "DIDAllocation") in labels(instance)
    assert f"Customer:  → {customer}" in words(did)
    # Moments stand on the panel's clock, and not as the database has them.
    assert f"Until:  → {formats.date_format(timezone.localdate(), 'SHORT_DATE_FORMAT')}" in words(did)
    assert f"Extension:  → {extension}" in words(did)
    # Names of what is gone stay readable.
    name = str(extension)
    extension.delete()
    assert f"Extension:  → {name}" in words(did)


def test_a_changelog_is_read_to_its_end_part_by_part(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelog, "PART", 4)
    customer = CustomerFactory.create()
    for number in range(9):
        customer.name = f"Name {number}"
        save_object(customer)
    seen: list[str] = []
    address = f"{customer.get_absolute_url()}?tab=changelog"
    part = changelog_of(customer)
    while True:
        seen += [field.after for save in part.saves for change in save.changes for field in change.fields]
        if part.older is None:
            break
        part = changelog_of(customer, str(part.older))
    names = [value for value in seen if value.startswith("Name ")]
    assert names == [f"Name {number}" for number in reversed(range(9))]
    assert 'rel="next"' in text_of(admin.get(address))
    for nonsense in ("x", "-1", "9" * 40, "٣"):
        assert "Name 8" in text_of(admin.get(address, {"tab": "changelog", "before": nonsense}))


def test_what_one_save_did_stands_together_and_a_large_one_is_summed_up(admin: Client) -> None:
    customer = CustomerFactory.create()
    with one_save():
        for number in range(20):
            TrunkAddressFactory.create(customer=customer, network=f"198.18.9.{number + 1}")
    newest = changelog_of(customer).saves[0]
    assert (len(newest.changes), newest.hidden) == (20, 8)
    text = text_of(admin.get(f"{customer.get_absolute_url()}?tab=changelog"))
    assert "8 more entries of this save" in text
    alone = text_of(admin.get(AUDIT, {"save": newest.first.save}))
    assert "198.18.9.1" in alone
    assert customer.get_absolute_url() not in alone.replace(f"{customer.get_absolute_url()}?", "")


@pytest.fixture
def happened(root: User) -> dict[str, Any]:
    """Entries of several people, kinds, addresses and days."""
    other = UserFactory.create(username="bia", role=Role.OPERATOR)
    padaria, escola = CustomerFactory.create(code="PADARIA"), CustomerFactory.create(code="ESCOLA")
    record_event(AuditEvent.HANG_UP, padaria, details={"calls": 3, "reason": "fraud"}, actor=other)
    record_event(AuditEvent.BULK_ACTION, Customer, details={"objects": 4711}, actor=root)
    escola.name = "Escola Nova"
    save_object(escola)
    entries: Any = LogEntry.objects
    kind = entries.get_for_object(padaria).first().content_type
    entries.create(
        content_type=kind, object_pk=str(padaria.pk), object_repr="PADARIA old", action=1, remote_addr="198.51.100.9",
        timestamp=timezone.now() - timedelta(days=40), changes={"name": ["a", "very old"]},
    )  # fmt: skip
    return {"padaria": padaria, "escola": escola, "bia": other}


FINDS = [
    ({"who": "BIA"}, ["fraud"], ["Escola Nova", "very old"]),
    ({"action": "hang_up"}, ["fraud"], ["4711", "very old"]),
    ({"action": "update", "q": "escola"}, ["Escola Nova"], ["fraud", "very old"]),
    ({"q": "pada"}, ["fraud", "very old"], ["Escola Nova"]),
    ({"address": "198.51.100.0/24"}, ["very old"], ["fraud", "Escola Nova"]),
    ({"address": "198.51.100.9"}, ["very old"], ["fraud"]),
    ({"kind": "customers.customer", "q": "pada", "action": "update"}, ["very old"], ["fraud"]),
    ({"until": (timezone.now() - timedelta(days=30)).strftime("%Y-%m-%d")}, ["very old"], ["fraud", "Escola Nova"]),
    ({"since": (timezone.now() - timedelta(days=2)).strftime("%Y-%m-%d"), "q": "pada"}, ["fraud"], ["very old"]),
]


@pytest.mark.parametrize(("asked", "shown", "hidden"), FINDS, ids=lambda value: str(value)[:40])
def test_it_is_found_by_who_what_when_and_where(
    admin: Client, happened: dict[str, Any], asked: dict[str, str], shown: list[str], hidden: list[str]
) -> None:
    page = text_of(admin.get(AUDIT, asked)).partition("list-tools")[2]
    file = b"".join(admin.get(AUDIT, {**asked, "export": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    for text in (page, file):
        assert all(word in text for word in shown)
        assert not [word for word in hidden if f"{word}<" in text or f" {word}" in text]


NONSENSE = [
    {"address": "300.1.1.1"}, {"address": "x"}, {"since": "2026-02-31"}, {"until": "0001-01-01"}, {"kind": "no.such"},
    {"action": "fly"}, {"cursor": "x"}, {"q": "\0"}, {"q": "' & !:* |"}, {"q": "<>"}, {"who": "%"}, {"who": "\0"},
    {"save": "\0"}, {"q": "a" * 200}, {"export": "xml"}, {"export": "csv", "address": "x"},
]  # fmt: skip


@pytest.mark.parametrize("asked", NONSENSE, ids=str)
def test_nonsense_is_answered_with_the_page(admin: Client, happened: dict[str, Any], asked: dict[str, str]) -> None:
    answer = admin.get(AUDIT, asked)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_it_is_for_administrators(happened: dict[str, Any]) -> None:
    for role in (Role.OPERATOR, Role.FINANCE, Role.VIEWER, Role.CUSTOMER):
        client = Client()
        client.force_login(UserFactory.create(role=role), backend="voipadmin.users.backends.RoleBackend")
        assert client.get(AUDIT).status_code == 403


def test_whoever_takes_the_log_is_in_it(admin: Client, root: User, happened: dict[str, Any]) -> None:
    file = b"".join(admin.get(AUDIT, {"export": "csv"}).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(file.splitlines()))
    assert {"Time", "User", "Address", "Action", "Object"} <= set(rows[0])
    noted: Any = LogEntry.objects.filter(additional_data__event="download").get()
    assert (noted.actor, noted.changes["rows"][1]) == (root, str(len(rows)))


def test_what_a_deleted_user_did_is_found_by_the_name(admin: Client, happened: dict[str, Any]) -> None:
    delete_user(user=happened["bia"])
    assert "fraud" in text_of(admin.get(AUDIT, {"who": "bia"}))


def test_a_part_costs_as_many_questions_as_it_names_kinds(admin: Client, happened: dict[str, Any]) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin.get(AUDIT).status_code == 200
        return len(asked)

    admin.get(AUDIT)
    before = questions()
    for _number in range(15):
        customer = CustomerFactory.create()
        customer.name = "Another"
        save_object(customer)
        allocate_did(did=DIDFactory.create(), customer=customer, destination_type="trunk")
    assert questions() <= before + 8


LOOKUPS = [{"who": "root"}, {"action": "hang_up"}, {"address": "198.51.100.9"}, {"who": "nobody-of-now"}]


@pytest.mark.slow
@pytest.mark.parametrize("asked", LOOKUPS, ids=str)
def test_no_filter_reads_all_entries(admin: Client, asked: dict[str, str]) -> None:
    """Among a hundred thousand entries of others, each filter goes through an index of PostgreSQL's choice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO auditlog_logentry (content_type_id, object_pk, object_repr, action, changes_text, timestamp,"
            " remote_addr, additional_data)"
            " SELECT (SELECT id FROM django_content_type WHERE model = 'customer'), gen_random_uuid()::text,"
            " 'CODE' || number, 1, '', now() - number * interval '1 second', '203.0.113.1', '{}'"
            " FROM generate_series(1, 100000) AS number"
        )
        cursor.execute("ANALYZE auditlog_logentry")
    with CaptureQueriesContext(connection) as queries:
        admin.get(AUDIT, asked)
    found = [
        query["sql"] for query in queries if 'FROM "auditlog_logentry"' in query["sql"] and "LIMIT" in query["sql"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {found[-1]}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index" in plan
    assert "Seq Scan on auditlog_logentry" not in plan


def events(name: str) -> list[Any]:
    return list(LogEntry.objects.filter(additional_data__event=name).order_by("pk"))


def test_log_ins_and_refused_ones_are_noted_with_their_address(root: User) -> None:
    browser = Client(REMOTE_ADDR="198.51.100.7", headers={"user-agent": "Firefox"})
    login = reverse("account_login")
    browser.post(login, {"login": "root", "password": "wrong"})
    browser.post(login, {"login": "MySecretPassword", "password": "x"})
    browser.post(login, {"login": "root", "password": PASSWORD})
    browser.post(reverse("account_logout"))
    known, unknown = events("log_in_failed")
    assert (known.object_pk, known.actor, known.remote_addr) == (str(root.pk), None, "198.51.100.7")
    # People type passwords where the name goes: of names that nobody has only the beginning is kept.
    assert unknown.changes["username"] == ["", "My…"]
    assert "Secret" not in str(unknown.changes)
    (entry,) = events("log_in")
    assert (entry.actor, entry.remote_addr, entry.changes["user_agent"][1]) == (root, "198.51.100.7", "Firefox")
    assert [entry.actor for entry in events("log_out")] == [root]


def test_a_guesser_cannot_fill_the_log(root: User) -> None:
    for _guess in range(30):
        Client(REMOTE_ADDR="198.51.100.7").post(reverse("account_login"), {"login": "root", "password": "wrong"})
    assert len(events("log_in_failed")) < 10
    assert len(events("log_in_delayed")) == 1


def test_a_token_is_a_log_in_of_the_api(root: User) -> None:
    Client().post("/api/v1/auth/login", {"username": "root", "password": PASSWORD}, content_type="application/json")
    (entry,) = events("log_in")
    assert entry.changes["way"] == ["", "API"]


def asked_of(api: ApiClient, **query: str) -> Any:
    return api.get(f"/audit/?{urlencode(query)}")


def test_scripts_read_the_log_by_the_api(root: User, happened: dict[str, Any]) -> None:
    api = ApiClient(root)
    found = asked_of(api, action="hang_up").json()["items"]
    assert [(item["actor"], item["action"], item["object_id"]) for item in found] == [
        ("bia", "hang_up", str(happened["padaria"].pk))
    ]
    first = asked_of(api, limit="1").json()
    second = asked_of(api, limit="1", cursor=first["next_cursor"]).json()
    assert first["items"][0]["id"] > second["items"][0]["id"]
    for query in ({"address": "x"}, {"action": "' OR"}, {"kind": "x"}, {"whom": "bia"}, {"q": "a" * 101}):
        assert asked_of(api, **query).status_code == 422, query
    assert asked_of(api, kind="no.such").json()["items"] == []
    assert ApiClient(happened["bia"]).get("/audit/").status_code == 403
