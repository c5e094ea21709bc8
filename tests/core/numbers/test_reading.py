"""What is dialled is one number, or none, with the reason."""

import pytest

from tests.core.numbers.plans import BRAZIL, BRAZIL_WITH_CARRIERS, BRAZIL_WITH_SCM, TODAY
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.number import NumberKind, Unreadable
from voipadmin.core.numbers.reading import read_number, read_received, read_written


@pytest.mark.parametrize(
    ("dialled", "key", "kind"),
    [
        # N1: what a service is called by is no beginning of an international number.
        ("0019045551234", "19045551234", NumberKind.FIXED_OR_MOBILE),
        ("0019295551234", "19295551234", NumberKind.FIXED_OR_MOBILE),
        ("190", "0190", NumberKind.EMERGENCY),
        ("192", "0192", NumberKind.EMERGENCY),
        # N3: without an area a number is in the caller's own, unless it is a service of the whole country.
        ("34001234", "551134001234", NumberKind.FIXED),
        ("39012345", "551139012345", NumberKind.FIXED),
        ("987654321", "5511987654321", NumberKind.MOBILE),
        ("30031234", "030031234", NumberKind.SHARED_COST),
        ("40041234", "040041234", NumberKind.SHARED_COST),
        # N5: behind 00 stands a country.
        ("0041351123456", "41351123456", NumberKind.OTHER),
        ("0041446681800", "41446681800", NumberKind.FIXED),
        # All ways to dial one number.
        ("011987654321", "5511987654321", NumberKind.MOBILE),
        ("02111987654321", "5511987654321", NumberKind.MOBILE),
        ("11987654321", "5511987654321", NumberKind.MOBILE),
        ("5511987654321", "5511987654321", NumberKind.MOBILE),
        ("+5511987654321", "5511987654321", NumberKind.MOBILE),
        ("005511987654321", "5511987654321", NumberKind.MOBILE),
        ("5534111987654321", "5511987654321", NumberKind.MOBILE),
        ("5532211234", "555532211234", NumberKind.FIXED),
        # Mobiles of the time before the ninth digit.
        ("1187654321", "5511987654321", NumberKind.MOBILE),
        ("87654321", "5511987654321", NumberKind.MOBILE),
        ("551171234567", "5511971234567", NumberKind.MOBILE),
        ("1178123456", "551178123456", NumberKind.MOBILE),
        # Codes without an area.
        ("08001234567", "08001234567", NumberKind.TOLL_FREE),
        ("0800123456", "0800123456", NumberKind.TOLL_FREE),
        ("+558001234567", "08001234567", NumberKind.TOLL_FREE),
        ("03001234567", "03001234567", NumberKind.SHARED_COST),
        ("03031234567", "03031234567", NumberKind.SHARED_COST),
        ("05001234567", "05001234567", NumberKind.PREMIUM),
        ("09001234567", "09001234567", NumberKind.PREMIUM),
        ("10315", "010315", NumberKind.SERVICE),
        ("1052", "01052", NumberKind.SERVICE),
        ("10699", "010699", NumberKind.SERVICE),
        ("135", "0135", NumberKind.SERVICE),
    ],
)
def test_what_is_dialled_is_the_number_of_one_key(dialled: str, key: str, kind: NumberKind) -> None:
    number = read_number(dialled, BRAZIL, home_area="11")
    assert (number.key, number.kind) == (key, kind)


@pytest.mark.parametrize("dialled", ["19005551234", "37120000000", "9607771234", "88181234567", "2203012345"])
def test_n2_what_the_plan_calls_impossible_is_no_number(dialled: str) -> None:
    number = read_number(dialled, BRAZIL, home_area="11")
    assert number.reason is Unreadable.IMPOSSIBLE
    assert (number.key, number.is_readable) == ("", False)


@pytest.mark.parametrize(
    ("dialled", "reason"),
    [
        ("", Unreadable.EMPTY),
        ("+", Unreadable.CHARACTERS),
        ("++5511987654321", Unreadable.CHARACTERS),
        ("55119876+54321", Unreadable.CHARACTERS),
        ("11 98765-4321", Unreadable.CHARACTERS),
        ("*98", Unreadable.CHARACTERS),
        ("\u0661\u0669\u0660", Unreadable.CHARACTERS),
        ("34001234", Unreadable.NO_AREA),
        ("987654321", Unreadable.NO_AREA),
        ("+999123456789", Unreadable.NO_COUNTRY),
        ("00210123456", Unreadable.NO_COUNTRY),
        ("+441234", Unreadable.TOO_SHORT),
        ("+4412345678901234", Unreadable.TOO_LONG),
        ("1" * 41, Unreadable.TOO_LONG),
        ("0055190", Unreadable.IMPOSSIBLE),
        ("+551140001", Unreadable.IMPOSSIBLE),
        ("0190", Unreadable.IMPOSSIBLE),
    ],
)
def test_what_is_no_number_says_why(dialled: str, reason: Unreadable) -> None:
    number = read_number(dialled, BRAZIL)
    assert (number.kind, number.key, number.reason) == (NumberKind.UNREADABLE, "", reason)


def test_n3_another_home_area_makes_another_number() -> None:
    assert read_number("34001234", BRAZIL, home_area="85").key == "558534001234"
    assert read_number("40041234", BRAZIL, home_area="85").key == "040041234"


@pytest.mark.parametrize("dialled", ["9090987654321", "909034001234", "9011987654321", "902111987654321"])
def test_n4_a_collect_call_is_a_code_of_its_own_and_barred(dialled: str) -> None:
    number = read_number(dialled, BRAZIL, home_area="11")
    assert (number.kind, number.key, number.is_barred) == (NumberKind.COLLECT, f"0{dialled}", True)


def test_n5_behind_00_stands_a_carrier_only_where_that_is_switched_on() -> None:
    assert read_number("0041351912345678", BRAZIL).country == "CH"
    assert read_number("0041351912345678", BRAZIL_WITH_CARRIERS).key == "351912345678"
    # What a carrier sends never names another carrier.
    assert read_received("0041446681800", "national", BRAZIL_WITH_CARRIERS).key == "41446681800"


def test_n6_nine_digits_that_begin_with_6_are_numbers_from_their_day_on() -> None:
    assert read_number("11612345678", BRAZIL).reason is Unreadable.IMPOSSIBLE
    for dialled in ("11612345678", "011612345678", "+5511612345678", "612345678"):
        number = read_number(dialled, BRAZIL_WITH_SCM, home_area="11")
        assert (number.kind, number.key, number.country) == (NumberKind.MULTIMEDIA, "5511612345678", "BR")
    assert read_number("20612345678", BRAZIL_WITH_SCM).reason is Unreadable.IMPOSSIBLE


@pytest.mark.parametrize("code", ["100", "112", "180", "188", "190", "192", "193", "911"])
def test_emergency_and_health_lines_are_a_kind_of_their_own(code: str) -> None:
    assert read_number(code, BRAZIL).is_emergency


@pytest.mark.parametrize(
    ("sent", "number_format", "key"),
    [
        ("551140001000", "e164", "551140001000"),
        ("+551140001000", "e164", "551140001000"),
        ("1140001000", "national", "551140001000"),
        ("01140001000", "trunk_zero", "551140001000"),
        ("5532211234", "national", "555532211234"),
        ("5532211234", "automatic", "555532211234"),
        ("12125551234", "automatic", "12125551234"),
        ("351212345678", "automatic", "351212345678"),
        ("12125551234", "e164", "12125551234"),
        ("08001234567", "automatic", "08001234567"),
        ("40041234", "automatic", "040041234"),
        ("5540041234", "e164", "040041234"),
        ("08001234567", "e164", "08001234567"),
        ("40041234", "e164", "40041234"),
        ("34001234", "automatic", "551134001234"),
        ("9090987654321", "national", ""),
        ("anonymous", "automatic", ""),
    ],
)
def test_what_a_carrier_sends_is_read_by_its_format(sent: str, number_format: str, key: str) -> None:
    assert read_received(sent, number_format, BRAZIL, home_area="11").key == key


@pytest.mark.parametrize(
    "written", ["+55 11 4000-9901", "(11) 4000-9901", "11 4000 9901", "11 4000.9901", "+55 (11) 4000\u20119901"]
)
def test_a_number_that_a_person_wrote_may_have_punctuation(written: str) -> None:
    assert read_written(written, BRAZIL).key == "551140009901"


@pytest.mark.parametrize("written", ["+55 11 4000-9901;5,00", "11 4000-9901 ramal 2", "12/11/2026"])
def test_what_is_more_than_a_number_is_none(written: str) -> None:
    assert not read_written(written, BRAZIL).is_readable


def test_another_country_reads_by_its_own_plan() -> None:
    portugal, america = plan_of("PT", TODAY), plan_of("US", TODAY)
    assert read_number("212345678", portugal).key == "351212345678"
    assert read_number("00351212345678", portugal).key == "351212345678"
    assert read_number("112", portugal).is_emergency
    assert read_number("011442079460000", america).country == "GB"
    assert read_number("14165550123", america).country == "CA"
    assert read_number("5550123", america, home_area="416").key == "14165550123"
    assert read_number("9005550123", america).kind is NumberKind.PREMIUM
    assert read_number("911", america).is_emergency


def test_a_region_that_nobody_knows_has_no_plan() -> None:
    with pytest.raises(ValueError, match="XX"):
        plan_of("XX", TODAY)


def test_an_area_is_the_beginning_of_fixed_numbers() -> None:
    assert [area for area in ("11", "20", "55", "90", "1", "119", "x1", "") if BRAZIL.is_area(area)] == ["11", "55"]
