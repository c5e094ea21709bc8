"""Many objects at once: chosen in a list, asked about, changed by a job, and told which were refused and why."""

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from asterisk_sync.live.state import LiveChannel, LiveContact, LiveEndpoint, LiveState, publish
from asterisk_sync.models import Node, OutboxEntry
from customers.models import Customer, CustomerType, Extension
from numbering.models import DID, DIDStatus
from numbering.services import allocate_did
from numbering.views import DIDS
from tests.factories import CustomerFactory, DIDFactory, ExtensionFactory, GatewayFactory, UserFactory
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory
from voipadmin.core.jobs import running
from voipadmin.core.jobs.files import content_of
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Job, JobStatus
from voipadmin.core.pages.bulk import work
from voipadmin.core.pages.listing import bulk_views, list_export, lists
from voipadmin.users.models import User
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture(autouse=True)
def english() -> Any:
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def operator() -> User:
    return UserFactory.create(role=Role.OPERATOR)


def client_of(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def choose(client: Client, what: str, action: str, *rows: Any, **more: str) -> str:
    """Choose rows in a list; return the address of the question."""
    answer = client.post(reverse(f"{what}_bulk"), {"bulk": action, "pk": [str(row.pk) for row in rows], **more})
    assert answer.status_code == 302
    return str(answer["Location"])


def confirm(client: Client, address: str, **answers: Any) -> Any:
    """Answer the question as it is asked now; return the job, or the page where it is asked once more."""
    page = client.get(address).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None, page
    answer = client.post(address, {"mode": "possible", "seen": seen[1], "typed": seen[1], **answers})
    if answer.status_code == 200:
        return answer.content.decode()
    return Job.objects.get(pk=str(answer["Location"]).rstrip("/").rpartition("/")[2])


def done(job: Job) -> Job:
    run_job(job)
    job.refresh_from_db()
    return job


def allocated(count: int) -> list[DID]:
    customer = CustomerFactory.create()
    dids = [DIDFactory.create() for _number in range(count)]
    for did in dids:
        allocate_did(did=did, customer=customer, destination_type="trunk")
    return dids


def test_what_is_possible_is_done_and_the_rest_is_listed_with_links(operator: User) -> None:
    dids, free = allocated(3), DIDFactory.create()
    client = client_of(operator)
    address = choose(client, "numbering:did", "release", *dids, free)
    page = client.get(address).content.decode()
    assert "Release: 4 objects" in page
    assert "1 of them will be refused" in page
    job = done(confirm(client, address))
    assert (job.status, job.result["changed"], job.result["failed_count"]) == (JobStatus.DONE, 3, 1)
    assert set(DID.objects.values_list("status", flat=True)) == {DIDStatus.QUARANTINED, DIDStatus.FREE}
    page = client.get(job.get_absolute_url()).content.decode()
    assert "3 objects done. 1 refused." in page
    assert free.get_absolute_url() in page
    assert f"{free.number} is not allocated." in page
    entry: Any = LogEntry.objects.get_for_object(dids[0]).order_by("id").last()
    assert entry.actor == operator
    told: Any = LogEntry.objects.filter(additional_data__event="bulk_action").get()
    assert (told.actor, told.changes_dict["objects"][1], told.changes_dict["failed"][1]) == (operator, "3", "1")


def test_all_or_nothing_changes_none_and_names_every_refusal(operator: User) -> None:
    dids, refused = allocated(3), [DIDFactory.create(), DIDFactory.create()]
    client = client_of(operator)
    job = done(confirm(client, choose(client, "numbering:did", "release", *dids, *refused), mode="nothing"))
    assert (job.status, job.result["changed"], job.result["failed_count"]) == (JobStatus.FAILED, 0, 2)
    assert "Nothing was changed. 2 objects were refused." in job.error
    assert DID.objects.filter(status=DIDStatus.ALLOCATED).count() == 3
    job = done(confirm(client, choose(client, "numbering:did", "release", *dids), mode="nothing"))
    assert (job.status, job.result["changed"]) == (JobStatus.DONE, 3)


def figures_in(page: str) -> dict[str, str]:
    """Return what a question says is in use now, by its words."""
    panel = page.partition('<dl class="ask-figures"')[2].partition("</dl>")[0]
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", panel, re.DOTALL)
    return {label: re.sub(r"<svg.*?</svg>", "", value, flags=re.DOTALL).strip() for label, value in pairs}


def all_in_use(node: Node, dids: Sequence[DID], extensions: Sequence[Extension]) -> LiveState:
    """Return a node with a call to each number and a telephone of each extension."""
    channels = [
        LiveChannel(f"PJSIP/x-{did}", did.number, "Up", "", "", did.number, "", "", did.number, 1) for did in dids
    ]
    endpoints = [
        LiveEndpoint(row.sip_username, "In use", 1, (LiveContact(row.sip_username, "sip:x", "Reachable", 1.0),))
        for row in extensions
    ]
    return LiveState(node.pk, timezone.now(), channels=tuple(channels), endpoints=tuple(endpoints))


def test_the_question_sums_up_what_uses_all_of_the_chosen(operator: User) -> None:
    """Telephones, calls, minutes and money of a large choice are asked for in as many queries as those of one row."""
    node, extensions = NodeFactory.create(), ExtensionFactory.create_batch(5)
    customers = [extension.customer for extension in extensions]
    dids = [DIDFactory.create() for _extension in extensions]
    for did, extension in zip(dids, extensions, strict=True):
        allocate_did(
            did=did, customer=extension.customer, destination_type="extension", extension=extension,
            monthly_price=Decimal("1000.10"),
        )  # fmt: skip
        for days in (1, 9):
            CdrFactory.create(did=did, started_at=timezone.now() - timedelta(days=days), billable_seconds=45_000)
    publish(all_in_use(node, dids, extensions))
    client = client_of(operator)

    def asked(what: str, action: str, rows: Sequence[Any]) -> tuple[dict[str, str], int]:
        address = choose(client, what, action, *rows)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        return figures_in(page), len(queries)

    figures, count = asked("numbering:did", "release", dids)
    assert figures == {
        "Numbers allocated": "5", "Customers": "5", "Earned a month": "R$\xa05,000.50",
        "Calls of the last seven days": "5", "Minutes of the last seven days": "3,750",
        "Calls up now": "5", "Telephones registered": "5",
    }  # fmt: skip
    assert count == asked("numbering:did", "release", dids[:3])[1]
    of_customers, count = asked("customers:customer", "suspend", customers)
    assert of_customers | {"Telephones registered": "5", "Numbers allocated": "5"} == of_customers
    assert of_customers["Earned a month"] == figures["Earned a month"]
    assert count == asked("customers:customer", "suspend", customers[:3])[1]
    of_extensions, count = asked("customers:extension", "disable", extensions)
    assert of_extensions == {"Numbers allocated": "5", "Telephones registered": "5", "Calls up now": "5"}
    assert count == asked("customers:extension", "disable", extensions[:3])[1]


def test_all_of_a_filter_is_counted_again_when_it_is_confirmed(operator: User) -> None:
    gateway, other = GatewayFactory.create(), GatewayFactory.create()
    for chosen in (gateway, gateway, other):
        DIDFactory.create(gateway=chosen, provider=chosen.provider)
    client = client_of(operator)
    query = f"gateway={gateway.pk}&page=3&sort=number"
    address = choose(client, "numbering:did", "block", everything="on", query=query)
    page = client.get(address).content.decode()
    assert "Block: 2 objects" in page
    DIDFactory.create(gateway=gateway, provider=gateway.provider)
    answer = client.post(address, {"mode": "possible", "seen": "2", "typed": "2"}).content.decode()
    assert "There are 3 now; there were 2 when you were asked." in answer
    assert 'value="3"' in answer
    job = done(confirm(client, address))
    assert job.result["changed"] == 3
    assert DID.objects.get(gateway=other).status == DIDStatus.FREE


def test_what_is_dangerous_or_much_is_confirmed_by_its_count(operator: User) -> None:
    dids = allocated(2)
    client = client_of(operator)
    address = choose(client, "numbering:did", "release", *dids)
    assert "This is not the number of objects." in confirm(client, address, typed="3")
    assert not Job.objects.exists()
    assert isinstance(confirm(client, address, typed=" 2 "), Job)
    many = [DIDFactory.create() for _number in range(10)]
    assert "Type 10 to confirm." in client.get(choose(client, "numbering:did", "block", *many)).content.decode()
    assert "to confirm" not in client.get(choose(client, "numbering:did", "block", *many[1:])).content.decode()


def test_a_worker_that_is_killed_leaves_the_rest_to_the_next_one(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 2)
    dids = [DIDFactory.create() for _number in range(5)]
    client = client_of(operator)
    job = confirm(client, choose(client, "numbering:did", "block", *dids))
    apply_to, calls = work._Bulk._apply_to, []

    def killed(self: Any, keys: Any) -> None:
        calls.append(list(keys))
        apply_to(self, keys)
        if len(calls) == 2:
            raise OperationalError("killed")

    monkeypatch.setattr(work._Bulk, "_apply_to", killed)
    with pytest.raises(OperationalError):
        run_job(job)
    assert DID.objects.filter(status=DIDStatus.BLOCKED).count() == 2
    job = done(job)
    assert (job.result["changed"], job.result["failed_count"], len(calls)) == (5, 0, 4)
    assert calls[1] == calls[2]


def test_all_that_was_done_is_not_done_again_by_the_next_worker(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dids, client = allocated(3), client_of(operator)
    job = confirm(client, choose(client, "numbering:did", "release", *dids), mode="nothing")

    def killed(*_entry: Any, **_more: Any) -> None:
        raise OperationalError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(work, "record_event", killed)
        with pytest.raises(OperationalError):
            run_job(job)
    job = done(job)
    assert (job.status, job.result["changed"], job.result["failed_count"]) == (JobStatus.DONE, 3, 0)


def test_what_was_changed_before_a_job_was_cancelled_is_in_the_audit_log(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 2)
    dids = [DIDFactory.create() for _number in range(5)]
    client = client_of(operator)
    job = confirm(client, choose(client, "numbering:did", "block", *dids))

    # The lock's own connection, which looks, does not see the row of this test's open transaction.
    def cancelled_behind_the_first_piece(_run: running.JobRun, done: int, *_more: Any, **_options: Any) -> None:
        if done:
            raise running.JobCancelled

    monkeypatch.setattr(running.JobRun, "tell", cancelled_behind_the_first_piece)
    assert done(job).status == JobStatus.CANCELLED
    told: Any = LogEntry.objects.filter(additional_data__event="bulk_action").get()
    assert told.changes_dict["objects"][1] == "2"


def test_only_the_ticked_fields_are_changed_and_asterisk_is_told(operator: User) -> None:
    company = CustomerFactory.create(type=CustomerType.EXTENSION)
    extensions = [ExtensionFactory.create(customer=company, max_contacts=1, codecs="alaw") for _number in range(2)]
    NodeFactory.create()
    OutboxEntry.objects.all().delete()
    client = client_of(operator)
    address = choose(client, "customers:extension", "edit", *extensions)
    assert "Tick what is to be changed." in confirm(client, address, codecs="g722")
    assert "Tick what is to be changed." not in confirm(client, address, set_codecs="on", codecs="nonsense")
    assert not Job.objects.exists()
    done(confirm(client, address, set_max_contacts="on", max_contacts="3", codecs="nonsense"))
    assert set(Extension.objects.values_list("max_contacts", "codecs")) == {(3, "alaw")}
    assert OutboxEntry.objects.exists()


def test_extensions_move_and_customers_are_suspended_with_the_rules_of_one(operator: User) -> None:
    old, new = (CustomerFactory.create(type=CustomerType.EXTENSION) for _number in range(2))
    first = ExtensionFactory.create(customer=old, number="100")
    ExtensionFactory.create(customer=new, number="101")
    second = ExtensionFactory.create(customer=old, number="101")
    client = client_of(operator)
    job = done(confirm(client, choose(client, "customers:extension", "move", first, second), customer=str(new.pk)))
    assert (job.result["changed"], job.result["failed_count"]) == (1, 1), "the number is taken there"
    assert Extension.objects.get(pk=first.pk).customer == new
    job = done(confirm(client, choose(client, "customers:customer", "suspend", old, new)))
    assert set(Customer.objects.values_list("status", flat=True)) == {"suspended"}
    moved = Extension.objects.get(pk=first.pk)
    allocate_did(did=DIDFactory.create(), customer=new, destination_type="extension", extension=moved)
    address = choose(client, "customers:customer", "delete", old, new)
    assert re.search("Deleted along with them: .*3 extensions", client.get(address).content.decode())
    job = done(confirm(client, address))
    assert (job.result["changed"], job.result["failed_count"]) == (1, 1), "a number is allocated to the other"


def test_numbers_are_allocated_together(operator: User) -> None:
    customer, dids = CustomerFactory.create(), [DIDFactory.create() for _number in range(2)]
    client = client_of(operator)
    address = choose(client, "numbering:did", "allocate", *dids)
    assert isinstance(confirm(client, address, destination_type="trunk"), str), "whose?"
    done(confirm(client, address, customer=str(customer.pk), destination_type="trunk", monthly_price="12,50"))
    assert set(DID.objects.values_list("status", flat=True)) == {DIDStatus.ALLOCATED}


def test_who_may_not_write_chooses_nothing_and_foreign_rows_are_not_touched(operator: User) -> None:
    did = DIDFactory.create()
    viewer = client_of(UserFactory.create(role=Role.VIEWER))
    assert 'name="pk"' not in viewer.get(reverse("numbering:did_list")).content.decode()
    assert 'name="pk"' in client_of(operator).get(reverse("numbering:did_list")).content.decode()
    assert choose(viewer, "numbering:did", "block", did) == reverse("numbering:did_list")
    mine = choose(client_of(operator), "numbering:did", "block", did)
    other = client_of(UserFactory.create(role=Role.OPERATOR))
    assert other.get(mine)["Location"] == reverse("numbering:did_list"), "another user's selection"
    job = confirm(client_of(operator), mine)
    User.objects.filter(pk=operator.pk).update(role=Role.VIEWER)
    assert done(job).error == "You may no longer do this."
    assert DID.objects.get().status == DIDStatus.FREE


SENSELESS: tuple[dict[str, str], ...] = (
    {},
    {"bulk": "block"},
    {"bulk": "block", "pk": "x"},
    {"pk": "9" * 40, "bulk": "nonsense"},
    {"bulk": "\x00"},
    {"query": "status=free\r\nX: 1"},
)


@pytest.mark.parametrize("sent", SENSELESS)
def test_a_selection_that_makes_no_sense_goes_back_to_the_list(operator: User, sent: dict[str, str]) -> None:
    client = client_of(operator)
    answer = client.post(reverse("numbering:did_bulk"), {"query": "status=free", **sent})
    assert answer["Location"].startswith(reverse("numbering:did_list") + "?status=free")
    page = client.get(answer["Location"]).content.decode()
    assert "Choose the rows first." in page
    gone = client.get(reverse("numbering:did_confirm", args=["nonsense"]))
    assert gone["Location"] == reverse("numbering:did_list")


def test_a_filter_that_makes_no_sense_chooses_nothing(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    DIDFactory.create()
    client = client_of(operator)
    address = choose(client, "numbering:did", "block", everything="on", query="gateway=nonsense")
    assert "The filter finds nothing any more." in client.get(address).content.decode()
    client.post(address, {"mode": "possible", "seen": "0"})
    assert not Job.objects.exists()
    DIDFactory.create()
    monkeypatch.setattr(bulk_views, "MOST_OBJECTS", 1)
    address = choose(client, "numbering:did", "block", everything="on")
    page = client.get(address).content.decode()
    assert "At most 1 objects are changed at once." in page
    assert "btn-primary" not in page


def test_a_long_list_becomes_a_file_by_a_job(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LARGEST_SENT", 3)
    monkeypatch.setattr(list_export, "PIECE", 2)
    numbers = sorted(DIDFactory.create().number for _number in range(5))
    client = client_of(operator)
    sent: Any = client.get(reverse("numbering:did_list"), {"export": "csv-machine", "q": numbers[0]})
    assert len(list(sent.streaming_content)) > 1
    answer = client.get(reverse("numbering:did_list"), {"export": "csv-machine", "sort": "-number"})
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert done(job).result["rows"] == 5
    lines = content_of(job.files.get()).decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == numbers[::-1]
    told: Any = LogEntry.objects.filter(additional_data__event="download").order_by("id").last()
    assert (told.actor, told.changes_dict["rows"][1]) == (operator, "5")
    User.objects.filter(pk=operator.pk).update(role=Role.CUSTOMER)
    again = done(list_export.begin_list_export(DIDS, User.objects.get(pk=operator.pk), ""))
    assert content_of(again.files.get()).decode().count("\n") == 1, "a customer sees only its own"
