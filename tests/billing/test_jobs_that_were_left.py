"""Decks and re-ratings whose worker was killed: they go on by themselves, once, and not for ever."""

import signal
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from billing.accounts.ledger import account_of
from billing.cdrs.services import rate_cdrs
from billing.decks import services as decks
from billing.decks.comparison.preview import read_deck
from billing.models import Deck, DeckRow, DeckStatus, Direction, EntryKind, LedgerEntry, PastRating, Rerating
from billing.models import ReratingStatus as Status
from billing.rerating.services import approve_rerating, go_on_writing, resume_reratings, start_rerating
from customers.models import Customer
from tests.asterisk_sync.processes import celery_worker, run_script
from tests.billing.rerating.jobs import NOW, balance, change_price, previewed
from tests.factories import CdrFactory, CustomerFactory, ProviderFactory, TariffFactory
from voipadmin.core.alarms.queries import open_alarms
from voipadmin.core.jobs.locking import LEFT_AFTER, MOST_STARTS, working_on
from voipadmin.core.models import Alarm, JobModel
from voipadmin.core.runtime.locks import LockLostError

PREFIXES = 30
# What is killed: the process, when a function has been called so often.
KILLED = """
import os, signal
from importlib import import_module
from unittest import mock

owner, _, name = "{target}".rpartition(".")
holder = import_module(owner)
original, calls = getattr(holder, name), []

def killed(*args, **kwargs):
    calls.append(name)
    if len(calls) == {times}:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*args, **kwargs)

with mock.patch.object(holder, name, killed):
    {work}
"""
READ = "from billing.decks.tasks import read_deck_file; read_deck_file('{key}')"
PREVIEW = "from billing.rerating.tasks import preview_rerating; preview_rerating('{key}')"
WRITE = (
    "from billing.rerating import writing; writing.BATCH = 2\n"
    "    from billing.rerating.tasks import write_rerating; write_rerating('{key}')"
)


def upload() -> Deck:
    rows = "".join(f"55{11 + place};0,0{1 + place % 9}\n" for place in range(PREFIXES))
    content = f"prefix;price\n{rows}".encode()
    return decks.upload_deck(
        provider=ProviderFactory.create(), file_name="r", content=content, currency="BRL", is_full=True, actor="ana"
    )


def kill_worker(job: JobModel, target: str, work: str, times: int = 1) -> None:
    ended = run_script(KILLED.format(target=target, times=times, work=work.format(key=job.pk)))
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def left(job: JobModel, **values: object) -> None:
    """Make it a job about which nothing was written for long."""
    ago = timezone.now() - LEFT_AFTER - timedelta(seconds=5)
    type(job).objects.filter(pk=job.pk).update(updated_at=ago, **values)  # type: ignore[attr-defined]


def wait_until(done: Callable[[], bool], folder: Path) -> None:
    """Wait while a worker, with beat, does what it finds."""
    with celery_worker(folder, beat=True) as worker:
        worker.wait_until(done, 240)


@pytest.fixture
def company(db: None) -> Customer:
    tariff, company = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10")), CustomerFactory.create()
    account_of(company)
    calls = [CdrFactory.create(direction=Direction.OUTBOUND, customer=company) for _ in range(6)]
    rate_cdrs(cdrs=calls)
    change_price(tariff, "0.20")
    return company


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("target", ["read_lines", "compare_with_present", "replay"])
def test_a_deck_whose_worker_was_killed_is_read_by_the_next_one(target: str, tmp_path: Path) -> None:
    deck = upload()
    kill_worker(deck, f"billing.decks.comparison.preview.{target}", READ)
    deck.refresh_from_db()
    assert deck.status == DeckStatus.READING
    wait_until(lambda: Deck.objects.get(pk=deck.pk).status == DeckStatus.READY, tmp_path)
    deck.refresh_from_db()
    assert deck.starts == 2
    assert DeckRow.objects.filter(deck=deck).values("pattern").distinct().count() == PREFIXES
    assert DeckRow.objects.filter(deck=deck).count() == PREFIXES


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_rerating_goes_on_after_both_of_its_workers_were_killed(company: Customer, tmp_path: Path) -> None:
    job = start_rerating(
        started_from=NOW - timedelta(days=1), started_before=NOW + timedelta(days=1), reason="New", actor="ana"
    )
    kill_worker(job, "billing.rerating.preview._keep_changes", PREVIEW)
    wait_until(lambda: Rerating.objects.get(pk=job.pk).status == Status.READY, tmp_path / "preview")
    assert job.calls.count() == 6
    before = balance(company)
    approve_rerating(rerating=job, actor="rui")
    kill_worker(job, "billing.rerating.writing.write_batch", WRITE, times=2)
    assert job.calls.count() == 4
    wait_until(lambda: Rerating.objects.get(pk=job.pk).status == Status.APPLIED, tmp_path / "writing")
    assert PastRating.objects.count() == 6
    entries = LedgerEntry.objects.filter(kind=EntryKind.CORRECTION)
    assert entries.count() == entries.values("cdr_id").distinct().count() == 6
    assert balance(company) - before == sum(entry.amount for entry in entries) != 0


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_a_job_is_left_only_when_nobody_holds_it_and_nothing_was_written_for_a_while() -> None:
    deck = upload()
    assert decks.resume_decks() == 0, "its message has just been sent"
    left(deck)
    with working_on(deck, DeckStatus.UPLOADED) as lock:
        assert lock is not None
        assert decks.resume_decks() == 0, "a worker is at it"
        read_deck(deck)
        assert not DeckRow.objects.exists(), "a second worker leaves it alone"
    assert decks.resume_decks() == 1
    read_deck(deck)
    left(deck)
    assert decks.resume_decks() == 0, "it is done"


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_a_message_that_comes_again_reads_nothing_again() -> None:
    deck = upload()
    read_deck(deck)
    read = Deck.objects.get(pk=deck.pk)
    read_deck(deck)
    again = Deck.objects.get(pk=deck.pk)
    assert (read.status, read.starts, read.updated_at) == (DeckStatus.READY, 1, again.updated_at)


@pytest.mark.django_db
def test_a_deck_that_takes_its_workers_with_it_is_given_up_and_said_until_a_person_begins_again() -> None:
    deck = upload()
    left(deck, starts=MOST_STARTS, status=DeckStatus.READING)
    assert decks.resume_decks() == 0
    alarm = Alarm.objects.get(kind="deck_stopped", closed_at=None)
    assert (alarm.subject, alarm.details["job"]) == (str(deck.pk), str(deck))
    decks.read_again(deck=deck)
    left(deck)
    assert decks.resume_decks() == 1
    assert not Alarm.objects.filter(closed_at=None).exists()


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_a_rerating_that_is_given_up_leads_to_its_page(company: Customer, admin_user: object) -> None:
    job = approve_rerating(rerating=previewed(), actor="rui")
    left(job, starts=MOST_STARTS)
    assert resume_reratings() == 0
    shown = {alarm.address for alarm in open_alarms(admin_user)}
    assert job.get_absolute_url() in shown
    go_on_writing(rerating=job)
    left(job)
    assert resume_reratings() == 1
    assert job.get_absolute_url() not in {alarm.address for alarm in open_alarms(admin_user)}


@pytest.mark.django_db
def test_who_lost_the_lock_writes_no_more() -> None:
    deck = upload()
    with working_on(deck, DeckStatus.UPLOADED) as lock, connection.cursor() as cursor:
        assert lock is not None
        lock.assert_held()
        # Of this database: others' sessions on the same server are other tests'.
        cursor.execute(
            "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()"
            " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
        cursor.execute("SELECT pg_terminate_backend(%s)", [cursor.fetchone()[0]])
        with pytest.raises(LockLostError):
            lock.assert_held()
