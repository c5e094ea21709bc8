"""A conference on a real Asterisk: who is called, who joins, what each call costs, and how it ends."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from asterisk_sync.conferences.queries import records_of, view_session
from asterisk_sync.conferences.services import (
    add_to_conference,
    call_again,
    end_conference,
    lock_conference,
    mute_leg,
    put_out,
    save_conference,
    start_conference,
)
from asterisk_sync.conferences.worker import ConferenceWorker
from asterisk_sync.models import (
    Conference,
    ConferenceLeg,
    ConferenceParticipant,
    ConferenceSession,
    EndReason,
    LegState,
)
from billing.accounts.ledger import Movement, account_of, enter
from billing.models import AccountKind, EntryKind, LedgerEntry, RefusedCall
from customers.models import Customer
from deploy.trial.ports import free_tcp_port
from numbering.models import DestinationType
from tests.billing.importing import import_file
from tests.calls.authorized import authorizer
from tests.calls.exchange import Exchange
from tests.factories.billing import TariffFactory
from tests.lab.sipp import Behaviour
from voipadmin.users.models import User
from voipadmin.users.roles import Role

ANA, BIA, CAIO = "5511987650001", "5511987650002", "5511987650003"
DEADLINE_SECONDS = 40.0
ADMIN = User(role=Role.ADMIN, is_active=True)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _address(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.AUTHORIZER_ADDRESS = f"127.0.0.1:{free_tcp_port('127.0.0.1')}"
    monkeypatch.setenv("AUTHORIZER_ADDRESS", settings.AUTHORIZER_ADDRESS)


@contextmanager
def worker(exchange: Exchange) -> Iterator[None]:
    """Run the conference worker of the node for the time of a block."""
    exchange.node.originate_secret = exchange.asterisk.config.ami_originate_secret
    exchange.node.save()
    stop = threading.Event()
    thread = threading.Thread(target=ConferenceWorker(exchange.node.pk, stop).run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, list(ConferenceLeg.objects.values("number", "state", "cause"))
        time.sleep(0.1)


def sent(key: str) -> str:
    """Return what the carrier is sent for a number."""
    return f"0{key[2:]}"


def states(session: ConferenceSession) -> dict[str, str]:
    return dict(session.legs.values_list("number", "state"))


def company(exchange: Exchange, balance: int = 1000) -> Customer:
    customer = exchange.company("ACME", caller_id_number="551140001000", channel_limit=20, calls_per_second=20)
    account = account_of(customer)
    account.kind = AccountKind.PREPAID
    account.save()
    enter(account=account, movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal(balance)))
    TariffFactory.create(
        pattern="55", price_per_minute=Decimal("0.37"), cost_per_minute=Decimal("0.01"), initial_block_seconds=1,
        increment_seconds=1, free_seconds=0, connect_fee=Decimal("0.0123"), decimals=6,
    )  # fmt: skip
    return customer


def conference(customer: Customer, *numbers: str, **fields: Any) -> Conference:
    return save_conference(
        conference=Conference(customer=customer, name="Board", **fields),
        participants=[
            ConferenceParticipant(number=number, name=f"Person {place}", is_moderator=place == 0)
            for place, number in enumerate(numbers)
        ],
    )


def closed(session: ConferenceSession) -> bool:
    session.refresh_from_db()
    return session.ended_at is not None


def test_three_parties_join_and_the_conference_costs_what_its_calls_cost(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    customer = company(exchange)
    board = conference(customer, ANA, BIA, CAIO)
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: set(states(session).values()) == {LegState.JOINED})
        assert sorted(vivo.numbers) == [sent(ANA), sent(BIA), sent(CAIO)]
        assert set(vivo.callers) == {"551140001000"}
        time.sleep(2)
        end_conference(conference=board)
        wait_until(lambda: closed(session))
    assert session.end_reason == EndReason.ENDED
    assert set(states(session).values()) == {LegState.LEFT}
    exchange.records(3)
    import_file(exchange.cdrs.path, node="lab")
    records = records_of(session)
    assert [record.customer for record in records] == [customer] * 3
    assert all(record.price and record.price > 0 for record in records)
    entries = LedgerEntry.objects.filter(cdr_id__in=[record.pk for record in records])
    assert sum(record.price or 0 for record in records) == -sum(entry.amount for entry in entries)
    assert view_session(session, ADMIN).totals == {"BRL": sum(record.price or 0 for record in records)}


def test_whoever_does_not_come_is_shown_with_the_cause_and_costs_nothing(exchange: Exchange) -> None:
    answers = exchange.carrier("GW_Answers", channel_limit=10)
    busy = exchange.carrier("GW_Busy", Behaviour(486), channel_limit=10)
    silent = exchange.carrier("GW_Silent", Behaviour(never_answers=True), channel_limit=10)
    exchange.route("_X.", answers, priority=20)
    exchange.route(f"_{sent(BIA)}", busy, priority=10)
    exchange.route(f"_{sent(CAIO)}", silent, priority=10)
    board = conference(company(exchange), ANA, BIA, CAIO, ring_seconds=6)
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: states(session) == {f"+{ANA}": "joined", f"+{BIA}": "not_joined", f"+{CAIO}": "not_joined"})
        causes = dict(session.legs.values_list("number", "cause"))
        end_conference(conference=board)
        wait_until(lambda: closed(session))
    assert causes[f"+{BIA}"] == 17
    exchange.records(3)
    import_file(exchange.cdrs.path, node="lab")
    prices = {record.called_number: record.price for record in records_of(session)}
    assert prices[ANA]
    assert not prices[BIA]
    assert not prices[CAIO]
    assert LedgerEntry.objects.filter(cdr_id__in=[record.pk for record in records_of(session)]).count() == 1


def test_a_party_for_whom_there_is_no_credit_is_refused_and_the_others_talk_on(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    # A slice of a minute is 0.3823: enough for two of them, and for a part of the third that is no whole second.
    customer = company(exchange, balance=0)
    enter(account=account_of(customer), movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal("0.7646")))
    board = conference(customer, ANA, BIA, CAIO)
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: sorted(states(session).values()) == ["joined", "joined", "not_joined"])
        wait_until(RefusedCall.objects.exists)
        view = view_session(session, ADMIN)
        end_conference(conference=board)
        wait_until(lambda: closed(session))
    assert RefusedCall.objects.get().reason == "credit"
    assert [str(item.why) for item in view.legs if item.leg.state == "not_joined"] == ["No credit left"]


def test_the_conference_ends_with_its_last_moderator(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    leaves = exchange.carrier("GW_Leaves", Behaviour(hangs_up_after_ms=4000), channel_limit=10)
    exchange.route("_X.", vivo, priority=20)
    exchange.route(f"_{sent(ANA)}", leaves, priority=10)
    board = conference(company(exchange), ANA, BIA, CAIO, ends_with_moderator=True)
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: set(states(session).values()) == {LegState.JOINED})
        wait_until(lambda: closed(session))
    assert session.end_reason == EndReason.MODERATOR
    assert set(states(session).values()) == {LegState.LEFT}
    exchange.records(3)


def test_a_restart_of_asterisk_ends_the_conference_and_leaves_nobody_ringing(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    silent = exchange.carrier("GW_Silent", Behaviour(never_answers=True), channel_limit=10)
    exchange.route("_X.", vivo, priority=20)
    exchange.route(f"_{sent(CAIO)}", silent, priority=10, ring_seconds=120)
    board = conference(company(exchange), ANA, BIA, CAIO, ring_seconds=120)
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: sorted(states(session).values()) == ["joined", "joined", "ringing"])
        exchange.asterisk.kill()
        exchange.asterisk.start()
        wait_until(lambda: closed(session))
        # And it can be held again.
        again = start_conference(conference=board, actor="ana")
        wait_until(lambda: sorted(states(again).values()) == ["joined", "joined", "ringing"])
        end_conference(conference=board)
        wait_until(lambda: closed(again))
    assert session.end_reason == EndReason.RESTART
    assert sorted(states(session).values()) == ["left", "left", "not_joined"]
    assert again.end_reason == EndReason.ENDED


def test_people_are_muted_put_out_called_again_and_called_in(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    board = conference(company(exchange), ANA, BIA)
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: set(states(session).values()) == {LegState.JOINED})
        ana, bia = session.legs.all()
        mute_leg(leg=ana, muted=True)
        wait_until(lambda: ConferenceLeg.objects.get(pk=ana.pk).is_muted)
        mute_leg(leg=ana, muted=False)
        wait_until(lambda: not ConferenceLeg.objects.get(pk=ana.pk).is_muted)
        put_out(leg=bia)
        wait_until(lambda: states(session)[f"+{BIA}"] == LegState.LEFT)
        bia.refresh_from_db()
        call_again(leg=bia)
        add_to_conference(conference=board, number=sent(CAIO), name="Caio")
        wait_until(lambda: session.legs.filter(state=LegState.JOINED).count() == 3)
        end_conference(conference=board)
        wait_until(lambda: closed(session))
    assert sorted(vivo.numbers) == [sent(ANA), sent(BIA), sent(BIA), sent(CAIO)]


def test_a_late_joiner_dials_in_unless_the_room_is_locked_or_nobody_confers(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME", caller_id_number="551140001000")
    did = exchange.number("551140001999", acme.customer, DestinationType.TRUNK)
    TariffFactory.create(pattern="55")
    exchange.apply()
    # The number leaves the trunk for the conference in a set of its own.
    board = conference(acme.customer, ANA, dial_in=did)
    exchange.apply()
    with authorizer(), worker(exchange):
        assert exchange.call(vivo, did.number).final_status == 480
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: set(states(session).values()) == {LegState.JOINED})
        with exchange.calling(vivo, did.number, caller="551133334444", hold_ms=4000):
            wait_until(lambda: session.legs.filter(dialled_in=True, state=LegState.JOINED).exists())
        wait_until(lambda: session.legs.filter(dialled_in=True, state=LegState.LEFT).exists())
        lock_conference(conference=board, locked=True)
        wait_until(lambda: bool(ConferenceSession.objects.get(pk=session.pk).is_locked))
        exchange.call(vivo, did.number, hold_ms=500)
        end_conference(conference=board)
        wait_until(lambda: closed(session))
    assert session.legs.filter(dialled_in=True).count() == 1
    assert session.legs.get(dialled_in=True).number == "551133334444"


def test_a_call_goes_on_slice_by_slice_and_is_cut_when_the_money_is_used_up(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    customer = company(exchange, balance=0)
    # 0.0123 to connect, and 14 seconds at 0.37 a minute.
    enter(account=account_of(customer), movement=Movement(kind=EntryKind.TOP_UP, amount=Decimal("0.1")))
    board = conference(customer, ANA)
    exchange.apply()
    with authorizer(AUTHORIZER_SLICE_SECONDS="6"), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: set(states(session).values()) == {LegState.JOINED})
        wait_until(lambda: closed(session))
    assert session.end_reason == EndReason.LEFT
    record = exchange.record()
    assert 6 < float(record["billsec"]) < 15
    assert record["userfield"] == f"conference/{session.room}/{session.legs.get().pk.hex}"
    import_file(exchange.cdrs.path, node="lab")
    [call] = records_of(session)
    assert call.price is not None
    assert call.price <= Decimal("0.1")


def test_a_recorded_conference_is_one_file_on_its_node(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    board = conference(company(exchange), ANA, BIA, records=True)
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: set(states(session).values()) == {LegState.JOINED})
        end_conference(conference=board)
        wait_until(lambda: closed(session))
    files = [path.name for path in (exchange.asterisk.spool_dir / "monitor").iterdir()]
    assert files == [session.recording()]


def test_who_dials_in_is_asked_for_the_pin_and_comes_in_with_the_right_one_alone(exchange: Exchange) -> None:
    vivo = exchange.carrier("GW_Vivo_SP", channel_limit=10)
    exchange.route("_X.", vivo)
    acme = exchange.trunk("ACME", caller_id_number="551140001000")
    did = exchange.number("551140001999", acme.customer, DestinationType.TRUNK)
    TariffFactory.create(pattern="55")
    board = conference(acme.customer, ANA, dial_in=did, pin="4711")
    exchange.apply()
    with authorizer(), worker(exchange):
        session = start_conference(conference=board, actor="ana")
        wait_until(lambda: set(states(session).values()) == {LegState.JOINED})
        exchange.call(vivo, did.number, caller="551133330000", keys="4712#", hold_ms=1500)
        with exchange.calling(vivo, did.number, caller="551133334444", keys="4711#", hold_ms=6000):
            wait_until(lambda: session.legs.filter(dialled_in=True, state=LegState.JOINED).exists())
        end_conference(conference=board)
        wait_until(lambda: closed(session))
    assert session.legs.get(dialled_in=True).number == "551133334444"
