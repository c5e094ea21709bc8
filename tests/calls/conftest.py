"""The exchange that every call test talks to."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from deploy.trial.asterisk import AsteriskInstance
from tests.asterisk_sync.conftest import make_node
from tests.calls.exchange import Exchange
from tests.lab.network import LabNetwork
from tests.lab.records import CdrReader


@pytest.fixture
def exchange(
    transactional_db: None, asterisk: AsteriskInstance, lab_network: LabNetwork, cdrs: CdrReader
) -> Iterator[Exchange]:
    """An exchange without any object."""
    with ExitStack() as stack:
        yield Exchange(asterisk, lab_network, cdrs, make_node(asterisk), stack)
