"""A call's page tells what happened, why, and how its price came about."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from asterisk_sync.models import Generation, GenerationStatus
from billing.accounts.ledger import account_of
from billing.cdrs.story.price_steps import price_steps
from billing.cdrs.story.sentences import Ending, ending_of, story_of
from billing.models import EntryKind, LedgerEntry
from billing.rating.durations import Band, InvalidRate, Rate, RoundingMethod, parse_rate
from tests.factories.asterisk_sync import NodeFactory
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.customers import CustomerFactory
from tests.factories.routing import GatewayFactory
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

RATE = "0:0.12/60/30 30:0.12/60/6, fee 0.05, free 3, min 0.1, half_up 4"


def attempt(gateway: str = "GW_A", **values: Any) -> Any:
    facts: dict[str, Any] = {
        "direction": "outbound", "disposition": "FAILED", "dial_status": "CONGESTION", "cause": 34, "sip_code": 503,
        "destination_channel": "PJSIP/x", "started_at": timezone.now(), "answered_at": None,
        "billable_seconds": Decimal(0), "customer": SimpleNamespace(code="ACME"),
        "gateway": SimpleNamespace(name=gateway) if gateway else None,
    }  # fmt: skip
    return SimpleNamespace(**(facts | values))


def answered(gateway: str, seconds: str, **values: Any) -> Any:
    began = timezone.now()
    facts = {"cause": 16, "sip_code": 200, "disposition": "ANSWERED", "dial_status": "ANSWER", "started_at": began}
    after = began + timedelta(milliseconds=6200)
    return attempt(gateway, **facts, answered_at=after, billable_seconds=Decimal(seconds), **values)


def told(*attempts: Any, staff: bool = True) -> str:
    with translation.override("en"):
        return story_of(attempts[-1], attempts, shows_carriers=staff).sentence


def test_a_call_that_failed_over_is_told_in_one_sentence() -> None:
    sentence = told(attempt("GW_Vivo_SP"), answered("GW_Claro", "61.04"))
    assert sentence == "GW_Vivo_SP was full, GW_Claro answered after 6.2 s; 61.0 s of conversation."
    with translation.override("pt-br"):
        assert "GW_Vivo_SP estava lotado" in story_of(attempt(), [attempt("GW_Vivo_SP")], shows_carriers=True).sentence


def test_a_customer_reads_no_carrier_and_no_advice() -> None:
    calls = [attempt("GW_Vivo_SP"), answered("GW_Claro", "61")]
    with translation.override("en"):
        story = story_of(calls[-1], calls, shows_carriers=False)
    assert story.sentence == "The called side answered after 6.2 s; 61.0 s of conversation."
    assert story.advice == ""


@pytest.mark.parametrize(
    ("values", "ending"),
    [
        ({"sip_code": 486, "cause": 34}, Ending.BUSY),
        ({"sip_code": 480, "cause": 19}, Ending.NO_ANSWER),
        ({"sip_code": None, "cause": 20}, Ending.NO_ANSWER),
        ({"sip_code": 503, "cause": 34}, Ending.FULL),
        ({"sip_code": 503, "cause": 38}, Ending.OUT_OF_REACH),
        ({"sip_code": None, "cause": 3}, Ending.NO_ROUTE),
        ({"sip_code": 404, "cause": 1}, Ending.UNKNOWN_NUMBER),
        ({"sip_code": 403, "cause": 21}, Ending.FORBIDDEN),
        ({"sip_code": 603, "cause": 21}, Ending.DECLINED),
        ({"sip_code": 488, "cause": 58}, Ending.CODEC),
        ({"sip_code": None, "cause": None, "dial_status": "CANCEL"}, Ending.CANCELLED),
        ({"sip_code": None, "cause": None, "dial_status": "CHANUNAVAIL"}, Ending.OUT_OF_REACH),
        ({"sip_code": None, "cause": None, "dial_status": ""}, Ending.OTHER),
        ({"sip_code": 699, "cause": 99}, Ending.FULL),
    ],
)
def test_an_attempt_ends_as_the_carrier_said(values: dict[str, Any], ending: Ending) -> None:
    if values.get("cause") == 99:
        ending, values = Ending.OTHER, values | {"dial_status": "CONGESTION"}
    assert ending_of(attempt(**values)) is ending


def test_a_call_that_went_nowhere_says_why_and_what_to_do() -> None:
    call = attempt("", destination_channel="", cause=3, sip_code=None)
    with translation.override("en"):
        story = story_of(call, [call], shows_carriers=True)
    assert story.sentence == "The call was sent nowhere: 3 no route to the destination."
    assert "simulator" in story.advice


def test_a_price_is_told_from_the_seconds_to_the_rounding() -> None:
    with translation.override("en"):
        steps = [(step.text, step.result) for step in price_steps(RATE, Decimal("47.312"))]
    assert steps == [
        ("47.312 s from answer to end: every second that has begun counts.", "48 s"),
        ("30 s in steps of 30 s, at 0.1200 for 60 s.", "0.0600"),
        ("18 s in steps of 6 s, at 0.1200 for 60 s.", "0.0360"),
        ("Connect fee.", "0.0500"),
        ("At least the minimum charge.", "0.1000"),
        ("Rounded half up to 4 decimals.", "0.1460"),
    ]
    with translation.override("en"):
        assert price_steps(RATE, Decimal("2.5"))[-1].text == "Up to 3 s cost nothing."
    assert price_steps("by hand", Decimal(5)) == []


amounts = st.decimals(0, 100, places=6)


@given(
    st.lists(st.tuples(amounts, st.integers(1, 120), st.integers(1, 120)), min_size=1, max_size=3),
    amounts, st.integers(0, 60), amounts, st.sampled_from(list(RoundingMethod)), st.integers(0, 6),
)  # fmt: skip
@pytest.mark.slow(seconds=0.3)
def test_a_rate_is_read_back_as_it_was_written(
    bands: Any, fee: Decimal, free: int, least: Decimal, method: RoundingMethod, decimals: int
) -> None:
    made = tuple(Band(place * 30, rate, unit, step) for place, (rate, unit, step) in enumerate(bands))
    rate = Rate(made, fee, free, least, method, decimals)
    assert parse_rate(str(rate)) == rate


@pytest.mark.parametrize("text", ["", "0:1/60/1", "x, half_up 4", "0:1/60/1, half_up", "0:1/60/1, fee x, half_up 4"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(InvalidRate):
        parse_rate(text)


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_the_page_tells_story_ladder_price_ledger_and_the_set_of_that_moment(client: Client) -> None:
    # I4
    node = NodeFactory.create(name="pbx1")
    customer = CustomerFactory.create(code="ACME")
    tariff = TariffFactory.create(name="Brasil")
    values = {"linkedid": "L1", "customer": customer, "direction": "outbound", "destination_channel": "PJSIP/x"}
    CdrFactory.create(
        **values, gateway=GatewayFactory.create(name="GW_Full"), is_last_attempt=False, disposition="CONGESTION",
        cause=34, sip_code=503, billable_seconds=0,
    )  # fmt: skip
    call = CdrFactory.create(
        **values, gateway=GatewayFactory.create(name="GW_Good"), attempt=2, cause=16, sip_code=200, tariff=tariff,
        price=Decimal("0.1460"), currency="BRL", applied_rate=RATE, billable_seconds=Decimal("47.312"),
    )  # fmt: skip
    account = account_of(customer)
    LedgerEntry.objects.create(
        account=account, kind=EntryKind.CALL, amount=Decimal("-0.146"), currency="BRL", cdr_id=call.pk
    )
    then = Generation.objects.create(
        node=node, number=7, status=GenerationStatus.ACCEPTED, accepted_at=call.started_at - timedelta(days=1)
    )
    Generation.objects.create(node=node, number=8, status=GenerationStatus.ACCEPTED, accepted_at=timezone.now())
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    english = {"accept-language": "en"}
    text = client.get(call.get_absolute_url(), headers=english).content.decode()
    assert "GW_Full was full, GW_Good answered after" in text
    for words in ("34 no circuit free", "503 no circuit or service", "18 s in steps of 6 s", "Brasil"):
        assert words in text
    assert reverse("billing:account_ledger", args=[account.pk]) in text
    assert f"customer={customer.pk}" in text
    began = timezone.localtime(call.started_at)
    assert f"&amp;at={began:%Y-%m-%dT%H:%M:%S}" in text, "a rate or set may begin within the minute"
    moment = client.get(reverse("asterisk_sync:call_moment", args=[call.pk]), headers=english).content.decode()
    assert str(then) in moment
    assert "no longer kept" in moment

    client.force_login(UserFactory.create(role=Role.CUSTOMER, customers=[customer]))
    text = client.get(call.get_absolute_url(), headers=english).content.decode()
    assert "The called side answered" in text
    for words in ("GW_Full", "GW_Good", "no circuit", "in steps of", "simulator"):
        assert words not in text
    assert client.get(reverse("asterisk_sync:call_moment", args=[call.pk])).status_code == 403
