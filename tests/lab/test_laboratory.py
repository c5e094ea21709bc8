"""The laboratory itself: SIPp calls SIPp through a real Asterisk with a hand-written configuration."""

import time

import pytest

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import AsteriskTree
from tests.lab.configuration import EXTENSION, GATEWAY, TRUNK, write_generation
from tests.lab.network import own_network
from tests.lab.records import CdrReader
from tests.lab.sipp import Address, Behaviour, Call, CalledParty, Credentials, place_call, register

NETWORK = own_network()
CARRIER = NETWORK.address(9, 5090)
CUSTOMER = NETWORK.address(8)
PHONE = NETWORK.address(7)
STRANGER = NETWORK.address(6)
CREDENTIALS = Credentials("k3v9q2", "0123456789abcdef")
DIALPLAN = """
[from-internal]
exten => _55X.,1,Set(CDR(va_call)=C1|outbound||GW_Lab)
 same => n,Dial(PJSIP/${FILTER(0-9,${EXTEN})}@GW_Lab,10)
 same => n,Set(CDR(va_end)=|${HANGUPCAUSE})
 same => n,Hangup(${HANGUPCAUSE})
exten => 200,1,Dial(PJSIP/k3v9q2,10)
 same => n,Hangup(${HANGUPCAUSE})
exten => 300,1,Progress()
 same => n,Playback(ss-noservice,noanswer)
 same => n,Hangup(1)
"""


@pytest.fixture(scope="module")
def lab(asterisk: AsteriskInstance) -> AsteriskInstance:
    write_generation(
        asterisk,
        {
            "pjsip_gateways.conf": GATEWAY.format(name="GW_Lab", address=CARRIER, host=CARRIER.host),
            "pjsip_customer_trunks.conf": TRUNK.format(name="C1", host=CUSTOMER.host, context="from-internal"),
            "pjsip_extensions.conf": EXTENSION.format(user=CREDENTIALS.user, secret=CREDENTIALS.secret),
            "extensions_routes.conf": DIALPLAN,
        },
    )
    asterisk.wait_for("pjsip show endpoints", "k3v9q2")
    return asterisk


def test_a_trunk_customer_reaches_the_carrier_and_the_record_has_microseconds(
    lab: AsteriskInstance, cdrs: CdrReader
) -> None:
    with CalledParty(CARRIER) as carrier:
        outcome = place_call(Call("5511987654321", hold_ms=200), source=CUSTOMER, target=Address(*lab.sip))
        invites = carrier.trace().invites()

    assert outcome.answered
    assert [invite.request_user for invite in invites] == ["5511987654321"]
    record = cdrs.wait()[0]
    assert (record["disposition"], record["va_customer"], record["va_gateway"]) == ("ANSWERED", "C1", "GW_Lab")
    assert len(record["start"].partition(".")[2]) == 6
    assert 0.1 < float(record["billsec"]) < 5


def test_a_registered_extension_rings_and_answers(lab: AsteriskInstance) -> None:
    phone = PHONE.bound()
    assert register(CREDENTIALS, phone=phone, target=Address(*lab.sip)).trace.statuses("REGISTER") == [401, 200]
    with CalledParty(phone) as called:
        outcome = place_call(Call("200", hold_ms=100), source=CUSTOMER, target=Address(*lab.sip))
        assert len(called.trace().invites()) == 1
    assert outcome.answered


def test_an_extension_calls_out_with_its_password(lab: AsteriskInstance) -> None:
    with CalledParty(CARRIER):
        outcome = place_call(Call("5511912345678", credentials=CREDENTIALS), source=PHONE, target=Address(*lab.sip))
    assert outcome.trace.statuses() == [401, 100, 180, 200]


def test_a_wrong_password_and_a_stranger_get_nothing(lab: AsteriskInstance) -> None:
    wrong = Credentials(CREDENTIALS.user, "wrong")
    with CalledParty(CARRIER) as carrier:
        refused = place_call(Call("5511912345678", credentials=wrong), source=PHONE, target=Address(*lab.sip))
        unknown = place_call(Call("5511912345678"), source=STRANGER, target=Address(*lab.sip))
        assert carrier.trace().invites() == []
    assert (refused.final_status, unknown.final_status) == (401, 401)


@pytest.mark.parametrize(("status", "cause"), [(486, 17), (404, 1), (503, 34), (500, 38), (480, 19)])
def test_a_refusal_arrives_with_its_cause(lab: AsteriskInstance, cdrs: CdrReader, status: int, cause: int) -> None:
    with CalledParty(CARRIER, Behaviour(status, ring_ms=0)):
        outcome = place_call(Call("5511912345678"), source=CUSTOMER, target=Address(*lab.sip))
    assert not outcome.answered
    assert outcome.cause == cause
    # The attempt, then what the dialplan did after it: the result of Dial is on the second record.
    assert [record["va_cause"] for record in cdrs.wait(2)] == ["", str(cause)]


def test_the_side_that_hangs_up_is_seen_by_the_other(lab: AsteriskInstance) -> None:
    with CalledParty(CARRIER, Behaviour(hangs_up_after_ms=100)):
        call = Call("5511912345678", waits_for_bye=True, hold_ms=5000)
        outcome = place_call(call, source=CUSTOMER, target=Address(*lab.sip))
    assert outcome.exit_code == 0
    assert [message.method for message in outcome.trace.received()] == ["BYE"]


def test_a_caller_that_gives_up_is_cancelled_at_the_carrier(lab: AsteriskInstance) -> None:
    with CalledParty(CARRIER, Behaviour(never_answers=True)) as carrier:
        outcome = place_call(Call("5511912345678", cancels=True), source=CUSTOMER, target=Address(*lab.sip))
        # It may come after the caller has its answer: a carrier is cancelled once it has said something.
        deadline = time.monotonic() + 20
        while not carrier.trace().received("CANCEL") and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(carrier.trace().received("CANCEL")) == 1
    assert outcome.final_status == 487


def test_an_announcement_is_early_media_and_ends_with_cause_1(lab: AsteriskInstance) -> None:
    outcome = place_call(Call("300"), source=CUSTOMER, target=Address(*lab.sip))
    assert outcome.trace.early_media()
    assert (outcome.final_status, outcome.cause) == (404, 1)


def test_two_asterisks_run_side_by_side_and_a_killed_one_starts_again(
    asterisk_tree: AsteriskTree, lab: AsteriskInstance
) -> None:
    base = None if not asterisk_tree.is_system else lab.home.parent
    other = AsteriskInstance(asterisk_tree, f"{lab.name}-other", sip_address=NETWORK.host(2), base=base)
    try:
        other.start()
        other.kill()
        assert not other.running
        other.start()
        assert "No objects found" in other.cli("pjsip show endpoints")
        assert "GW_Lab" in lab.cli("pjsip show endpoints")
    finally:
        other.remove()
