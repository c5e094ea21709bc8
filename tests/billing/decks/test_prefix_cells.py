"""Cells of prefixes name what they were meant for; what would invent other prefixes is a question."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.decks.cells.countries import are_areas_of, is_calling_code, region_of_prefix, trunk_prefix_of
from billing.decks.cells.prefixes import CellQuestion, PrefixReader
from tests.billing.decks.field_lists import read_field
from tests.billing.decks.samples import read as read_list
from voipadmin.core.numbers.metadata import calling_code_of
from voipadmin.core.sheets.input_errors import CellError

CODES = st.sampled_from(["1", "7", "20", "33", "44", "49", "52", "54", "55", "61", "351", "380", "598"])
AREAS = st.text("123456789", min_size=1, max_size=3)


def read(cell: str, **answers: str) -> list[str] | str:
    """Return the prefixes of a cell, or the code of the question or error."""
    try:
        return PrefixReader(answers, 100).prefixes_of(cell)
    except (CellQuestion, CellError) as problem:
        return problem.code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("61 38,39", "6138 6139"),
        ("55 11,21,31", "5511 5521 5531"),
        ("55 11;21", "5511 5521"),
        ("55 (11, 21, 31)", "5511 5521 5531"),
        ("55 [11|21]", "5511 5521"),
        ("55: 11, 21", "5511 5521"),
        ("55 - 11, 21", "5511 5521"),
        ("55-11,21", "5511 5521"),
        ("5511,21,31", "5511 5521 5531"),
        ("55 11 e 21", "5511 5521"),
        ("55 11 y 21", "5511 5521"),
        ("55 11 & 21", "5511 5521"),
        ("1 (809), (829), (849)", "1809 1829 1849"),
        ("1202, 203, 204", "1202 1203 1204"),
        ("61 38,402", "6138 61402"),
        ("54911,5411", "54911 5411"),
        ("55 54, 55", "5554 5555"),
        ("37744;38343;38128", "37744 38343 38128"),
        ("+351, +352", "351 352"),
        ("00 55 11, 00 55 21", "5511 5521"),
        ("52 55", "5255"),
        ("+55 (11) 4000", "55114000"),
    ],
)
def test_a_country_that_is_written_once_holds_for_all_its_areas(cell: str, expected: str) -> None:
    assert read(cell) == expected.split()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("44-7", "447"), ("33-6", "336"), ("49-89", "4989"), ("44-77", "4477"), ("51-84", "5184"), ("1-212", "1212"),
        ("55-11", "5511"), ("55-54", "5554"), ("7-9", "79"), ("351-9", "3519"), ("1-212-555", "1212555"),
        ("44–7", "447"), ("44 - 7", "447"), ("+44-7", "447"), ("0044-7", "447"), ("55-119", "55119"),
    ],
)  # fmt: skip
def test_a_hyphen_behind_a_calling_code_parts_it_from_the_area(cell: str, expected: str) -> None:
    assert read(cell) == [expected]


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("5511-5519", 5511, 5519), ("5518-5521", 5518, 5521), ("+5518-+5519", 5518, 5519), ("5511–5519", 5511, 5519),
        ("5511 a 5519", 5511, 5519), ("5511 até 5519", 5511, 5519), ("5511 to 5519", 5511, 5519),
        ("5511 hasta 5519", 5511, 5519), ("55 11-19", 5511, 5519), ("61 38-41", 6138, 6141),
        ("447400-447409", 447400, 447409), ("55 11 - 55 19", 5511, 5519),
    ],
)  # fmt: skip
def test_a_hyphen_between_numbers_of_one_length_that_share_a_beginning_is_a_range(
    cell: str, first: int, last: int
) -> None:
    assert read(cell) == [str(number) for number in range(first, last + 1)]


@pytest.mark.parametrize(
    ("cell", "question"),
    [
        ("44-47", "hyphen"), ("351-352", "hyphen"), ("5511-19", "hyphen"), ("5518-21", "hyphen"),
        ("1-99999999", "hyphen"), ("5481-5519", "range_countries"), ("1264-1268", "range_countries"),
        ("2-9", "range_countries"), ("10000000-10009999", "many"), ("5400-5599", "many"),
        ("55;11;21", "countries"), ("33,34,39", "countries"), ("7495,701", "countries"), ("61 3, 4123", "countries"),
        ("1 264, 44 7", "countries"), ("5511 5521", "blanks"), ("55 11 21 31", "blanks"),
    ],
)  # fmt: skip
def test_what_could_invent_prefixes_is_asked_about(cell: str, question: str) -> None:
    assert read(cell) == question


@pytest.mark.parametrize(
    ("cell", "answers", "expected"),
    [
        ("44-47", {"hyphen": "area"}, "4447"), ("44-47", {"hyphen": "range"}, "44 45 46 47"),
        ("5511-14", {"hyphen": "range"}, "5511 5512 5513 5514"), ("5511-14", {"hyphen": "area"}, "551114"),
        ("44-7", {"hyphen": "range"}, "447"), ("55;11;21", {"countries": "areas"}, "5511 5521"),
        ("55;11;21", {"countries": "whole"}, "55 11 21"), ("33,34", {"countries": "whole"}, "33 34"),
        ("55 11 21 31", {"blanks": "several"}, "5511 5521 5531"), ("5511 5521", {"blanks": "one"}, "55115521"),
        ("1266-1268", {"range_countries": "yes"}, "1266 1267 1268"),
    ],
)  # fmt: skip
def test_an_answer_tells_what_a_cell_means(cell: str, answers: dict[str, str], expected: str) -> None:
    assert read(cell, **answers) == expected.split()


@given(CODES, st.lists(AREAS, min_size=1, max_size=5, unique=True), st.sampled_from([",", ", ", ";", " / ", "|"]))
@pytest.mark.slow(seconds=0.3)
def test_areas_behind_their_country_are_of_that_country(code: str, areas: list[str], between: str) -> None:
    assume(max(map(len, areas)) == len(areas[0]))
    assert read(f"{code} {between.join(areas)}") == [code + area for area in areas]


def test_a_country_whose_code_a_blank_divides_is_asked_about() -> None:
    assert read("100;80 0") == "countries"
    assert read("351 21;35 2") == "countries"
    assert read("100;80 0", countries="whole") == ["100", "800"]


@given(st.text("0123456789 -,;+()/", max_size=25))
def test_no_cell_names_a_country_that_its_first_digits_do_not_unless_it_lists_it_whole(text: str) -> None:
    found = read(text)
    if isinstance(found, list) and found:
        # Parentheses stand inside a number: 2)00 is 200.
        bare = text.replace("(", "").replace(")", "")
        written = "".join(sign if sign.isdigit() else " " for sign in bare).split()
        countries = {calling_code_of(prefix) for prefix in found} - {calling_code_of(found[0])}
        assert all(any(digits.removeprefix("00").startswith(code) for digits in written) for code in countries)


def test_a_question_names_row_and_column_and_the_cell() -> None:
    _rows, _layout, reading = read_field("price;prefix\n0,04;5511\n0,05;44-47\n0,05;44-46\n")
    assert [(one.code, one.row, one.column, one.value) for one in reading.questions] == [
        ("hyphen", 3, "B", "44-47"), ("hyphen", 4, "B", "44-46"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DDD;tarifa\n11;0,04\n21;0,05\n", ["5511", "5521"]),
        ("DDD;tarifa\n011;0,04\n(21);0,05\n", ["5511", "5521"]),
        ("DDD;tarifa\n11, 21 e 31;0,04\n41-43;0,05\n", ["5511", "5521", "5531", "5541", "5542", "5543"]),
        ("Area code;rate\n11;0,04\n98;0,05\n", ["5511", "5598"]),
        ("DDI;DDD;tarifa\n54;11;0,04\n55;11-13;0,05\n", ["5411", "5511", "5512", "5513"]),
        ("Código de país;Código de área;Precio\n598;2;0,04\n598;;0,05\n", ["5982", "598"]),
        ("DDD;Tipo;tarifa\n11;Móvel;0,10\n", ["55117", "55119"]),
    ],
)
def test_area_codes_alone_are_of_the_default_country(text: str, expected: list[str]) -> None:
    _rows, _layout, reading = read_field(text)
    assert (reading.questions, reading.errors) == ([], [])
    assert [line.pattern for line in reading.lines] == expected


def test_area_codes_of_no_country_that_is_known_are_asked_about() -> None:
    text = "Area code;rate\n212;0,04\n305;0,05\n"
    assert [one.code for one in read_field(text)[2].questions] == ["country"]
    assert [line.pattern for line in read_field(text, country="1")[2].lines] == ["1212", "1305"]


def test_countries_are_told_by_their_calling_codes() -> None:
    assert [is_calling_code(code) for code in ("55", "351", "5", "551", "")] == [True, True, False, False, False]
    assert [region_of_prefix(digits) for digits in ("5511", "1264", "1212", "77", "79", "870", "999")] == [
        "BR", "AI", "US", "KZ", "RU", "870", "",
    ]  # fmt: skip
    assert (trunk_prefix_of("55"), trunk_prefix_of("39"), trunk_prefix_of("999")) == ("0", "", "")
    assert are_areas_of("55", ["11", "21", "99"])
    assert not are_areas_of("55", ["11", "20"])


@pytest.mark.parametrize("cell", ["551[12]", "55119[678]", "5511;552[147]"])
def test_a_class_of_digits_in_brackets_is_no_prefix(cell: str) -> None:
    assert read(cell) == "prefix"
    assert read("551 [1]") == ["5511"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Area;Price\n11;0,05\n21;0,06\n", {"5511", "5521"}),
        ("Pais;Área;Preço\nBrasil;11;0,05\nBrasil;21;0,05\n", {"5511", "5521"}),
        ("Area;Price\n5511;0,05\n5521;0,06\n", {"5511", "5521"}),
        ("Country;Area Code;Price\nBrazil;11;0,05\nUSA;212;0,02\n", "country"),
        ("Country;Area;Price\nPortugal;21;0,05\n", "country"),
    ],
)
def test_area_codes_are_never_taken_for_another_country(text: str, expected: set[str] | str) -> None:
    reading = read_list(text)
    assert ({line.pattern for line in reading.lines} or reading.questions[0].code) == expected
