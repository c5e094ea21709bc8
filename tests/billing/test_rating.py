from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.bulk.charges import Charges
from billing.rating.bulk.reference_cases import RatingCase, check_cases, read_cases
from billing.rating.durations import (
    Band,
    InvalidRate,
    Rate,
    RoundingMethod,
    parse_bands,
    rate_duration,
    simple_rate,
)
from tests.billing.rating_oracles import total_of

CASES = Path(__file__).parent / "data" / "rating_cases.csv"

amounts = st.decimals(min_value=0, max_value=1000, places=6)
durations = st.decimals(min_value=0, max_value=100_000, places=6)
steps = st.integers(min_value=1, max_value=600)


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    starts = [0, *sorted(draw(st.sets(st.integers(min_value=1, max_value=7200), max_size=3)))]
    return Rate(
        bands=tuple(Band(start, draw(amounts), draw(steps), draw(steps)) for start in starts),
        connect_fee=draw(amounts),
        free_seconds=draw(st.integers(min_value=0, max_value=60)),
        minimum_charge=draw(amounts),
        rounding=draw(st.sampled_from(RoundingMethod)),
        decimals=draw(st.integers(min_value=0, max_value=6)),
    )


def _cases() -> list[RatingCase]:
    with CASES.open(newline="") as file:
        return list(read_cases(file))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_the_worked_examples_come_out_to_the_last_digit(case: RatingCase) -> None:
    assert case.computed == case.expected


def test_the_worked_examples_come_out_over_arrays_too() -> None:
    checked = check_cases(_cases())
    assert [str(item.in_bulk) for item in checked] == [str(item.computed) for item in checked]
    assert [item.in_bulk for item in checked] == [item.case.expected for item in checked]
    assert len(checked) == 12


def test_forms_that_differ_are_shown_and_end_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Charges, "amounts", lambda charges: [Decimal(1)] * charges.units.size)
    with pytest.raises(SystemExit) as ended:
        call_command("check_rating", CASES)
    assert ended.value.code == 1
    assert "in bulk              1" in capsys.readouterr().out


@given(rates(), durations, durations)
def test_a_longer_call_never_costs_less(rate: Rate, one: Decimal, other: Decimal) -> None:
    shorter, longer = sorted((one, other))
    assert rate_duration(rate, shorter).amount <= rate_duration(rate, longer).amount
    assert rate_duration(rate, shorter).billed_seconds <= rate_duration(rate, longer).billed_seconds


@given(rates(), durations)
def test_the_billed_seconds_cover_the_call_and_no_whole_increment_more(rate: Rate, duration: Decimal) -> None:
    billed = rate_duration(rate, duration).billed_seconds
    if duration <= rate.free_seconds:
        assert billed == 0
    else:
        assert duration <= billed < duration + max(band.increment for band in rate.bands) + 1


@given(rates(), durations)
def test_a_call_up_to_the_free_seconds_costs_nothing_at_all(rate: Rate, duration: Decimal) -> None:
    charge = rate_duration(rate, min(duration, Decimal(rate.free_seconds)))
    assert (charge.billed_seconds, charge.amount) == (0, Decimal(0))


@given(rates(), durations)
def test_a_call_that_is_billed_comes_to_the_minimum_charge_or_more(rate: Rate, duration: Decimal) -> None:
    charge = rate_duration(rate, duration)
    if charge.billed_seconds:
        assert charge.amount > rate.minimum_charge - Decimal(1).scaleb(-rate.decimals)


@pytest.mark.parametrize(("seconds", "amount"), [(3, "0"), (4, "0.10"), (600, "0.10"), (660, "0.11")])
def test_the_minimum_charge_holds_for_a_call_that_is_billed(seconds: int, amount: str) -> None:
    rate = simple_rate(per_minute=Decimal("0.01"), free_seconds=3, minimum_charge=Decimal("0.10"))
    assert rate_duration(rate, seconds).amount == Decimal(amount)


@given(amounts, steps, durations)
def test_by_the_second_two_halves_come_to_the_whole(per_minute: Decimal, unit: int, duration: Decimal) -> None:
    rate = Rate((Band(0, per_minute / 1000, unit, 1),), decimals=20)
    seconds = int(duration)
    halves = total_of([rate_duration(rate, seconds // 2), rate_duration(rate, seconds - seconds // 2)])
    assert abs(halves - rate_duration(rate, seconds).amount) <= Decimal("1e-20")


@given(st.lists(durations, max_size=30), rates())
@pytest.mark.slow(seconds=0.3)
def test_a_sum_of_charges_is_exact_and_independent_of_their_order(calls: list[Decimal], rate: Rate) -> None:
    charges = [rate_duration(rate, call) for call in calls]
    total = total_of(charges)
    assert total == total_of(reversed(charges))
    assert total * 10**rate.decimals == sum(int(charge.amount * 10**rate.decimals) for charge in charges)


@given(rates(), durations)
@pytest.mark.slow(seconds=0.3)
def test_rounding_up_is_never_less_than_half_up_and_that_never_less_than_down(rate: Rate, duration: Decimal) -> None:
    down, half_up, up = (
        rate_duration(
            Rate(rate.bands, rate.connect_fee, rate.free_seconds, rate.minimum_charge, method, rate.decimals), duration
        ).amount
        for method in (RoundingMethod.DOWN, RoundingMethod.HALF_UP, RoundingMethod.UP)
    )
    assert down <= half_up <= up <= down + Decimal(1).scaleb(-rate.decimals)


@given(amounts, steps, steps, durations)
def test_the_simple_form_is_the_bands_form(per_minute: Decimal, initial: int, increment: int, call: Decimal) -> None:
    rate_per_minute = format(per_minute, "f")
    bands = f"0:{rate_per_minute}/60/{initial} {initial}:{rate_per_minute}/60/{increment}"
    simple = simple_rate(per_minute=per_minute, initial_block=initial, increment=increment)
    assert rate_duration(simple, call) == rate_duration(Rate(parse_bands(bands)), call)


@pytest.mark.parametrize(
    ("seconds", "billed"), [("0", 0), ("0.2", 30), ("30", 30), ("30.000001", 90), ("31", 90), ("90", 90), ("91", 150)]
)
def test_whole_increments_follow_the_initial_block(seconds: str, billed: int) -> None:
    rate = simple_rate(per_minute=Decimal("0.12"), initial_block=30, increment=60)
    assert rate_duration(rate, Decimal(seconds)).billed_seconds == billed


@pytest.mark.parametrize(("seconds", "billed"), [("3", 0), ("3.000001", 30), ("4", 30), ("31", 36)])
def test_the_brazilian_cadence_is_30_6_with_3_seconds_free(seconds: str, billed: int) -> None:
    rate = simple_rate(
        per_minute=Decimal("0.12"), initial_block=30, increment=6, free_seconds=3, connect_fee=Decimal("0.05")
    )
    charge = rate_duration(rate, Decimal(seconds))
    assert charge.billed_seconds == billed
    assert charge.amount == (Decimal("0.05") + Decimal("0.002") * billed if billed else 0)


def test_thirds_are_summed_before_the_one_rounding() -> None:
    third = Rate(parse_bands("0:1/3/1 1:1/3/1 2:1/3/1"), rounding=RoundingMethod.UP, decimals=2)
    assert rate_duration(third, 3).amount == Decimal("1.00")
    assert rate_duration(third, 2).amount == Decimal("0.67")


@pytest.mark.parametrize(("method", "amount"), [("up", "0.0006"), ("half_up", "0.0006"), ("down", "0.0005")])
def test_a_half_is_rounded_as_the_tariff_says(method: str, amount: str) -> None:
    rate = Rate(parse_bands("0:0.00055/1/1"), rounding=RoundingMethod(method), decimals=4)
    assert str(rate_duration(rate, 1).amount) == amount


@pytest.mark.parametrize(
    "bands", ["", "5:1/60/1", "0:1/0/1", "0:1/60/0", "0:1/60/1 0:2/60/1", "0:-1/60/1", "0:1/60", "x", "0:1e5/60/1"]
)
def test_a_rate_that_cannot_price_a_call_is_refused(bands: str) -> None:
    with pytest.raises(InvalidRate):
        Rate(parse_bands(bands))


def test_the_rate_kept_with_a_call_says_all_that_priced_it() -> None:
    rate = simple_rate(
        per_minute=Decimal("0.120000"),
        initial_block=30,
        increment=6,
        connect_fee=Decimal("0.05"),
        free_seconds=3,
        minimum_charge=Decimal("0.10"),
        rounding="up",
        decimals=2,
    )
    assert str(rate) == "0:0.12/60/30 30:0.12/60/6, fee 0.05, free 3, min 0.1, up 2"


def test_check_rating_prints_computed_beside_expected(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_rating", CASES)
    printed = capsys.readouterr().out
    assert "two_bands_130" in printed
    assert printed.count("  ok") == 12
    assert "12 examples, 0 different" in printed


def test_check_rating_exits_with_1_on_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(CASES.read_text().replace("130,0.7167", "130,0.7169"))
    with pytest.raises(SystemExit) as ended:
        call_command("check_rating", wrong)
    assert ended.value.code == 1
    assert "computed         0.7167  expected         0.7169  DIFFERENT" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        "case,expected\nx,1\n",
        CASES.read_text() + "bad,me,0,0:1/0/1,up,4,45,1\n",
        CASES.read_text() + "bad,me,0,0:1/60/1,up,4,-45,1\n",
        CASES.read_text() + "bad,me,0,0:1/60/1,sideways,4,45,1\n",
        CASES.read_text() + "bad,me,0,0:1/60/1,up,4,45,NaN\n",
        CASES.read_text() + "short,me\n",
        "\udcff",
    ],
)
def test_check_rating_says_which_line_is_no_example(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(CommandError, match=r"cases\.csv: "):
        call_command("check_rating", file)
