"""Reasons of stops, as people read them."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from billing.alarms import ACCOUNT_STOPPED
from billing.authorization.rules.values import ClassifiedCall
from billing.authorization.rules.velocity import Velocity, VelocityLimits
from billing.stop_reasons import detail_in_words, reason_in_words
from reports.alarms import SPEND_VELOCITY
from voipadmin.core.alarms.queries import text_of
from voipadmin.core.models import Alarm

SPENT = "last hour: 12.00 settled and 60.50 held of 60.00 BRL, last day: 40.00 settled and 60.50 held of 10000.00 BRL"
SPENT_SAID = (
    "Na última hora: R$\u00a012,00 liquidados e R$\u00a060,50 reservados, de R$\u00a060,00."
    " No último dia: R$\u00a040,00 liquidados e R$\u00a060,50 reservados, de R$\u00a010.000,00."
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (f"cap per hour; {SPENT}", f"O teto por hora foi atingido. {SPENT_SAID}"),
        ("cap: 5511987654321, spx", "Um teto foi atingido por uma chamada para 5511987654321 em spx."),
        (
            "cap: 2001 → 0011987654321, spx",
            "Um teto foi atingido por uma chamada de 2001 para 0011987654321 em spx.",
        ),
        (
            "velocity (4 calls a minute to 190055, limit 3): ? → 19005551234, spx",
            "Chamadas demais de um tipo (4 chamadas por minuto para números que começam com 190055; o limite é 3);"
            " a última foi uma chamada para 19005551234 em spx.",
        ),
        (
            "velocity (6 numbers abroad a minute, limit 5): 2001 → 19005551234, spx",
            "Chamadas demais de um tipo (6 números no exterior por minuto; o limite é 5);"
            " a última foi uma chamada de 2001 para 19005551234 em spx.",
        ),
        ("cap: 55119, spx; last hour: 12.00 settled and 60", "Um teto foi atingido por uma chamada para 55119 em spx."
         " last hour: 12.00 settled and 60"),
        ("Hourly cap crossed", "Hourly cap crossed"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_reason_is_said_in_the_language_of_the_reader(written: str, said: str) -> None:
    with translation.override("pt-br"):
        assert reason_in_words(written) == said


@given(st.text(max_size=200))
@pytest.mark.slow(seconds=0.3)
def test_any_text_can_be_a_reason(written: str) -> None:
    assert bool(reason_in_words(written).strip()) <= bool(written.strip())
    assert isinstance(detail_in_words(written), str)


def test_the_rules_of_velocity_are_written_as_they_are_read() -> None:
    velocity = Velocity("BR", ["190055"], VelocityLimits(calls_to_a_range=1, risky_numbers=1))
    premium = ClassifiedCall("19005551234", "US", is_high_risk=True, at=datetime(2026, 11, 2, tzinfo=UTC))
    to_a_range = velocity.crossed(premium, ["19005551234", "19005551235"])
    abroad = velocity.crossed(premium, ["19005551234", "18005551235"])
    with translation.override("pt-br"):
        assert detail_in_words(to_a_range).startswith("2 chamadas por minuto para números que começam com 190055")
        assert detail_in_words(abroad).startswith("2 números no exterior por minuto")


def test_an_alarm_says_the_reason_of_a_stop_and_amounts_with_their_currency() -> None:
    stopped = Alarm(kind=ACCOUNT_STOPPED.code, details={"customer": "ACME", "reason": "cap per day"}, count=1)
    spent = Alarm(
        kind=SPEND_VELOCITY.code,
        details={"name": "ACME", "spent": "1840.22", "currency": "BRL", "hour": "14:00", "usual": "?", "cap": "9.00"},
        opened_at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    with translation.override("pt-br"):
        assert text_of(stopped).endswith("O teto por dia foi atingido.")
        assert "gastou R$\u00a01.840,22 na hora de 14:00" in text_of(spent)
        assert "o usual nessa hora é ?, o teto por hora é R$\u00a09,00" in text_of(spent)
