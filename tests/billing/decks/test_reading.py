"""Price lists in carriers' styles are read to the digit; what could mean two things is asked, not guessed."""

import contextlib
from datetime import date, datetime
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.decks.cells import dates
from billing.decks.cells.changes import change_of
from billing.decks.cells.intervals import blocks_of, seconds_of
from billing.decks.cells.prefixes import CellQuestion, PrefixReader
from billing.decks.columns.layout import find_layout, layout_of
from billing.decks.questions import message_of
from billing.decks.rows.lines import DeckRate
from tests.billing.decks.samples import DATA, prices, read, read_rows, workbook
from voipadmin.core.sheets import cells
from voipadmin.core.sheets.input_errors import CellError

PREFIX_READER = PrefixReader({}, 1_000)
prefixes_of = PREFIX_READER.prefixes_of
areas_of = partial(PREFIX_READER.areas_of, country="55")
PREFIXES = st.from_regex(r"[1-9][0-9]{0,14}", fullmatch=True)


def test_a_brazilian_list_of_a_spreadsheet_is_read_with_its_title_and_footer() -> None:
    reading = read((DATA / "brazilian_semicolon.csv").read_bytes())
    assert reading.errors == []
    lines = {line.pattern: line for line in reading.lines}
    assert lines.keys() == {"5511", "55119", "5521", "5522", "5523", "5524", "55800", "5591"}
    assert lines["5511"].rate == DeckRate(Decimal("0.045"), Decimal(0), Decimal(0), 30, 6, 0, is_blocked=False)
    assert lines["5511"].name == "São Paulo, fixo"
    assert lines["5511"].begins == date(2026, 12, 15)
    assert (lines["55800"].rate.is_blocked, lines["5591"].change) == (True, "delete")
    assert reading.left_out == 1


def test_an_international_list_is_read_with_quoted_codes_and_ranges() -> None:
    reading = read((DATA / "international_comma.csv").read_bytes(), currency="USD")
    found = prices(reading)
    assert found["549"] == "0.089"
    assert found["5411"] == found["5422"] == "0.012"
    assert found["5511"] == "0.0065"
    assert [pattern for pattern in found if pattern.startswith("44")] == [f"44740{digit}" for digit in range(10)]
    blocks = {line.pattern: (line.rate.initial_block_seconds, line.rate.increment_seconds) for line in reading.lines}
    assert (blocks["5411"], blocks["447400"], blocks["5511"]) == ((60, 60), (1, 1), (30, 6))


def test_country_and_area_codes_in_two_columns_make_prefixes() -> None:
    found = prices(read((DATA / "two_columns_tab.txt").read_bytes()))
    assert found == {"5411": "0.02", "54221": "0.02", "54222": "0.02", "54223": "0.02", "1684": "0.09", "598": "0.05"}


def test_a_price_by_origin_is_kept_apart() -> None:
    reading = read((DATA / "no_origin_vc.csv").read_bytes())
    assert {(line.origin, line.pattern): str(line.rate.price_per_minute.normalize()) for line in reading.lines} == {
        ("5511", "55119"): "0.2", ("5512", "55119"): "0.3", ("", "55119"): "0.4",
    }  # fmt: skip


def test_a_workbook_gives_the_same_as_text() -> None:
    rows = [
        ["Prefix", "Name", "Price", "Effective"],
        [5511.0, "SP", 0.045, date(2026, 12, 1)],
        ["5521;5522", "RJ", 0.05],
    ]
    reading = read(workbook(rows))
    assert prices(reading) == {"5511": "0.045", "5521": "0.05", "5522": "0.05"}
    assert reading.lines[0].begins == date(2026, 12, 1)


def test_a_date_that_could_be_two_days_is_asked_about_and_the_answer_counts() -> None:
    text = "prefix;price;effective\n5511;0,04;03/04/2027\n5521;0,05;05/04/2027\n"
    (question,) = read(text).questions
    assert (question.code, question.row, question.column, question.value) == ("date_order", 2, "C", "03/04/2027")
    assert read(text, date_order="dmy").lines[0].begins == date(2027, 4, 3)
    assert read(text, date_order="mdy").lines[0].begins == date(2027, 3, 4)


def test_one_date_that_tells_settles_the_others_and_one_that_contradicts_is_a_fault() -> None:
    told = read("prefix;price;effective\n5511;0,04;03/04/2027\n5521;0,05;25/04/2027\n")
    assert told.lines[0].begins == date(2027, 4, 3)
    text = "prefix;price;effective\n5511;0,04;24/04/2027\n5521;0,05;25/04/2027\n5531;0,05;04/26/2027\n"
    (error,) = read(text).errors
    assert (error.code, error.row, error.column) == ("date_mixed", 4, "C")


def test_a_price_that_could_be_thousands_is_asked_about() -> None:
    (question,) = read("prefix;price\n5511;1,250\n").questions
    assert (question.code, question.row, question.column) == ("decimal", 2, "B")
    assert prices(read("prefix;price\n5511;1,250\n", decimal=",")) == {"5511": "1.25"}
    assert prices(read("prefix;price\n5511;1,250\n5521;0,045\n"))["5511"] == "1.25"


def test_a_prefix_whose_digits_a_spreadsheet_lost_is_asked_about() -> None:
    (question,) = read("prefix;price\n5.5E+11;0,04\n").questions
    assert (question.code, question.row, question.column, question.value) == ("rounded", 2, "A", "5.5E+11")
    assert prices(read("prefix;price\n5.5E+11;0,04\n", rounded="yes")) == {"550000000000": "0.04"}
    assert prices(read("prefix;price\n5.511999E+6;0,04\n")) == {"5511999": "0.04"}


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("prefix;price\n5511;0,04\n5511;0,05\n", "doubled", 3, "A"),
        ("prefix;price\n5511;-0,04\n", "negative", 2, "B"),
        ("prefix;price\n5511;(0,04)\n", "negative", 2, "B"),
        ("prefix;price\n5511;=A1*2\n", "formula", 2, "B"),
        ("prefix;name;price\n5511;=HYPERLINK(1);0,1\n", "formula", 2, "B"),
        ("prefix;price\n55x1;0,04\n", "prefix", 2, "A"),
        ("prefix;price\n0551;0,04\n", "prefix", 2, "A"),
        ("prefix;price\n1234567890123456;0,04\n", "prefix", 2, "A"),
        ("prefix;price\n5519-5511;0,04\n", "prefix_range", 2, "A"),
        ("prefix;price\n5511;\n", "price_missing", 2, "B"),
        ("prefix;price\n;0,04\n", "prefix_missing", 2, "A"),
        ("prefix;price\n5511;abc\n", "number", 2, "B"),
        ("prefix;price\n5511;NaN\n", "number", 2, "B"),
        ("prefix;price\n5511;1e9\n", "amount_large", 2, "B"),
        ("prefix;price;billing\n5511;0,1;60/0\n", "blocks", 2, "C"),
        ("prefix;price;effective\n5511;0,1;31/02/2027\n", "date", 2, "C"),
        ("prefix;price;effective\n5511;0,1;2126-01-01\n", "date_range", 2, "C"),
        ("prefix;price;status\n5511;0,1;perhaps\n", "change", 2, "C"),
        ("prefix;price;currency\n5511;0,1;USD\n", "currency", 2, "C"),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_column(text: str, code: str, row: int, column: str) -> None:
    (error,) = read(text).errors
    assert (error.code, error.row, error.column) == (code, row, column)
    assert "%(" not in str(message_of(error.kept()))


def test_the_same_line_twice_counts_once() -> None:
    reading = read("prefix;price\n5511;0,04\n5511;0,04\n")
    assert (len(reading.lines), reading.repeated, reading.errors) == (1, 1, [])


def test_a_list_without_headings_is_asked_about() -> None:
    assert [question.code for question in read("5511;0,04\n5521;0,05\n").questions] == ["columns"]


def test_the_next_list_of_a_provider_is_read_as_the_last_one_wherever_its_columns_went() -> None:
    rows = read_rows(b"what;how much;when\n5511;0,04;03/04/2027\n")
    last = layout_of({"columns": {"prefix": 0, "price": 1, "effective": 2}, "heading_row": 1,
                      "headings": ["what", "how much", "when"], "answers": {"date_order": "mdy"}})  # fmt: skip
    assert find_layout(rows, last).columns == {"prefix": 0, "price": 1, "effective": 2}
    moved = read("New list\nwhen;what;how much\n03/04/2027;5511;0,04\n", last=last)
    assert prices(moved) == {"5511": "0.04"}
    assert moved.lines[0].begins == date(2027, 3, 4)


@given(PREFIXES)
@pytest.mark.slow(seconds=0.3)
def test_a_prefix_is_the_same_however_it_is_written(prefix: str) -> None:
    for written in (prefix, f"+{prefix}", f"00{prefix}", f" {prefix} ", f"{prefix}.0", f"'{prefix}", f'="{prefix}"'):
        assert prefixes_of(written) == [prefix]
    assert prefixes_of(float(prefix)) == prefixes_of(int(prefix)) == [prefix]
    lead, rest = prefix[0], prefix[1:]
    assert prefixes_of(f"{lead}.{rest}E+{len(rest)}" if rest else lead) == [prefix]


@given(PREFIXES, st.integers(1, 200))
@pytest.mark.slow(seconds=0.3)
def test_a_range_holds_every_prefix_between_its_ends(rest: str, more: int) -> None:
    first = f"55{rest}"[:15]
    last = str(int(first) + more)
    if len(last) == len(first) and last.startswith("55"):
        expected = [str(number) for number in range(int(first), int(last) + 1)]
        assert prefixes_of(f"{first}-{last}") == expected
        assert prefixes_of(";".join(expected)) == expected


@given(st.decimals(0, 9999, places=4))
def test_an_amount_is_the_same_with_comma_point_and_thousands(amount: Decimal) -> None:
    english = f"{amount:,.4f}"
    swapped = english.translate(str.maketrans(",.", ".,"))
    assert cells.amount_of(english, ".") == cells.amount_of(swapped, ",") == amount
    assert cells.decimal_signs(english) == "."
    assert cells.decimal_signs(swapped) == ","


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_a_date_is_the_same_however_it_is_written(day: date) -> None:
    today = date(2026, 11, 23)
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y", "%Y%m%d", "%Y-%m-%d 00:00:00"):
        assert dates.date_of(day.strftime(pattern), "dmy", today) == day
    assert dates.date_of(day.strftime("%m/%d/%y"), "mdy", today) == day
    assert dates.date_of(datetime(day.year, day.month, day.day), "dmy", today) == day  # noqa: DTZ001 - as a workbook
    assert dates.date_of(str((day - dates.DAY_ZERO).days), "dmy", today) == day


@given(st.text(max_size=40))
@pytest.mark.slow(seconds=0.3)
def test_no_cell_is_read_as_something_and_none_ends_the_reading(text: str) -> None:
    for read_cell in (prefixes_of, areas_of, blocks_of, seconds_of, change_of):
        with contextlib.suppress(CellError, CellQuestion):
            read_cell(text)
    for order in ("dmy", "mdy"):
        with contextlib.suppress(CellError):
            dates.date_of(text, order, date(2026, 11, 23))
    try:
        amount = cells.amount_of(text, ",")
        assert amount is None or amount >= 0
    except CellError:
        pass
