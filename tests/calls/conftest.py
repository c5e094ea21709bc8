"""The exchange that every call test talks to."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.conf import LazySettings

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.ports import free_tcp_port
from tests.asterisk_sync.conftest import make_node
from tests.calls.exchange import Exchange
from tests.lab.network import LabNetwork
from tests.lab.records import CdrReader
from tests.simulator.permissive import permissive

DEFAULT_ADDRESS = "127.0.0.1:4573"


@pytest.fixture
def authorizer_address(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address for a service of the test's own, which the settings name and processes of the test are told."""
    settings.AUTHORIZER_ADDRESS = f"127.0.0.1:{free_tcp_port('127.0.0.1')}"
    monkeypatch.setenv("AUTHORIZER_ADDRESS", settings.AUTHORIZER_ADDRESS)


@pytest.fixture
def exchange(
    transactional_db: None,
    asterisk: AsteriskInstance,
    lab_network: LabNetwork,
    cdrs: CdrReader,
    settings: LazySettings,
) -> Iterator[Exchange]:
    """An exchange without any object; an authorizer that lets every call through answers its questions."""
    # For 15 seconds after an authorizer was found silent nobody tells one of ends: an earlier test may have left that.
    asterisk.cli("dialplan set global va_silent 0")
    with ExitStack() as stack:
        # Tests of the authorizer have chosen the address of a real one.
        if settings.AUTHORIZER_ADDRESS == DEFAULT_ADDRESS:
            settings.AUTHORIZER_ADDRESS = f"127.0.0.1:{stack.enter_context(permissive()).port}"
        yield Exchange(asterisk, lab_network, cdrs, make_node(asterisk), stack)
