"""A throwaway Asterisk that is not done in time says nothing about the set: it is tried again, never skipped."""

from unittest import mock

import pytest
from django.utils import timezone

from asterisk_sync.models import Node, RunOutcome
from customers.models import Customer
from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.running import endpoints, fresh, run
from tests.factories.customers import ExtensionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_set_that_was_not_tried_in_time_waits_and_is_tried_again(
    node: Node, company: Customer, asterisk: AsteriskInstance
) -> None:
    extension = ExtensionFactory.create(customer=company)
    # The dialplan alone is large enough that its share of time would do.
    no_time = mock.patch.multiple("asterisk_sync.throwaway.trial", SECONDS=0.01, SECONDS_PER_MEGABYTE=0.0)
    with no_time:
        assert run(node).outcome == RunOutcome.FAILED
    assert "did not load the set" in fresh(node).reason or "did not answer in time" in fresh(node).reason
    assert extension.sip_username not in endpoints(asterisk)
    assert fresh(node).retry_at is not None
    Node.objects.filter(pk=node.pk).update(retry_at=timezone.now())
    assert run(node).outcome == RunOutcome.APPLIED
    assert extension.sip_username in endpoints(asterisk)
