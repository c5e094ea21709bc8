"""Lists of numbers as providers and people write them (docs/field.md): what each line is, and what is asked."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbering.did_lists.choice import INTERNATIONAL
from numbering.did_lists.country_names import calling_code_of_region, region_named
from numbering.did_lists.headings import find_columns
from numbering.did_lists.imports import ImportPlan, country_of, preview_import
from routing.models import Provider
from tests.billing.decks.samples import workbook
from tests.factories import DIDFactory, ProviderFactory
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.written import digits_of, readings_of

pytestmark = pytest.mark.django_db
FIELD = Path(__file__).parent / "field"
DAY = date(2026, 11, 30)
BRAZIL, STATES = plan_of("BR", DAY), plan_of("US", DAY)


@pytest.fixture
def provider() -> Provider:
    return ProviderFactory.create(name="Vivo")


def numbers(text: str | bytes, provider: Provider, country: str = "") -> list[str]:
    """Return the numbers of a list without faults."""
    plan = preview_import(content=text.encode() if isinstance(text, str) else text, provider=provider, country=country)
    assert plan.error_list == []
    return [did.number for did in plan.new]


def fault(text: str, provider: Provider, country: str = "") -> tuple[str, int, str, str]:
    """Return the one fault of a list: its code, row, column and message; nothing of the list is taken."""
    plan = preview_import(content=text.encode(), provider=provider, country=country)
    assert len(plan.error_list) == 1
    error = plan.error_list[0]
    assert "%(" not in str(error["message"])
    return error["code"], error["row"], error["column"], str(error["message"])


def column(*cells: str, heading: str = "Número") -> str:
    return "\n".join([heading, *(f'"{cell}"' for cell in cells)]) + "\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("br_mask.csv", "551140009901", id="n60"), pytest.param("national.csv", "551140009901", id="n61"),
        pytest.param("ddd_numero.csv", "551140009901", id="n62"),
    ],
)  # fmt: skip
def test_n60_n61_n62_a_line_with_one_number_is_one_number(name: str, expected: str, provider: Provider) -> None:
    plan = preview_import(content=(FIELD / name).read_bytes(), provider=provider)
    assert plan.errors == []
    assert [(did.number, did.monthly_cost) for did in plan.new] == [(expected, Decimal(5))]


def test_n63_ten_digits_that_two_countries_have_are_asked_about(provider: Provider) -> None:
    code, row, letter, message = fault("DID\n5145551234\n", provider)
    assert (code, row, letter) == ("country_unsure", 2, "A")
    assert "+555145551234 (BR), +15145551234 (CA)" in message


@pytest.mark.parametrize(("country", "number"), [("CA", "15145551234"), ("US", "15145551234"), ("BR", "555145551234")])
def test_n63_the_country_that_is_chosen_answers_it(country: str, number: str, provider: Provider) -> None:
    assert numbers("DID\n5145551234\n", provider, country) == [number]


def test_ten_digits_of_north_america_alone_are_not_taken_for_an_old_mobile_number(provider: Provider) -> None:
    code, _row, _letter, message = fault("DID\n7185551234\n", provider)
    assert code == "country_unsure"
    assert "+17185551234 (US)" in message
    assert numbers("DID\n7185551234\n", provider, "US") == ["17185551234"]


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize(
    "written",
    [
        "+55 11 4000-9901", "(11) 4000-9901", "11 4000-9901", "1140009901", "551140009901", "0055 11 4000 9901",
        "+55 (11) 4000.9901", "+55 (0) 11 4000-9901", "(011) 4000-9901", "(0xx11) 4000-9901", "0**11 4000-9901",
        "+55 (0xx11) 4000-9901",
        "11 4000/9901", "tel:+55-11-4000-9901", "'551140009901", '=""551140009901""', "551140009901.0",
        "551140009901,00",
        "５５１１４０００９９０１", "＋55 11 4000－9901", "+55\u00a011\u00a04000\u20119901",
        "\u202a+551140009901\u202c",
        "55 11 4000\u20139901", "+55\u200b1140009901", "5.51140009901E+11", "551,140,009,901", " 1140009901 ",
    ],
)  # fmt: skip
def test_a_number_is_itself_however_it_is_written(written: str, provider: Provider) -> None:
    assert numbers(column(written), provider) == ["551140009901"]


def test_a_mobile_number_is_one(provider: Provider) -> None:
    assert numbers(column("11 94000-9901", "+55 (11) 94000-9902"), provider) == ["5511940009901", "5511940009902"]


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize(
    ("written", "code", "told"),
    [
        ("11 4000", "number_impossible", ""), ("+55 11 4000-990", "number_impossible", ""),
        ("+551140009901-1", "number_impossible", ""), ("4000-9901", "number_no_area", ""),
        ("0800 123 4567", "number_code", "08001234567"), ("4004-1234", "number_code", "40041234"),
        ("190", "number_code", "190"), ("11 8765-4321", "number_old", "+5511987654321"),
        ("5.5114E+11", "shortened", ""), ("11 4000-9901 ramal 12", "number_characters", ""),
        ("-551140009901", "number_characters", ""), ("1-800-FLOWERS", "number_characters", ""),
        ("551140009901 551140009902", "number_impossible", ""), ("Total", "number_characters", ""),
        ("551140001000-1009", "range_short", "+551140001000 – +551140001009"),
        ("11 4000-1000/1009", "range_short", "+551140001000 – +551140001009"),
        ("1140001000 a 09", "range_short", "+551140001000 – +551140001009"),
        ("551140001009-551140001000", "range", ""), ("551140000000-551149999999", "range_large", ""),
        ("551140001000-5511940001009", "number_impossible", ""),
        ("+1 514 555 123", "number_impossible", ""), ("²²²²", "number_characters", ""),
    ],
)  # fmt: skip
def test_what_is_no_number_is_rejected_with_row_column_and_readings(
    written: str, code: str, told: str, provider: Provider
) -> None:
    found, row, letter, message = fault(column("1140009901", written, heading="Telefone"), provider)
    assert (found, row, letter) == (code, 3, "A")
    assert told in message


@pytest.mark.parametrize(
    "written",
    [
        "551140001000-551140001009", "1140001000-1140001009", "(11) 4000-1000 - (11) 4000-1009",
        "11 4000-1000 a 11 4000-1009", "11 4000-1000 até 11 4000-1009", "1140001000..1140001009",
        "+55 11 4000-1000 – +55 11 4000-1009", "1140001000 to 1140001009", "1140001000 hasta 1140001009",
        "1140001000,1140001001,1140001002-1140001009", "1140001000/1140001001; 1140001002 - 1140001009",
        "1140001000 e 1140001001 e 1140001002-1140001009",
    ],
)  # fmt: skip
def test_a_range_is_one_where_both_of_its_ends_are_whole_numbers(written: str, provider: Provider) -> None:
    assert numbers(column(written), provider) == [f"55114000100{last}" for last in range(10)]


@pytest.mark.parametrize(
    "text",
    [
        "Número inicial;Número final\n1140001000;1140001009\n", "Início;Fim\n(11) 4000-1000;(11) 4000-1009\n",
        "Faixa Inicial;Faixa Final;Mensalidade\n+551140001000;+551140001009;1,00\n",
        "DDD;Início;Fim\n11;4000-1000;4000-1009\n", "DDD;Prefixo;Faixa Inicial;Faixa Final\n11;4000;1000;1009\n",
        "Número;Quantidade\n11 4000-1000;10\n", "DDI;DDD;Número;Qtd\n55;11;40001000;10\n",
        "first number,last number\n551140001000,551140001009\n", "desde\thasta\n1140001000\t1140001009\n",
    ],
)  # fmt: skip
def test_a_range_may_stand_in_two_columns(text: str, provider: Provider) -> None:
    assert numbers(text, provider) == [f"55114000100{last}" for last in range(10)]


@pytest.mark.parametrize(
    ("text", "code", "letter"),
    [
        ("Número inicial;Número final\n1140001009;1140001000\n", "range", "A"),
        ("Número inicial;Número final\n1140001000;1009\n", "number_impossible", "A"),
        ("Número inicial;Número final\n1140001000;11940001009\n", "range", "A"),
        ("Número inicial;Número final\n1140000000;1149999999\n", "range_large", "A"),
        ("Número;Quantidade\n1140001000;0\n", "count", "B"), ("Número;Quantidade\n1140001000;99999\n", "count", "B"),
        ("Número;Quantidade\n1140001000;ten\n", "count", "B"), ("DDD;Número\n10;40009901\n", "area_unknown", "B"),
        ("DDD;Número\n21;1140009901\n", "area_contradicts", "B"), ("DDI;Número\n999;1140009901\n", "calling_code", "B"),
        ("Número,Custo\n1140009901,5,50\n", "row_longer", ""),
        ("DDD;Número\n11;40041234\n", "number_code", "B"), ("Número;Mensalidade\n1140009901;US$ 5\n", "currency", "B"),
        ("Número;Custo mensal (USD)\n1140009901;5,00\n", "currency", "B"),
        ("Número inicial;Número final\n1150000000;1159999999\n", "range_large", "A"),
        ("Número inicial;Número final\n1159999990;1160000009\n", "number_old", "A"),
    ],
)  # fmt: skip
def test_what_two_columns_say_together_is_checked(text: str, code: str, letter: str, provider: Provider) -> None:
    assert fault(text, provider)[:3] == (code, 2, letter)


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("Phone Number,Friendly Name\n+15145551234,(514) 555-1234\n", "", ["15145551234"]),
        ("PhoneNumber,Capabilities\n+15145551234,voice\n", "", ["15145551234"]),
        ("phone_number,status\n+442079460958,active\n", "", ["442079460958"]),
        ("DID Number,Country\n442079460958,United Kingdom\n", "", ["442079460958"]),
        ("TelephoneNumber,RateCenter,State\n9195551234,RALEIGH,NC\n", "US", ["19195551234"]),
        ("Full Number\n19195551234\n", "", ["19195551234"]),
        ("E.164,Country,City\n+3221234567,Belgium,Brussels\n", "", ["3221234567"]),
        ("DID,Description\n5145551234,Montreal\n", "CA", ["15145551234"]),
        ("Teléfono;Costo mensual\n+34 911 234 567;5,00\n", "", ["34911234567"]),
        ("Número telefónico;Proveedor\n911 234 567;Vivo\n", "ES", ["34911234567"]),
        ("NPA,NXX,Line\n514,555,1234\n", "CA", ["15145551234"]),
        ("Nº;DDR\n1;11 4000-9901\n", "", ["551140009901"]),
        ("number\n34911234567\n351211234567\n", INTERNATIONAL, ["34911234567", "351211234567"]),
    ],
)  # fmt: skip
def test_inventories_of_known_senders_are_read(
    text: str, country: str, expected: list[str], provider: Provider
) -> None:
    assert numbers(text, provider, country) == expected


def test_headings_of_north_america_raise_the_question(provider: Provider) -> None:
    text = "TelephoneNumber,RateCenter,State\n2135551234,LOSANGELES,CA\n"
    assert fault(text, provider)[0] == "country_unsure"


@pytest.mark.parametrize(
    "text",
    [
        "Telefone\n2133334444\n", "DDD;Número\n21;33334444\n", "number\n2133334444\n1140009901\n",
        "number;Mensalidade\n4733334444;1,00\n",
    ],
)  # fmt: skip
def test_a_list_that_is_brazilian_is_not_asked_about(text: str, provider: Provider) -> None:
    assert numbers(text, provider)[0] in {"552133334444", "554733334444"}


@pytest.mark.slow(seconds=0.3)
def test_a_provider_of_one_country_is_not_asked_about(provider: Provider) -> None:
    assert fault("number\n4733334444\n", provider)[0] == "country_unsure"
    DIDFactory.create(number="551140001000", provider=provider)
    assert numbers("number\n4733334444\n", provider) == ["554733334444"]


def test_digits_of_e164_beside_each_other_do_not_make_one_of_them_national(provider: Provider) -> None:
    code, row, _letter, message = fault("Telefone\n551140009901\n34911234567\n", provider)
    assert (code, row) == ("country_unsure", 3)
    assert "+5534911234567 (BR), +34911234567 (ES)" in message


def test_a_workbook_keeps_numbers_as_numbers(provider: Provider) -> None:
    content = workbook([["Telefone", "Valor"], [551140009901, 5.5], [1140009902.0, 1], ["4000,5", 1]])
    plan = preview_import(content=content, provider=provider)
    assert [(error.code, error.row) for error in plan.errors] == [("number_impossible", 4)]
    assert [one.number for one in plan.numbers] == ["551140009901", "551140009902"]
    half = preview_import(content=workbook([["Telefone"], [1140009901.5]]), provider=provider)
    assert [(error.code, error.row) for error in half.errors] == [("number", 2)]


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_a_list_is_read_in_each_encoding_with_each_sign(
    ending: str, encoding: str, sign: str, provider: Provider
) -> None:
    text = ending.join([f"Número{sign}Observação{sign}", f"(11) 4000-9901{sign}São Paulo{sign}", "", ""])
    plan = preview_import(content=text.encode(encoding), provider=provider)
    assert [(did.number, did.notes, plan.errors) for did in plan.new] == [("551140009901", "São Paulo", [])]


def test_one_number_in_two_spellings_is_one_number(provider: Provider) -> None:
    assert numbers(column("1140009901", "+55 11 4000-9901", "551140009901"), provider) == ["551140009901"]
    again = "Número;Mensalidade\n1140009901;1,00\n+55 11 4000-9901;2,00\n"
    assert fault(again, provider)[:3] == ("number_doubled", 3, "A")


def test_a_list_of_nothing_but_numbers_needs_no_heading(provider: Provider) -> None:
    assert numbers("(11) 4000-9901\n(11) 4000-9902\n", provider) == ["551140009901", "551140009902"]


def test_a_title_above_the_headings_is_none_of_them(provider: Provider) -> None:
    assert numbers("DIDs;\n;\nNúmero;Mensalidade\n1140009901;1,00\n", provider) == ["551140009901"]


def test_a_quantity_that_is_not_that_of_the_range_is_a_fault(provider: Provider) -> None:
    code, row, _letter, message = fault("Início;Fim;Qtd\n1140009901;1140009910;5\n", provider)
    assert (code, row) == ("count_contradicts", 2)
    assert "10" in message
    assert len(numbers("Início;Fim;Qtd\n1140009901;1140009910;10\n", provider)) == 10


@pytest.mark.parametrize("status", ["Cancelled", "Inativo", "Released", "Suspenso", "Ported out", "DESLIGADO"])
def test_a_number_that_the_list_calls_out_of_service_is_not_taken(status: str, provider: Provider) -> None:
    code, row, letter, _message = fault(f"Número;Situação\n1140009901;Ativo\n1140009902;{status}\n", provider)
    assert (code, row, letter) == ("not_in_service", 3, "B")
    assert numbers("Number,Status\n1140009901,active\n1140009902,in-use\n1140009903,\n", provider) != []


def test_columns_that_nobody_reads_are_named(provider: Provider) -> None:
    plan: ImportPlan = preview_import(
        content="Número;Início;Cidade\n1140009901;01/02/2026;SP\n".encode(), provider=provider
    )
    assert (plan.unread_columns, [did.number for did in plan.new]) == (("Início", "Cidade"), ["551140009901"])


@pytest.mark.parametrize("heading", ["MRC (cents)", "Custo (centavos)", "Price (annual)", "Mensalidade (ano)"])
def test_a_cost_in_another_unit_is_left_and_named(heading: str) -> None:
    columns = find_columns([["number", heading], ["+551140009901", "500"]])
    assert columns is not None
    assert (columns.unread, columns.index_of) == ((heading,), {"number": 0})


@pytest.mark.slow(seconds=2)
def test_a_hostile_list_ends_at_its_bounds(provider: Provider) -> None:
    ranges = "\n".join(["number", *(f"55114{area}00000-55114{area}09999" for area in range(100, 999))])
    plan = preview_import(content=ranges.replace("55114", "55").encode(), provider=provider)
    assert len(plan.numbers) <= 100_000 + 10_000
    nonsense = "number\n" + ("1-" * 15_000 + "\n") * 50 + "x\n" * 5_000
    plan = preview_import(content=nonsense.encode(), provider=provider)
    assert len(plan.errors) == 1_000


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_none(text: str) -> None:
    digits = digits_of(text)
    assert digits.isascii()
    assert digits.removeprefix("+").isdigit() or not digits.removeprefix("+")
    for number in readings_of(text, BRAZIL, other=STATES).all:
        assert number.key.endswith(digits.removeprefix("+").lstrip("0"))
        assert not number.is_code


@given(
    st.integers(2_000_0000, 5_999_9999), st.sampled_from([" ", "-", ".", ""]), st.sampled_from(["11", "21", "47", "85"])
)
def test_punctuation_changes_no_number(local: int, sign: str, area: str) -> None:
    text = f"({area}) {str(local)[:4]}{sign}{str(local)[4:]}"
    assert readings_of(text, BRAZIL).own == readings_of(f"+55{area}{local}", BRAZIL).own


def test_the_country_of_a_list_is_the_installations_unless_one_is_chosen() -> None:
    assert (country_of("").plan.region, country_of("").is_chosen) == ("BR", False)
    assert (country_of("AR").plan.region, country_of("AR").is_chosen) == ("AR", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DID,Country\n5145551234,CA\n1140009901,BR\n", ["15145551234", "551140009901"]),
        ("DID;País\n2079460958;Reino Unido\n1140009901;Brasil\n", ["442079460958", "551140009901"]),
        ("Número;País\n221234567;Portugal\n02 79460958;Bélgica\n", ["351221234567", "32279460958"]),
        ("number,iso_country\n+15145551234,CA\n15145551234,US\n", ["15145551234"]),
        ("Number,Country name\n442079460958,United Kingdom\n12025550123,USA\n", ["442079460958", "12025550123"]),
        ("DID,Country code\n5145551234,CA\n5145551235,1\n", ["15145551234", "15145551235"]),
        ("Telefone;DDD;País\n40009901;11;brasil\n79460958;20;gb\n", ["551140009901", "442079460958"]),
        ("Número inicial;Número final;País\n5145551234;5145551235;CA\n", ["15145551234", "15145551235"]),
        ("DID,Country\n5145551234,\n", None),
    ],
)
def test_the_country_of_each_row_is_read(text: str, expected: list[str] | None, provider: Provider) -> None:
    if expected is None:
        assert fault(text, provider)[0] == "country_unsure"
        return
    plan = preview_import(content=text.encode(), provider=provider)
    assert plan.error_list == []
    assert [did.number for did in plan.new] == expected
    assert plan.unread_columns == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("DID,Country\n5145551234,Atlantis\n", ("country_unknown", 2, "B")),
        ("DID,Country\n+442079460958,CA\n", ("country_contradicts", 2, "A")),
        ("DID,Country code,Country\n5145551234,44,CA\n", ("country_contradicts", 2, "A")),
        ("DID,Country\n40009901,Canada\n", ("number_impossible", 2, "A")),
    ],
)
def test_a_country_that_cannot_be_is_told(text: str, told: tuple[str, int, str], provider: Provider) -> None:
    assert fault(text, provider)[:3] == told


def test_a_country_has_a_name_in_three_languages() -> None:
    for name in ("Germany", "Alemanha", "ALEMANIA", "de", "DE"):
        assert region_named(name) == "DE"
    assert calling_code_of_region(region_named("Côte d'Ivoire") or "CI") == "225"
    assert region_named("") == ""
