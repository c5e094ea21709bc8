"""Digits alone in a route: a whole number stays one, the beginning of numbers means what it means in a tariff."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.key_patterns import compile_pattern
from billing.rating.pattern_readings import readings
from routing.beginnings import beginning_patterns
from routing.models import Route
from routing.route_lines import line_of
from routing.services import RouteRefused, RouteStep, save_route, steps_of
from tests.core.numbers.plans import BRAZIL
from tests.factories.routing import GatewayFactory, RouteFactory
from voipadmin.core.numbers.families import families
from voipadmin.core.numbers.known import own_numbers
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.reading import number_of_key, read_number


@pytest.mark.parametrize(
    ("digits", "patterns"),
    [
        ("5599", ("_5599XXXXXXX.",)),
        ("55", ("_55XXXXXXXXX.",)),
        ("351", ("_00351.",)),
        ("1", ("_001.",)),
        ("19045551234", ("_0019045551234!",)),
        ("0800", ("_0800.",)),
        ("4004", ("_4004XXXX",)),
        ("5", ("_005.", "_55XXXXXXXXX.")),
        # Whole numbers and codes, and what begins no number, stay as they are.
        ("190", ()),
        ("551140001000", ()),
        ("01140001000", ()),
        ("11", ()),
        ("999", ()),
        ("0", ()),
        ("_5599", ()),
        ("", ()),
    ],
)
def test_digits_that_begin_numbers_become_the_pattern_that_says_so(digits: str, patterns: tuple[str, ...]) -> None:
    assert beginning_patterns(digits, BRAZIL) == patterns


def numbers_of_all_kinds() -> list[Number]:
    """Return a number of each range of the own country, some codes and some numbers of others."""
    own = [next(families(pattern, 15)).member() for pattern in own_numbers(BRAZIL)]
    codes = [read_number(dialled, BRAZIL).key for dialled in ("190", "40041234", "08001234567", "03001234567", "10315")]
    others = ["19045551234", "351912345678", "5491123456789", "442071234567", "33142685300", "40211234567"]
    found = (number_of_key(key, BRAZIL) for key in (*own, *codes, *others))
    return [number for number in found if number.is_readable]


NUMBERS = numbers_of_all_kinds()
DIGITS = st.one_of(
    st.from_regex(r"[0-9]{1,13}", fullmatch=True),
    st.sampled_from(NUMBERS).flatmap(
        lambda number: st.integers(1, len(number.key)).map(lambda size: number.key[:size])
    ),
)


@given(DIGITS)
@pytest.mark.slow(seconds=0.3)
def test_a_route_and_a_tariff_of_the_same_digits_take_the_same_numbers(digits: str) -> None:
    tariffs, routes = readings(digits, BRAZIL), beginning_patterns(digits, BRAZIL)
    if len(tariffs) != 1 or len(routes) != 1:
        return
    tariff = compile_pattern(*tariffs[0])
    for number in NUMBERS:
        assert tariff.matches(number.key) == (line_of(routes[0], number.key, BRAZIL) is not None), number.key


@given(DIGITS)
@pytest.mark.slow(seconds=0.3)
def test_digits_that_a_route_reads_as_a_beginning_were_nobodys_number_before(digits: str) -> None:
    if beginning_patterns(digits, BRAZIL):
        assert not any(line_of(digits, number.key, BRAZIL) for number in NUMBERS)


@pytest.mark.django_db
def test_a_route_is_saved_with_the_pattern_that_its_digits_mean() -> None:
    route = save_route(route=Route(name="Maranhão", pattern="5599"), steps=[RouteStep(GatewayFactory.create())])
    route.refresh_from_db()
    assert route.pattern == "_5599XXXXXXX."
    route.pattern = "190"
    save_route(route=route, steps=steps_of(route))
    assert Route.objects.get().pattern == "190"


@pytest.mark.django_db
def test_a_stored_pattern_keeps_its_meaning_until_somebody_writes_another() -> None:
    route = RouteFactory.create(pattern="5599", gateways=[GatewayFactory.create()])
    route.name = "Renamed"
    save_route(route=route, steps=steps_of(route))
    assert Route.objects.get().pattern == "5599"


@pytest.mark.django_db
def test_digits_that_begin_several_kinds_of_numbers_are_a_question() -> None:
    with pytest.raises(RouteRefused) as refused:
        save_route(route=Route(name="Fives", pattern="5"), steps=[RouteStep(GatewayFactory.create())])
    assert refused.value.field == "pattern"
    assert "_55XXXXXXXXX." in str(refused.value.message)
    assert not Route.objects.exists()
