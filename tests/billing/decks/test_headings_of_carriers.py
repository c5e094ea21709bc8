"""Headings as carriers and their systems write them are known, in three languages, whatever their case and number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.decks.columns import heading_words
from billing.decks.columns.headings import read_heading
from billing.decks.columns.roles import IGNORED, LABELS, SECOND_NAME
from tests.billing.decks.field_lists import read_field

PHRASES = [(role, phrase.strip()) for role, phrases in heading_words.PHRASES.items() for phrase in phrases.split(",")]


def roles(headings: str) -> str:
    """Return the roles of headings that stand between semicolons."""
    return " ".join(read_heading(heading).role or "?" for heading in headings.split(";"))


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        # Twilio, older Twilio, Telnyx
        ("ISO;Country;Description;Price / min;Origination Prefixes;Destination Prefixes",
         "ignored second_name name price origin prefix"),
        ("ISO;Country;Description;Price/min;Prefixes", "ignored second_name name price prefix"),
        ("ISO;Country;Description;Origination Prefixes;Destination Prefixes;Rate;Interval 1;Interval N;Price Per Call;"
         "Exact Match", "ignored second_name name origin prefix price initial increment call_fee exact"),
        # Sippy, PortaOne, JeraSoft
        ("Action;Id;Prefix;Country;Description;Interval 1;Interval N;Price 1;Price N;Forbidden;Grace Period;"
         "Activation Date;Expiration Date",
         "change ignored prefix second_name name initial increment price_first price_next blocked free effective ends"),
        ("Tariff;Destination;Country;Description;Interval First;Interval Next;Price First;Price Next;"
         "Off-peak Interval First;Off-peak Interval Next;Off-peak Price First;Off-peak Price Next;Forbidden;Hidden;"
         "Discontinued;Effective From",
         "ignored name second_name name initial increment price_first price_next off_peak_initial off_peak_increment "
         "off_peak_price_first off_peak_price_next blocked ignored discontinued effective"),
        ("Code;Code Name;Rate;Min Time;Interval;Grace Time;Setup Fee;Effective Date;End Date",
         "prefix name price initial blocks free setup_fee effective ends"),
        # ASTPP, MagnusBilling, kazoo
        ("Code;Destination;Connection Cost;Grace Time;Cost / Min (USD);Initial Increment;Increment;Priority;Strip;"
         "Prepend;Trunk;Status",
         "prefix name connect_fee free price initial blocks ignored ignored ignored ignored status"),
        ("dialprefix;destination;rateinitial;initblock;billingblock;minimal_time_charge;connectcharge",
         "prefix name price initial increment free connect_fee"),
        ("rate_name;prefix;iso_country_code;description;rate_cost;rate_surcharge;rate_minimum;rate_increment;"
         "rate_nocharge_time", "ignored prefix ignored name price surcharge initial increment free"),
        # Brazil
        ("Prefixo;Destino;Tarifa;Cadência;Vigência", "prefix name price blocks effective"),
        ("DDI;DDD;Localidade;Tarifa (R$/min);Valor", "country area name price price"),
        ("Fixo;Móvel;VC1;VC2;VC3", "fixed_price mobile_price vc1_price vc2_price vc3_price"),
        ("Tarifas Fixos;Tarifa Celular;VC-1 (R$/min);VC 2", "fixed_price mobile_price vc1_price vc2_price"),
        ("Prefixos;Descrições;Preços;Taxa de conexão;Carência (s);Bloco inicial;Incrementos;Válido até;Situação",
         "prefix name price connect_fee free initial blocks ends status"),
        ("Tarifa horário normal;Tarifa horário reduzido;Tarifa fim de semana", "price off_peak_price weekend_price"),
        # Spanish
        ("PREFIJOS;DESTINO;TARIFA POR MINUTO;INCREMENTO;FECHA DE VIGENCIA;FECHA FIN;ESTADO;BLOQUEADO",
         "prefix name price blocks effective ends status blocked"),
        ("Códigos;Países;Precio por minuto;Cargo de conexión;Segundos gratis;Tiempo mínimo;Vigente desde;Válido hasta",
         "prefix second_name price connect_fee free initial effective ends"),
        ("Tarifa hora pico;Tarifa fuera de pico;Tarifa fin de semana;Fijos;Móviles",
         "price off_peak_price weekend_price fixed_price mobile_price"),
        ("Recargo;Recargo por minuto;Precio por llamada;Moneda;Acción",
         "surcharge minute_surcharge call_fee currency change"),
        # English beside
        ("Dial Codes;Rates (USD/min);Connection charge;Minimum Duration (sec);Billing Increment;Valid To;Barred",
         "prefix price connect_fee initial blocks ends blocked"),
        ("Peak Rate;Off-Peak Rate;Weekend Rate;Peak;Off Peak;Night rate",
         "price off_peak_price weekend_price price off_peak_price off_peak_price"),
        ("Old Rate;Previous price;Change %;Rate difference;New Rate", "ignored ignored ignored ignored price"),
        ("First interval;Next interval;First minute rate;Additional minute rate",
         "initial increment price_first price_next"),
        # Nothing that is known
        ("Price per 10 seconds;Foo;Minutes;Usage 100;Mobile prefix note", "? ? ? ? ?"),
    ],
)  # fmt: skip
def test_the_columns_of_known_lists_are_known(headings: str, expected: str) -> None:
    assert roles(headings) == expected
    assert roles(headings.upper()) == expected
    assert roles(headings.lower()) == expected
    assert roles(re.sub(r"(?<=\w) (?=\w)", "_", headings)) == expected


@pytest.mark.parametrize(
    ("heading", "seconds"),
    [
        ("Rate per second", 1), ("Price/sec", 1), ("Tarifa por segundo", 1), ("Valor/s", 1), ("USD/second", 1),
        ("Rate per minute", 60), ("Preço/min", 60), ("R$/min", 60), ("Tarifa (R$/min)", 60), ("rate_1_min", 60),
        ("Price per hour", 3600), ("Valor por hora", 3600), ("Rate", None), ("Off-peak hours rate", None),
    ],
)  # fmt: skip
def test_a_price_is_of_the_time_that_its_heading_names(heading: str, seconds: int | None) -> None:
    assert read_heading(heading).seconds == seconds


@given(st.sampled_from(PHRASES), st.booleans(), st.sampled_from([" ", "_", "  ", " - "]))
def test_a_phrase_heads_one_thing_in_capitals_and_with_other_signs_between(
    known: tuple[str, str], upper: bool, between: str
) -> None:
    role, phrase = known
    written = between.join(phrase.split())
    assert read_heading(written.upper() if upper else written.title()).role == role


def test_no_phrase_is_for_two_things() -> None:
    seen: dict[frozenset[str], tuple[str, str]] = {}
    for role, phrase in PHRASES:
        assert seen.setdefault(frozenset(phrase.split()), (role, phrase))[0] == role, phrase
    assert set(heading_words.PHRASES) <= {*LABELS, IGNORED, SECOND_NAME}


@given(st.text(max_size=80))
def test_any_heading_is_read_as_something_or_as_nothing(text: str) -> None:
    assert read_heading(text).role in {"", IGNORED, SECOND_NAME, "present_price", *LABELS}


def test_a_heading_that_carriers_also_give_to_other_things_is_told_by_its_values() -> None:
    _rows, layout, reading = read_field("Estado;Destino;Prefixo;Tarifa\nSP;São Paulo;5511;0,04\nRJ;Rio;5521;0,05\n")
    assert ("status" in layout.columns, [line.change for line in reading.lines]) == (False, ["", ""])
    _rows, layout, _reading = read_field("Destination;Description;Rate\n5511;Sao Paulo;0,04\n55 21,31;Rio;0,05\n")
    assert (layout.columns["prefix"], layout.columns["name"]) == (0, 1)
    _rows, layout, _reading = read_field("Country Code;Country;Rate\n55;Brazil;0,04\n351;Portugal;0,05\n")
    assert (layout.columns["prefix"], layout.columns["name"]) == (0, 1)
    _rows, layout, reading = read_field("Prefix;Name;Mobile;Rate\n5511;SP;no;0,04\n55119;SP;yes;0,05\n")
    assert ("mobile_price" in layout.columns, len(reading.lines)) == (False, 2)
