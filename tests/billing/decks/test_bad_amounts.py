"""Prices, blocks and dates that are none, or could be others, never count."""

import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from routing.models import Provider
from tests.billing.decks.samples import SHEET, changed
from tests.billing.decks.trying import Place, asked, dry_run, lines, refused, sheet
from tests.factories import ProviderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


def test_a_price_a_thousand_times_the_present_one_is_asked_about(carrier: Provider) -> None:
    assert asked(carrier, "prefix;price\n5511;0,05\n5521;50,0\n") == [("far_price", 3, "B")]
    assert asked(carrier, "prefix;price\n5511;0,00004\n5521;0,05\n") == [("far_price", 2, "B")]
    assert asked(carrier, "prefix;price\n5511;0\n5521;0,05\n") == [("far_price", 2, "B")]


def test_a_new_prefix_a_thousand_times_the_shorter_one_is_asked_about(carrier: Provider) -> None:
    assert asked(carrier, "prefix;price\n55119;45,0\n", is_full=False) == [("far_from_shorter", 2, "B")]
    assert asked(carrier, "prefix;price\n54;0,01\n5411;0,02\n54119;20,0\n", is_full=False) == [
        ("far_from_shorter", 4, "B")
    ]
    fresh: Provider = ProviderFactory.create()
    assert asked(fresh, "prefix;price\n54;0,02\n549;20,0\n") == [("far_from_shorter", 3, "B")]
    assert lines(fresh, "prefix;price\n54;0,02\n549;0,2\n881;8,5\n") == {"54": "0.02", "549": "0.2", "881": "8.5"}


def test_one_price_with_another_decimal_sign_is_refused_and_never_a_thousand_times_as_much(carrier: Provider) -> None:
    assert refused(carrier, "prefix;price\n5511;0.041\n5521;0.051\n5531;0,045\n") == [("decimal_mixed", 4, "B")]
    assert refused(carrier, "prefix;price\n5511;0,041\n5521;0,051\n5531;0.045\n") == [("decimal_mixed", 4, "B")]
    assert refused(carrier, "prefix;price\n5511;0,041\n5521;1,234.50\n") == [("decimal_mixed", 3, "B")]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("-0,04", "negative"),
        ("(0,04)", "negative"),
        ("R$ -0,04", "negative"),
        ("-R$ 0,04", "negative"),
        ("−0,04", "negative"),
        ("0,04-", "number"),
        ("1_000", "number"),
        ("0,04 0,05", "number"),
        ("5 5", "number"),
        ("n/a", "number"),
        ("Infinity", "number"),
        ("0,0000001", "amount_small"),
        ("1e-9", "amount_small"),
        ("100000", "amount_large"),
        ("1e400", "amount_large"),
        ("5%", "number"),
        ("US$ 0,04", "currency"),
        ("0,04 EUR", "currency"),
        ("€0,04", "currency"),
        ("$0,04", "currency"),
        ("=1+1", "formula"),
        ("=SUM(A1:A9)", "formula"),
        ("+1+1", "number"),
        ("@SUM(1)", "number"),
    ],
)
def test_what_is_no_price_is_refused_with_its_place(carrier: Provider, written: str, code: str) -> None:
    assert refused(carrier, f"prefix;name;price\n5521;RJ;0,05\n5511;SP;{written}\n") == [(code, 3, "C")]


@pytest.mark.parametrize(
    "written", ["R$ 0,04", "R$0,04", "0,04 R$", "BRL 0,04", "0,04 BRL", " 0,04 ", ",04", '="0,04"']
)
def test_a_price_with_the_sign_of_its_currency_is_read(carrier: Provider, written: str) -> None:
    quoted = written.replace('"', '""')
    assert lines(carrier, f'prefix;price\n5521;0,05\n5511;"{quoted}"\n')["5511"] == "0.04"


def test_a_heading_with_another_currency_than_the_decks_is_refused(carrier: Provider) -> None:
    for heading, column in (("Rate (USD/min)", "B"), ("Price US$", "B"), ("price_usd", "B"), ("Rate EUR", "B")):
        assert refused(carrier, f"prefix;{heading}\n5511;0,04\n") == [("currency", 1, column)], heading
    assert lines(carrier, "prefixo;Preço (R$/min)\n5511;0,04\n") == {"5511": "0.04"}
    assert lines(ProviderFactory.create(), "prefix,Rate (USD/min)\n5411,0.04\n", currency="USD") == {"5411": "0.04"}


@pytest.mark.parametrize("cell", [-0.04, True, "=1+1", date(2027, 1, 1), "#N/A"])
def test_a_cell_of_a_workbook_that_is_no_price_is_refused_with_its_place(carrier: Provider, cell: Any) -> None:
    ((code, row, column),) = refused(carrier, sheet(["5521", 0.05], ["5511", cell]))
    assert code in {"negative", "number", "formula", "price_missing"}
    assert (row, column) == (3, "B")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("prefix;price;connect fee\n5511;0,04;-1\n", ("negative", 2, "C")),
        ("prefix;price;minimum charge\n5511;0,04;-1\n", ("negative", 2, "C")),
        ("prefix;price;next increment\n5511;0,04;-6\n", ("seconds", 2, "C")),
        ("prefix;price;name\n5511;0,04;=1+1\n", ("formula", 2, "C")),
        ("prefix;price\n=1+1;0,04\n", ("formula", 2, "A")),
        ("prefix;price;billing\n5511;0,04;=1+1\n", ("formula", 2, "C")),
        ("prefix;price;effective\n5511;0,04;=TODAY()\n", ("formula", 2, "C")),
    ],
)
def test_negative_numbers_and_formulas_are_refused_in_every_column(carrier: Provider, text: str, place: Place) -> None:
    assert refused(carrier, text) == [place]


def test_formulas_of_a_workbook_are_refused_wherever_they_are(carrier: Provider) -> None:
    assert refused(carrier, sheet(["=1+1", 0.04])) == [("formula", 2, "A")]
    assert refused(carrier, sheet(["5511", 0.04, None, "=1+1"])) == [("formula", 2, "D")]
    with zipfile.ZipFile(BytesIO(sheet(["5511", 0.04]))) as packed:
        plain = packed.read(SHEET)
    shared = plain.replace(b'<c r="B2"><v>', b'<c r="B2"><f t="shared" ref="B2:B9" si="0">A2*2</f><v>')
    assert shared != plain
    assert refused(carrier, changed(sheet(["5511", 0.04]), SHEET, shared)) == [("formula", 2, "B")]


@pytest.mark.parametrize(
    ("written", "blocks"),
    [("60/60", (60, 60)), ("30/6", (30, 6)), ("1+1", (1, 1)), ("30/30/6", (30, 6)), ("60", (60, 60)), ("6-6", (6, 6))],
)
def test_blocks_are_read_as_carriers_write_them(carrier: Provider, written: str, blocks: tuple[int, int]) -> None:
    for content in (f"prefix;price;billing\n5511;0,04;{written}\n", sheet(["5511", 0.04, None, written])):
        deck = dry_run(carrier, content)
        row = deck.rows.get(pattern="5511")
        assert (row.initial_block_seconds, row.increment_seconds) == blocks


@pytest.mark.parametrize(
    # The last is what a spreadsheet makes of 30/6.
    "cell",
    ["60/", "/60", "a/b", "60/0", "0/6", "30/6/30", "99999/1", "00:01:00", date(2027, 6, 30)],
)
def test_what_is_no_pair_of_blocks_is_refused_with_its_place(carrier: Provider, cell: Any) -> None:
    assert refused(carrier, sheet(["5521", 0.05], ["5511", 0.04, None, cell])) == [("blocks", 3, "D")]


def test_ambiguous_dates_are_asked_about_in_text_and_in_workbooks(carrier: Provider) -> None:
    text = "prefix;price;effective\n5511;0,04;\n5521;0,05;04/05/2027\n"
    assert asked(carrier, text) == [("date_order", 3, "C")]
    assert asked(carrier, sheet(["5511", 0.04, "04/05/2027"])) == [("date_order", 2, "C")]
    assert asked(carrier, sheet(["5511", 0.04, "04-05-27"])) == [("date_order", 2, "C")]


def test_a_date_of_a_workbook_is_none_that_could_be_two(carrier: Provider) -> None:
    deck = dry_run(carrier, sheet(["5511", 0.04, date(2027, 5, 4)], ["5521", 0.05, date(2027, 5, 4)]))
    days = {timezone.localdate(row.begins) for row in deck.rows.exclude(change="gone") if row.begins}
    assert days == {date(2027, 5, 4)}


@pytest.mark.parametrize("day", ["32/01/2027", "13/13/2027", "2027-02-30", "tomorrow", "00/00/0000", "01/01/1899"])
def test_a_day_that_is_none_is_refused_with_its_place(carrier: Provider, day: str) -> None:
    ((code, row, column),) = refused(carrier, f"prefix;price;effective\n5511;0,04;{day}\n5521;0,05;2027-01-01\n")
    assert code in {"date", "date_range", "date_mixed"}
    assert (row, column) == (2, "C")
