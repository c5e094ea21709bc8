"""The demo's players: believable outcomes, and numbers as operators and carriers write them."""

import re

import pytest

from deploy.trial.traffic.called_party import Behaviour, CalledParty, Chances
from deploy.trial.traffic.sipp import Call, place_call
from deploy.trial.traffic.traffic import hold_ms
from deploy.trial.traffic.traffic_cast import is_loopback, number_for, written_by_carrier
from tests.lab.network import own_network

pytestmark = pytest.mark.slow(seconds=1)

NETWORK = own_network()


@pytest.mark.parametrize(
    ("chances", "status"),
    [(Chances(100, 0, 0), 486), (Chances(0, 100, 0), 480), (Chances(0, 0, 100), 503), (Chances(0, 0, 0), 200)],
)
def test_a_believable_carrier_ends_calls_as_its_chances_say(chances: Chances, status: int) -> None:
    with CalledParty(NETWORK.address(20), Behaviour(believable=chances)) as carrier:
        outcome = place_call(Call("551140001000"), source=NETWORK.address(21), target=carrier.address)
    assert outcome.final_status == status


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        ("_0ZZNXXXXXXX", r"0[1-9]{2}[2-9]\d{7}"),
        ("_0[1-3]19[6-9]X.", r"0[1-3]19[6-9]\d{9}"),
        ("_0ZZ.", r"0[1-9]{2}9\d{8}"),
        ("_55ZZ.", r"55[1-9]{2}9\d{8}"),
        ("_+55.", r"\+55\d{11}"),
        ("_00.", r"00(351211|54114|1212|44207|3491)\d{5,8}"),
        ("190", r"190"),
    ],
)
def test_numbers_are_made_from_the_pattern_of_a_route(pattern: str, form: str) -> None:
    for _ in range(50):
        assert re.fullmatch(form, number_for(pattern))


def test_a_carrier_writes_numbers_its_own_way() -> None:
    assert written_by_carrier("551140001000", "national") == "1140001000"
    assert written_by_carrier("551140001000", "trunk_zero") == "01140001000"
    assert written_by_carrier("551140001000", "e164") in {"551140001000", "+551140001000"}


def test_calls_go_to_this_machine_only() -> None:
    assert is_loopback("127.77.0.10")
    assert not is_loopback("198.18.0.1")
    assert not is_loopback("carrier.example")


def test_calls_are_of_believable_length() -> None:
    assert all(4_000 <= hold_ms() <= 90_000 for _ in range(500))
