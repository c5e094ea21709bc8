"""What breaks around a run says nothing against its set: that is tried again, and not refused until the next change."""

import signal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from asterisk_sync.models import Node, RunOutcome
from asterisk_sync.reload.reloader import reload_module
from customers.models import Customer
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.running import endpoints, fresh, live, run
from tests.factories.customers import ExtensionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def due_again(node: Node) -> None:
    assert fresh(node).retry_at is not None
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())


def test_an_asterisk_that_hangs_in_the_reload_is_tried_again(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    run(node)
    target = live(current)
    extension = ExtensionFactory.create(customer=company)
    assert asterisk.child is not None
    process = asterisk.child.popen

    def hang(client: Any, module: str) -> None:
        process.send_signal(signal.SIGSTOP)
        reload_module(client, module, seconds=1)

    with mock.patch("asterisk_sync.reload.reloader.reload_module", hang):
        try:
            last = run(node)
        finally:
            process.send_signal(signal.SIGCONT)
    assert last.outcome == RunOutcome.UNREACHABLE
    assert live(current) == target
    due_again(node)
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)


def test_a_file_that_somebody_edits_before_asterisk_reads_it_is_written_again(
    node: Node, company: Customer, current: Path, asterisk: AsteriskInstance
) -> None:
    run(node)
    extension = ExtensionFactory.create(customer=company)

    def edited_first(client: Any, module: str) -> None:
        (current.resolve() / "pjsip_extensions.conf").write_text("; by hand\n")
        reload_module(client, module)

    with mock.patch("asterisk_sync.reload.reloader.reload_module", edited_first):
        assert run(node).outcome == RunOutcome.FAILED
    due_again(node)
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)


@pytest.mark.parametrize("error", [OperationalError("the server closed the connection"), InterfaceError("closed")])
def test_a_database_that_went_away_in_a_run_is_asked_again(
    node: Node, company: Customer, asterisk: AsteriskInstance, error: Exception
) -> None:
    extension = ExtensionFactory.create(customer=company)
    with mock.patch("asterisk_sync.pipeline.candidate.load_snapshot", side_effect=error):
        assert run(node).outcome == RunOutcome.FAILED
    due_again(node)
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)
