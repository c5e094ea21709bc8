"""A broker that is away costs a save no time and no intent."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from celery import current_app
from django.conf import settings

from asterisk_sync.changes import outbox
from asterisk_sync.models import Node
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pbx() -> Node:
    return NodeFactory.create(name="pbx")


def wanted(node: Node) -> int:
    return Node.objects.values_list("desired_generation", flat=True).get(pk=node.pk)


class HungBroker:
    """Accepts connections and never answers; counts them."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self.server.getsockname()[1]
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.connections.append(self.server.accept()[0])


@pytest.fixture
def hung_broker() -> Iterator[HungBroker]:
    broker = HungBroker()
    yield broker
    broker.server.close()
    for accepted in broker.connections:
        accepted.close()


@pytest.fixture
def use_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Point the application at a broker on a port, and back at the end."""
    monkeypatch.setattr(outbox._BrokerPause, "until", 0.0)

    def point(port: int) -> None:
        url = f"redis://127.0.0.1:{port}/0"
        current_app.conf.update(broker_url=url, broker_write_url=url)

    yield point
    current_app.conf.update(broker_url=settings.CELERY_BROKER_URL, broker_write_url=None)


def seconds_of(save: Callable[[], object]) -> float:
    started = time.monotonic()
    save()
    return time.monotonic() - started


def test_a_broker_that_is_down_costs_a_save_next_to_nothing_and_no_intent(
    pbx: Node, use_broker: Callable[[int], None]
) -> None:
    before = wanted(pbx)
    usual = seconds_of(CustomerFactory.create)
    use_broker(1)
    assert seconds_of(CustomerFactory.create) - usual < 0.5
    assert wanted(pbx) == before + 2
    outbox._BrokerPause.until = 0.0
    assert outbox.wake_worker(pbx.pk) is False


@pytest.mark.slow(seconds=0.3)
def test_a_broker_that_hangs_is_waited_for_once_not_at_each_save(
    pbx: Node, use_broker: Callable[[int], None], hung_broker: HungBroker
) -> None:
    before = wanted(pbx)
    usual = seconds_of(CustomerFactory.create)
    use_broker(hung_broker.port)
    assert seconds_of(CustomerFactory.create) - usual < 0.5
    asked = len(hung_broker.connections)
    assert asked >= 1
    outbox._BrokerPause.until = time.monotonic() + 60
    CustomerFactory.create_batch(10)
    assert len(hung_broker.connections) == asked
    assert wanted(pbx) == before + 12
