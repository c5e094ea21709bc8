"""Prefixes as carriers write them are read; what is none, or could be another one, is told with its place."""

import pytest

from billing.decks import services
from billing.decks.comparison.preview import read_deck
from billing.decks.rows import reading
from routing.models import Provider
from tests.billing.decks.trying import asked, dry_run, lines, refused, sheet

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


@pytest.mark.parametrize(
    "twice",
    ["+5511", "005511", "5511.0", "5510-5519", "5521;5511", '="5511"', " 55 11 "],
    ids=lambda text: text.strip(),
)
def test_a_prefix_twice_at_two_prices_is_refused_however_it_is_written(carrier: Provider, twice: str) -> None:
    content = f"name;prefix;price\nSP;5511;0,04\nRJ;5531;0,05\nagain;{twice};0,06\n".encode()
    if ";" in twice:
        content = f"name,prefix,price\nSP,5511,0.04\nRJ,5531,0.05\nagain,{twice},0.06\n".encode()
    assert refused(carrier, content) == [("doubled", 4, "B")]


def test_a_prefix_twice_by_country_and_area_is_refused(carrier: Provider) -> None:
    text = "country code;area code;price\n55;11;0,04\n55;19-21;0,05\n55;20;0,06\n"
    assert refused(carrier, text) == [("doubled", 4, "B")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5511.0", ["5511"]),
        ("5511,00", ["5511"]),
        ("5.511E+3", ["5511"]),
        ("5,511E+03", ["5511"]),
        ("+5511", ["5511"]),
        ("005511", ["5511"]),
        ("+55 (11)", ["5511"]),
        ("'5511", ["5511"]),
        ("5511/5521", ["5511", "5521"]),
        ("5511|5521", ["5511", "5521"]),
        ("5518-5521", ["5518", "5519", "5520", "5521"]),
        ("55 18-21", ["5518", "5519", "5520", "5521"]),
        ("+5518-+5519", ["5518", "5519"]),
    ],
)
def test_a_prefix_is_read_as_it_was_meant(carrier: Provider, written: str, expected: list[str]) -> None:
    found = lines(carrier, f'prefix;price\n"{written}";0,04\n')
    assert found == dict.fromkeys(expected, "0.04")
    assert lines(carrier, sheet([written, 0.04])) == found


def test_prefixes_as_numbers_of_a_workbook_are_read_to_the_digit(carrier: Provider) -> None:
    found = lines(carrier, sheet([5511.0, 0.04], [550000000000.0, 0.05], [5521, 0.05], ["5531;5541", 0.05]))
    assert set(found) == {"5511", "550000000000", "5521", "5531", "5541"}
    assert refused(carrier, sheet(["5511", 0.04], [5521.5, 0.05])) == [("prefix", 3, "A")]


def test_a_number_with_a_thousands_sign_is_not_taken_for_two_prefixes(carrier: Provider) -> None:
    """5,511 is what a spreadsheet makes of 5511: read as 5 and 511 it would price half a continent."""
    assert asked(carrier, sheet(["5521", 0.05], ["5,511", 0.04])) == [("several", 3, "A")]
    # Where other cells show that commas part prefixes, these are two; but they cannot both be meant.
    assert asked(carrier, sheet(["55 21,31", 0.05], ["5,511", 0.04])) == [("countries", 3, "A")]
    deck = dry_run(carrier, "prefix;price\n351,352;0,04\n")
    services.answer_deck(deck=deck, answers={"several": "yes"})
    read_deck(deck)
    assert set(deck.rows.exclude(change="gone").values_list("pattern", flat=True)) == {"351", "352"}


def test_a_prefix_that_lost_its_digits_is_asked_about(carrier: Provider) -> None:
    assert asked(carrier, "price;prefix\n0,04;5511\n0,05;5.5E+11\n") == [("rounded", 3, "B")]
    assert asked(carrier, "price;prefix\n0,04;5511\n0,05;5,512E+12\n") == [("rounded", 3, "B")]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0-99999999", "prefix"),
        ("10000000-99999999", "prefix_range_large"),
        ("5519-5511", "prefix_range"),
        ("5511-", "prefix"),
        ("-5511", "prefix"),
        ("5511--5519", "prefix"),
        ("5511-5519-5521", "prefix"),
        ("55a1", "prefix"),
        ("0", "prefix"),
        ("٥٥١١", "prefix"),
        ("5511²", "prefix"),
        ("1234567890123456", "prefix"),
        ("5.5111E+2", "prefix"),
        ("5.5E+99", "prefix"),
    ],
)
def test_what_is_no_prefix_is_refused_with_its_place(carrier: Provider, written: str, code: str) -> None:
    assert refused(carrier, f"price;prefix\n0,04;5511\n0,05;{written}\n") == [(code, 3, "B")]


def test_ranges_that_name_millions_in_one_cell_are_refused(carrier: Provider) -> None:
    assert refused(carrier, sheet(["5511", 0.04], ["10000000-10100000", 0.05])) == [("prefix_range_large", 3, "A")]
    cell = ";".join(f"{start}-{start + 99}" for start in range(10_000_000, 10_011_000, 100))
    assert refused(carrier, sheet(["5511", 0.04], [cell, 0.05])) == [("prefix_range_large", 3, "A")]


def test_ranges_that_name_millions_in_many_rows_are_refused(carrier: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINES", 25_000)
    rows = "".join(f"{start}-{start + 99};0,05\n" for start in range(10_000_000, 10_050_000, 100))
    assert refused(carrier, f"prefix;price\n{rows}") == [("too_many_prefixes", 252, "A")]


def test_country_and_area_codes_in_two_columns_are_told_by_their_place(carrier: Provider) -> None:
    text = "country code;area code;price\n{};0,04\n"
    assert lines(carrier, text.format("55;11,21")) == {"5511": "0.04", "5521": "0.04"}
    # Brazil dials a zero before its area codes; Italy's begin with one.
    assert lines(carrier, text.format("+55;011")) == {"5511": "0.04"}
    assert lines(carrier, text.format("+39;06")) == {"3906": "0.04"}
    assert refused(carrier, text.format("55;11;0,04\nBR;21")) == [("prefix", 3, "A")]
    assert refused(carrier, text.format("55,54;11")) == [("prefix", 2, "A")]
    assert refused(carrier, text.format("55;1x")) == [("prefix", 2, "B")]
    assert refused(carrier, text.format("55;12345678901234")) == [("prefix", 2, "B")]
    assert refused(carrier, text.format(";11")) == [("prefix_missing", 2, "A")]
