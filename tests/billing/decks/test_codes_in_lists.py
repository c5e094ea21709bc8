"""Codes of the country in price lists: read, asked about, never taken for numbers or for one another unasked."""

from decimal import Decimal

import pytest
from django.utils import timezone

from billing.decks import services
from billing.decks.comparison.preview import read_deck
from billing.decks.questions import message_of
from billing.models import Deck, DeckStatus
from billing.tariffs.loader import load_tariffs
from routing.models import Provider
from tests.billing.decks.trying import asked, dry_run, refused
from tests.factories import ProviderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
OWN = "55;0,02\n"


@pytest.fixture
def fresh() -> Provider:
    made: Provider = ProviderFactory.create()
    return made


def prices(carrier: Provider, text: str, **answers: str) -> dict[tuple[str, str], Decimal]:
    """Return the rates of a deck that is ready, perhaps after answers."""
    deck = dry_run(carrier, f"prefix;price\n{OWN}{text}")
    if answers:
        deck = answered(deck, **answers)
    assert deck.status == DeckStatus.READY, deck.summary
    rows = deck.rows.exclude(pattern="55").exclude(change="gone")
    return {(row.pattern, row.matches): row.price_per_minute.normalize() for row in rows}


def answered(deck: Deck, **answers: str) -> Deck:
    deck = services.answer_deck(deck=deck, answers=answers)
    read_deck(deck)
    deck.refresh_from_db()
    return deck


@pytest.mark.parametrize("written", ["0800", "'0800", "0800 ", "55800", "+55 800"])
def test_toll_free_numbers_are_a_code_however_they_are_written(fresh: Provider, written: str) -> None:
    assert prices(fresh, f"{written};0,10\n") == {("0800", "code"): Decimal("0.1")}


def test_codes_in_one_cell_are_codes_each(fresh: Provider) -> None:
    found = prices(fresh, '"0300, 0500";0,10\n4004;0,05\n10315;0,07\n')
    assert found == {
        ("0300", "code"): Decimal("0.1"), ("0500", "code"): Decimal("0.1"), ("4004", "code"): Decimal("0.05"),
        ("10315", "code"): Decimal("0.07"),
    }  # fmt: skip


@pytest.mark.parametrize("written", ["0999", "0123", "0", "08x"])
def test_what_is_no_code_is_refused_as_ever(fresh: Provider, written: str) -> None:
    assert refused(fresh, f"prefix;price\n{OWN}{written};0,10\n") == [("prefix", 3, "A")]


def test_nobody_calls_from_a_code(fresh: Provider) -> None:
    text = "Origination Prefixes;Destination Prefixes;Rate\n;55;0.02\n0800;5511;0.01\n"
    assert refused(fresh, text) == [("prefix", 3, "A")]


@pytest.mark.parametrize("prefix", ["190", "192", "180", "911", "1332"])
def test_a_prefix_that_could_be_both_is_asked_about_with_both(fresh: Provider, prefix: str) -> None:
    text = f"prefix;price\n{OWN}1;0,03\n91;0,04\n{prefix};0,10\n"
    assert asked(fresh, text) == [("code_or_number", 5, "A")]
    [question] = Deck.objects.latest("created_at").summary["questions"]
    assert f"“{prefix}” could begin numbers, or be a code" in str(message_of(question))
    assert f"/ {prefix}" in str(message_of(question))


@pytest.mark.parametrize("answer", ["code", "number"])
def test_the_answer_holds_for_the_list_and_the_next_one(fresh: Provider, answer: str) -> None:
    text = "190;0,10\n192;0,10\n"
    assert prices(fresh, text, code_or_number=answer) == {
        ("190", answer): Decimal("0.1"), ("192", answer): Decimal("0.1"),
    }  # fmt: skip
    services.activate_deck(deck=Deck.objects.latest("created_at"), actor="ana")
    rates = load_tariffs().deck_of(fresh.pk)
    assert (rates.match("0190", timezone.now()) is not None) == (answer == "code")
    assert (rates.match("19007654321", timezone.now()) is not None) == (answer == "number")
    assert set(prices(fresh, "193;0,10\n")) == {("193", answer)}


def test_a_no_refuses_the_deck(fresh: Provider) -> None:
    deck = dry_run(fresh, f"prefix;price\n{OWN}190;0,10\n")
    assert services.answer_deck(deck=deck, answers={"code_or_number": "no"}).status == DeckStatus.REFUSED


def test_areas_of_the_country_beside_it_tell_a_number(fresh: Provider) -> None:
    found = prices(fresh, "1201;0,10\n1305;0,10\n1332;0,10\n9122;0,20\n911;0,20\n")
    assert {matches for _pattern, matches in found} == {"number"}


def test_they_do_not_tell_three_digits_behind_north_americas_one(fresh: Provider) -> None:
    assert asked(fresh, f"prefix;price\n{OWN}1201;0,10\n190;0,10\n") == [("code_or_number", 4, "A")]


def test_one_code_written_in_two_ways_is_asked_about(fresh: Provider) -> None:
    text = f"prefix;price\n{OWN}0800;0,10\n55800;0,10\n"
    assert asked(fresh, text) == [("one_code", 4, "A")]
    deck = answered(Deck.objects.latest("created_at"), one_code="yes")
    assert (deck.status, deck.summary["repeated"]) == (DeckStatus.READY, 1)
    assert deck.rows.filter(pattern="0800", matches="code").count() == 1


def test_one_code_at_two_prices_is_refused(fresh: Provider) -> None:
    assert refused(fresh, f"prefix;price\n{OWN}0800;0,10\n55800;0,12\n") == [("doubled", 4, "A")]


def test_one_code_from_two_days_on_is_a_price_that_changes(fresh: Provider) -> None:
    text = f"prefix;price;effective\n{OWN.strip()};2026-12-01\n0800;0,10;2026-12-01\n55800;0,12;2027-01-01\n"
    deck = dry_run(fresh, text)
    assert deck.status == DeckStatus.READY, deck.summary
    assert deck.rows.filter(pattern="0800").count() == 2
