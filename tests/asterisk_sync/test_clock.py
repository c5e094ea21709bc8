"""A clock that is wrong, or that somebody sets back, costs no change."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from asterisk_sync.changes.queries import LONGEST_RETRY, due_node
from asterisk_sync.generations import store
from asterisk_sync.models import Node, RunOutcome, SyncRun
from asterisk_sync.pipeline import history
from asterisk_sync.snapshot.loader import load_snapshot
from numbering.models import DestinationType
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.numbering import DIDAllocationFactory
from voipadmin.celery import app
from voipadmin.scheduler import SteadyScheduler

pytestmark = pytest.mark.django_db

HOURS = timedelta(hours=3)


def test_a_number_that_a_machine_with_a_fast_clock_allocated_is_live_all_the_same() -> None:
    node = NodeFactory.create()
    allocation = DIDAllocationFactory.create(
        starts_at=timezone.now() + HOURS, destination_type=DestinationType.FORWARD, forward_to="01140001000"
    )
    assert [item.number for item in load_snapshot(node).dids] == [allocation.did.number]


def test_a_retry_that_was_noted_before_the_clock_went_back_is_due() -> None:
    node = NodeFactory.create()
    now = timezone.now()
    waiting: dict[str, Any] = {"desired_generation": 2, "attempted_generation": 1}
    Node.objects.filter(pk=node.pk).update(retry_at=now + LONGEST_RETRY / 2, **waiting)
    assert due_node(node.pk) is None
    Node.objects.filter(pk=node.pk).update(retry_at=now + HOURS, **waiting)
    assert due_node(node.pk) is not None


def test_the_set_that_was_accepted_last_counts_whatever_the_clock_said() -> None:
    node = NodeFactory.create()
    first = store.record(node, 1, {"a.conf": "one"}, accepted_at=store.moment_of_acceptance(node))
    with mock.patch.object(timezone, "now", return_value=timezone.now() - HOURS):
        second = store.record(node, 2, {"a.conf": "two"}, accepted_at=store.moment_of_acceptance(node))
        assert store.last_good(node).generation == second
        store.accept(first, "gen-1", {})
    assert store.last_good(node).generation == first


def test_a_run_of_which_nobody_knows_the_end_is_found_whatever_the_clock_said() -> None:
    node = NodeFactory.create()
    SyncRun.objects.create(node=node, wanted_generation=1, outcome=RunOutcome.APPLIED)
    with mock.patch.object(timezone, "now", return_value=timezone.now() - HOURS):
        SyncRun.objects.create(node=node, wanted_generation=2, outcome=RunOutcome.RUNNING)
    assert history.needs_whole_set(node)


@pytest.fixture
def scheduler() -> Iterator[SteadyScheduler]:
    """The scheduler of the settings; it sends nothing."""
    with mock.patch.object(SteadyScheduler, "apply_entry"):
        yield SteadyScheduler(app=app)


def left_by_a_fast_clock(scheduler: SteadyScheduler) -> None:
    """Leave behind what a beat whose clock was hours ahead leaves: moments of runs, and an order of moments."""
    scheduler.tick()
    scheduler._latest += HOURS.total_seconds()
    for entry in scheduler.schedule.values():
        entry.last_run_at = entry.model.last_run_at = timezone.now() + HOURS
    scheduler._heap = [item._replace(time=item.time + HOURS.total_seconds()) for item in scheduler._heap or ()]


@pytest.mark.django_db(transaction=True)
def test_beat_does_not_wait_for_the_hours_by_which_the_clock_was_set_back(scheduler: SteadyScheduler) -> None:
    left_by_a_fast_clock(scheduler)
    scheduler.tick()
    sweep = next(item for item in scheduler._heap or () if item.entry.name == "sweep-pending-nodes")
    assert sweep.time < time.time() + 6
    assert max(entry.last_run_at for entry in scheduler.schedule.values()) <= timezone.now()
