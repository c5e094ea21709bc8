"""Every column is told; one that nothing uses and that could be about prices is asked about, once for a provider."""

from typing import Any

import pytest

from billing.decks import services
from billing.decks.columns.values import look_of
from billing.decks.comparison.preview import read_deck
from billing.decks.questions import DeckRefused
from billing.models import Deck, DeckStatus
from routing.models import Provider
from tests.billing.decks.trying import asked, dry_run, lines, refused
from tests.factories import ProviderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture
def fresh() -> Provider:
    made: Provider = ProviderFactory.create()
    return made


def uses(deck: Deck) -> dict[str, str]:
    """Return what becomes of each column, by its letter."""
    return {use["column"]: use["role"] or use["state"] for use in deck.summary["columns"]}


def answered(deck: Deck, **options: Any) -> Deck:
    services.answer_deck(deck=deck, **options)
    read_deck(deck)
    deck.refresh_from_db()
    return deck


def test_every_column_is_told_with_its_use(fresh: Provider) -> None:
    deck = dry_run(fresh, "Id;Prefix;Destination;Country;Rate;Region manager;Fax\n1;5511;SP;Brazil;0,04;Ana;\n")
    assert deck.status == DeckStatus.READY
    assert uses(deck) == {
        "A": "unused", "B": "prefix", "C": "name", "D": "unused", "E": "price", "F": "unused", "G": "unused",
    }  # fmt: skip
    assert deck.summary["columns"][5]["samples"] == ["Ana"]


@pytest.mark.parametrize(
    ("heading", "value", "look"),
    [
        ("Foo", "0,05", "money"), ("Foo", "0.05 USD", "money"), ("Foo", "R$ 3,00", "money"), ("Foo", "12,5%", "money"),
        ("Foo", "30", "time"), ("Foo", "30/6", "time"), ("Foo", "00:30", "time"), ("Foo", "30 seg", "time"),
        ("Foo", "2 min", "time"), ("Foo", "2026-12-31", "date"), ("Foo", "31/12/2026", "date"),
        ("Foo", "Dec 31, 2026", "date"), ("Foo", "31 de dezembro de 2026", "date"), ("Foo", "Yes", "status"),
        ("Foo", "N", "status"), ("Foo", "Inativo", "status"), ("Foo", "blocked", "status"), ("", "0,05", "money"),
        ("Minutes", "1200", "time"), ("Price per 10 seconds", "0,05", "money"), ("Mobile", "Yes", "status"),
    ],
)  # fmt: skip
def test_a_column_that_nothing_uses_is_asked_about_where_it_could_be_about_prices(
    fresh: Provider, heading: str, value: str, look: str
) -> None:
    text = f'prefix;name;{heading};price\n5511;SP;"{value}";0,04\n'
    assert asked(fresh, text) == [("unused", 1, "C")]
    deck = Deck.objects.latest("created_at")
    assert [use["look"] for use in deck.summary["columns"] if use["state"] == "asked"] == [look]


@pytest.mark.parametrize("value", ["Ana", "BR", "Telemar", "5511", "007", "99999", "Rio 40 graus", ""])
def test_words_and_long_numbers_are_not_asked_about(fresh: Provider, value: str) -> None:
    deck = dry_run(fresh, f"prefix;name;Foo;price\n5511;SP;{value};0,04\n")
    assert (deck.status, uses(deck)["C"]) == (DeckStatus.READY, "unused")


def test_whole_numbers_that_are_each_there_once_are_those_of_something() -> None:
    assert look_of(list(map(str, range(1, 200)))) == ""
    assert look_of(["30"] * 150 + ["60"] * 50) == "time"


def test_several_columns_are_one_question_and_one_answer_leaves_them_out(fresh: Provider) -> None:
    text = "prefix;price;foo;bar\n5511;0,04;0,01;30\n"
    deck = dry_run(fresh, text)
    (question,) = deck.summary["questions"]
    assert [(place["column"], place["value"]) for place in question["places"]] == [("C", "foo"), ("D", "bar")]
    with pytest.raises(DeckRefused):
        services.activate_deck(deck=deck, actor="ana")
    deck = answered(deck, answers={"unused": "yes"})
    assert (deck.status, uses(deck)["C"], deck.mapping["unused"]) == (DeckStatus.READY, "unused", ["bar", "foo"])
    assert services.answer_deck(deck=dry_run(fresh, text), answers={"unused": "no"}).status == DeckStatus.REFUSED


def test_an_answer_is_remembered_for_the_provider_and_a_new_column_is_asked_about(fresh: Provider) -> None:
    deck = answered(dry_run(fresh, "prefix;price;foo\n5511;0,04;0,01\n"), answers={"unused": "yes"})
    services.activate_deck(deck=deck, actor="ana")
    assert dry_run(fresh, "foo;price;prefix\n0,02;0,05;5511\n").status == DeckStatus.READY
    assert asked(fresh, "prefix;price;foo;bar\n5511;0,05;0,02;0,02\n") == [("unused", 1, "D")]
    other: Provider = ProviderFactory.create()
    assert asked(other, "prefix;price;foo\n5511;0,05;0,02\n") == [("unused", 1, "C")]


def test_a_column_that_is_named_is_used_and_remembered_by_its_heading(fresh: Provider) -> None:
    deck = answered(
        dry_run(fresh, "prefix;price;foo;bar\n5511;0,04;0,01;7,00\n"),
        answers={},
        columns={"prefix": 0, "price": 1, "connect_fee": 2},
    )
    assert uses(deck) == {"A": "prefix", "B": "price", "C": "connect_fee", "D": "unused"}
    assert str(deck.rows.get().connect_fee) == "0.010000"
    services.activate_deck(deck=deck, actor="ana")
    following = dry_run(fresh, "bar;foo;prefix;price\n7,00;0,02;5511;0,04\n")
    assert (following.status, uses(following)["B"]) == (DeckStatus.READY, "connect_fee")
    assert str(following.rows.get().connect_fee) == "0.020000"


def test_a_list_that_is_asked_about_prefixes_tells_its_columns_too(fresh: Provider) -> None:
    deck = dry_run(fresh, "prefix;price\n44-47;0,04\n")
    assert [question["code"] for question in deck.summary["questions"]] == ["hyphen"]
    assert uses(deck) == {"A": "prefix", "B": "price"}


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("prefix,price\n5511,0,05\n5521,0,06\n", "C"),
        ("prefix,name,price\n5511,Sao Paulo,0,05\n", "D"),
        ("Prefix From;Prefix To;Rate\n5511;5519;0,05\n", "B"),
        ("Prefixo inicial;Prefixo final;Valor\n5511;5519;0,05\n", "B"),
    ],
)
def test_what_stands_beyond_the_headings_and_ends_of_ranges_are_asked_about(
    fresh: Provider, text: str, column: str
) -> None:
    assert [place[2] for place in asked(fresh, text)] == [column]


@pytest.mark.parametrize("line", ["Currency: USD;", "Moeda;USD", "Preços em US$;", "All rates in EUR per minute;"])
def test_a_currency_above_the_headings_is_the_lists(fresh: Provider, line: str) -> None:
    assert [code for code, _row, _column in refused(fresh, f"{line}\nprefix;price\n5511;0,05\n")] == ["currency"]
    assert lines(fresh, "Moeda: BRL (cotação USD 5,40);\nprefix;price\n5511;0,05\n") == {"5511": "0.05"}
    assert lines(fresh, "USD Telecom;\nprefix;price\n5511;0,05\n") == {"5511": "0.05"}
