"""Who may ask the authorizer about calls of a real Asterisk: its own dialplan, and nobody else (N27)."""

import os
import socket

import pytest

from asterisk_sync.changes.services import renew_agi_secret, restore_generation
from asterisk_sync.models import AgiSecret, Generation, GenerationStatus, RunOutcome
from asterisk_sync.pipeline.run import synchronise
from billing.models import CreditHold
from tests.calls.authorized import authorizer, prepaid
from tests.calls.exchange import Exchange, Trunk
from tests.factories.billing import TariffFactory

pytestmark = pytest.mark.usefixtures("authorizer_address")

NUMBER, KEY = "011987654321", "5511987654321"


@pytest.fixture
def acme(exchange: Exchange) -> Trunk:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=100)
    exchange.route("_X.", vivo)
    trunk = exchange.trunk("ACME", channel_limit=100)
    TariffFactory.create(pattern="55")
    prepaid(trunk.customer, 1000)
    exchange.apply()
    return trunk


def ask_as_a_stranger(script: str, uniqueid: str, *arguments: str) -> bytes:
    """Ask what the node would ask, without its secret; return all of the answer."""
    host, _colon, port = os.environ["AUTHORIZER_ADDRESS"].rpartition(":")
    head = {"network_script": script, "channel": "PJSIP/x", "uniqueid": uniqueid}
    head |= {f"arg_{place}": value for place, value in enumerate(arguments, 1)}
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("".join(f"agi_{name}: {value}\n" for name, value in head.items()).encode() + b"\n")
        return connection.recv(1000)


def test_a_stranger_who_knows_every_id_gets_no_answer_and_moves_no_money(exchange: Exchange, acme: Trunk) -> None:
    # N27
    node, customer = str(exchange.node.pk), str(acme.customer.pk)
    with authorizer(), exchange.calling(acme, NUMBER, hold_ms=6000):
        exchange.asterisk.wait_for("core show channels count", "2 active channels", 10)
        held = CreditHold.objects.get()
        assert ask_as_a_stranger("authorize", "1.1", node, customer, KEY, "", "", "1") == b""
        assert ask_as_a_stranger("ended", held.uniqueid, node) == b""
        assert ask_as_a_stranger("ended", held.uniqueid, "0" * 32, node) == b""
        after = CreditHold.objects.get()
        assert (after.amount, after.state, after.ended_at) == (held.amount, held.state, None)


def test_the_secret_is_renewed_and_an_old_set_put_back_without_a_refused_call(exchange: Exchange, acme: Trunk) -> None:
    first = Generation.objects.filter(status=GenerationStatus.ACCEPTED).latest("accepted_at")
    with authorizer():
        assert exchange.call(acme, NUMBER).answered
        renew_agi_secret(node=exchange.node)
        assert exchange.call(acme, NUMBER).answered
        exchange.apply()
        assert AgiSecret.objects.count() == 2
        assert exchange.call(acme, NUMBER).answered
        restore_generation(node=exchange.node, generation=first)
        assert exchange.call(acme, NUMBER).answered
        run = synchronise(exchange.node.pk)
        assert run is not None
        assert run.outcome == RunOutcome.HELD
        assert exchange.call(acme, NUMBER).answered


def test_asterisk_shows_the_signature_and_not_the_secret_of_what_it_executes(exchange: Exchange, acme: Trunk) -> None:
    exchange.asterisk.cli("logger add channel signed verbose(5)")
    with authorizer():
        assert exchange.call(acme, NUMBER).answered
    exchange.asterisk.cli("logger remove channel signed")
    text = (exchange.asterisk.home / "log" / "signed").read_text()
    assert "/authorize," in text
    assert AgiSecret.objects.get().secret not in text
