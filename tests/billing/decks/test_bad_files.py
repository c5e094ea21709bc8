"""Files, headings and partial lists: whatever a carrier sends is read, asked about or refused as a whole."""

import zipfile
from io import BytesIO

import pytest

from billing.decks import services
from billing.decks.comparison.preview import read_deck
from billing.decks.questions import DeckRefused
from billing.models import BuyRate, DeckFile, DeckStatus
from routing.models import Provider
from tests.billing.decks.samples import bomb, workbook, workbook_of
from tests.billing.decks.trying import asked, dry_run, lines, refused, sheet
from voipadmin.core.sheets.files import LARGEST_FILE

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


def test_a_list_without_rows_is_refused(carrier: Provider) -> None:
    assert refused(carrier, b"") == [("empty", 0, "")]
    assert refused(carrier, "\n \n;;;\n".replace(" ", "")) == [("empty", 0, "")]
    assert refused(carrier, "prefix;price\n") == [("no_lines", 1, "")]
    assert refused(carrier, "Our prices\n\nprefix;price\n;\nEnd of list;\n") == [("no_lines", 3, "")]
    assert refused(carrier, sheet()) == [("no_lines", 1, "")]
    assert refused(carrier, workbook([])) == [("empty", 0, "")]


def test_headings_over_two_rows_are_read(carrier: Provider) -> None:
    """A merged cell has its words in its first cell only."""
    found = {"5511": "0.04", "5521": "0.05"}
    rows = [["5511", "SP", 0.04], ["5521", "RJ", 0.05]]
    assert lines(carrier, workbook([["Code", "Destination", "Rate"], [None, None, "per minute"], *rows])) == found
    assert lines(carrier, workbook([["Destination", None, "Rates"], ["Code", "Name", "BRL/min"], *rows])) == found
    text = "Prefix;Rates;\n;Fixed fee;per minute\n5511;0,01;0,04\n5521;0,01;0,05\n"
    assert lines(carrier, text) == found
    assert lines(carrier, "Prefix;Rate\n;per second\n5511;0,001\n5521;0,001\n") == {"5511": "0.06", "5521": "0.06"}


def test_what_stands_below_the_headings_and_is_no_number_is_not_lost_in_them(carrier: Provider) -> None:
    assert refused(carrier, "prefix;price\n5511;abc\n") == [("number", 2, "B")]
    assert refused(carrier, "prefix;price\n55x1;\n5521;0,05\n") == [("prefix", 2, "A")]
    assert refused(carrier, "prefix;price\n;0,04\n5521;0,05\n") == [("prefix_missing", 2, "A")]


@pytest.mark.parametrize(
    ("headings", "column"),
    [
        ("prefix;price;price", "C"),
        ("prefix;rate;new rate", "C"),
        ("prefix;code;price", "B"),
        ("prefix;price;name;dial code", "D"),
        ("prefix;price;effective date;valid from", "D"),
        ("prefix;price;action;change", "D"),
        ("prefix;rate brl min;valor por minuto brl", "C"),
    ],
)
def test_two_columns_that_could_be_the_same_are_asked_about(carrier: Provider, headings: str, column: str) -> None:
    assert asked(carrier, f"Our list\n{headings}\n5511;0,04;0,05;\n") == [("columns", 2, column)]


def test_columns_told_once_are_known_in_the_next_list_though_their_headings_are_the_same(carrier: Provider) -> None:
    deck = dry_run(carrier, "prefix;price;price\n5511;0,04;0,05\n")
    services.answer_deck(deck=deck, answers={}, columns={"prefix": 0, "price": 2})
    read_deck(deck)
    deck.refresh_from_db()
    services.activate_deck(deck=deck, actor="ana")
    assert lines(carrier, "prefix;price;price\n5511;0,04;0,06\n") == {"5511": "0.06"}
    assert asked(carrier, "price;prefix;price\n0,04;5511;0,06\n") == [("columns", 1, "C")]


def test_broken_and_foreign_files_are_refused(carrier: Provider) -> None:
    good = sheet(["5511", 0.04])
    assert refused(carrier, good[: len(good) // 2]) == [("not_a_workbook", 0, "")]
    assert refused(carrier, bomb()) == [("packed_too_tightly", 0, "")]
    # An encrypted workbook is no ZIP: Office puts it into the container of its old files.
    assert refused(carrier, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096) == [("old_workbook", 0, "")]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rates.csv", "prefix;price\n5511;0,04\n")
    assert refused(carrier, packed.getvalue()) == [("not_a_workbook", 0, "")]
    for foreign in (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        assert [place[0] for place in refused(carrier, foreign + b"\0\x01\x02" * 50)] == ["encoding"]


def test_the_list_is_found_behind_other_sheets_and_two_lists_are_not_one(carrier: Provider) -> None:
    rates = [["Prefix", "Price"], ["5511", 0.04], ["5521", 0.05]]
    cover = [["Dear customer,"], ["please find our rates."], ["Valid from", "2027-01-01"], ["Regards"]]
    found = {"5511": "0.04", "5521": "0.05"}
    assert lines(carrier, workbook_of({"Cover": cover, "Rates": rates, "Terms": [["All prices are net."]]})) == found
    other = [["Prefix", "Price"], ["54", 0.01]]
    assert refused(carrier, workbook_of({"Brazil": rates, "Rest": other})) == [("several_sheets", 0, "")]
    assert lines(carrier, workbook_of({"New": rates, "Old": other}, hidden="Old")) == found
    unknown = [["who", "much"], ["5511", 0.04], ["5521", 0.05], ["5531", 0.05], ["5541", 0.05]]
    deck = dry_run(carrier, workbook_of({"Cover": cover[:2], "Rates": unknown}))
    assert deck.summary["first_rows"][0] == ["who", "much"]


def test_two_gigabytes_are_refused_before_they_are_kept(carrier: Provider) -> None:
    """The page and the API refuse them by their announced length; what comes otherwise is refused by its size."""
    kept = DeckFile.objects.count()
    with pytest.raises(DeckRefused) as caught:
        dry_run(carrier, bytes(LARGEST_FILE + 1))
    assert caught.value.code == "too_large"
    assert DeckFile.objects.count() == kept


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_names_and_prices_are_the_same_in_every_known_encoding(carrier: Provider, encoding: str) -> None:
    deck = dry_run(carrier, "prefixo;descrição;preço\n5511;São Paulo;0,04\n".encode(encoding))
    row = deck.rows.get(pattern="5511")
    assert (row.name, str(row.price_per_minute)) == ("São Paulo", "0.040000")


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"prefix;name;price\n5511;S\xe3o \x81;0,04\n", "encoding", 2),
        (b"prefix;price\n5511;0,04\n55\x0021;0,05\n", "encoding", 3),
        (b"\xef\xbb\xbfprefix;price\n5511;\xff\n", "encoding", 2),
        ("prefix;price\n5511;0,04\n".encode("utf-16") + b"\x00", "encoding", 3),
        ("prefix;price\n5511;0,04\n".encode("utf-32"), "encoding", 1),
        ("prefix;name;price\n5511;São Paulo;0,04\n".encode().decode("cp1252").encode(), "doubly_encoded", 2),
    ],
)
def test_text_in_no_known_encoding_is_refused_with_its_row(
    carrier: Provider, content: bytes, code: str, row: int
) -> None:
    assert refused(carrier, content) == [(code, row, "")]


def test_every_fault_of_a_list_is_told_and_one_is_enough(carrier: Provider) -> None:
    text = "prefix;price\n5511;0,04\nx;0,05\n5531;-1\n5541;=1+1\n5551;0,05\n"
    assert refused(carrier, text) == [("prefix", 3, "A"), ("negative", 4, "B"), ("formula", 5, "B")]


def test_a_partial_list_changes_what_it_names_by_its_words(carrier: Provider) -> None:
    services.activate_deck(
        deck=dry_run(carrier, "prefix;price\n5531;0,06\n5541;0,07\n5551;0,08\n", is_full=False), actor="ana"
    )
    text = (
        "prefix;price;change\n5571;0,02;new\n5511;0,05;increase\n5521;0,04;decrease\n5531;;delete\n5541;;blocked\n"
        "5551;0,08;unchanged\n"
    )
    deck = dry_run(carrier, text, is_full=False)
    assert deck.status == DeckStatus.READY
    assert {row.pattern: row.change for row in deck.rows.all()} == {
        "5571": "new", "5511": "up", "5521": "down", "5531": "gone", "5541": "blocked", "5551": "same",
    }  # fmt: skip
    assert deck.summary["says_otherwise"] == 0
    services.activate_deck(deck=deck, actor="ana")
    now = {rate.pattern: rate for rate in BuyRate.objects.filter(effective_until=None)}
    assert sorted(now) == ["5511", "5521", "5541", "5551", "5571"]
    assert now["5541"].is_blocked


def test_words_that_the_prices_contradict_are_counted(carrier: Provider) -> None:
    deck = dry_run(carrier, "prefix;price;change\n5511;0,05;decrease\n5521;0,05;new\n", is_full=False)
    assert deck.summary["says_otherwise"] == 2


def test_a_word_that_is_no_change_is_refused_with_its_place(carrier: Provider) -> None:
    text = "prefix;price;change\n5511;0,05;increase\n5521;0,05;maybe\n"
    assert refused(carrier, text, is_full=False) == [("change", 3, "C")]
    assert refused(carrier, "prefix;price;change\n5511;;increase\n", is_full=False) == [("price_missing", 2, "B")]
