"""All that a prefix or pattern can mean, and what becomes of one that can mean several things."""

from collections.abc import Iterator
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.models import Tariff
from billing.rating.code_patterns import intended
from billing.rating.key_patterns import Matches, compile_pattern
from billing.rating.pattern_readings import any_number, readings
from billing.rating.pattern_words import readings_in_words
from billing.tariffs.pattern_meaning import meaning_of
from tests.core.numbers.plans import BRAZIL
from tests.factories import TariffFactory, UserFactory
from tests.numbers.strings import number_key, pattern_around

NUMBER, CODE = Matches.NUMBER, Matches.CODE


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Read the words in the language of the source, whatever was tested before."""
    with translation.override("en"):
        yield


def found(pattern: str) -> list[tuple[str, str]]:
    return [(reading.pattern, str(reading.matches)) for reading in readings(pattern, BRAZIL)]


@pytest.mark.parametrize("pattern", ["190", "192", "193", "180", "188", "911", "1332", "1331", "9090"])
def test_a_code_with_which_numbers_begin_as_well_has_both_readings(pattern: str) -> None:
    assert found(pattern) == [(pattern, NUMBER), (pattern, CODE)]


@pytest.mark.parametrize("pattern", ["100", "112", "103", "10315", "1055", "4004", "3003", "0800", "0300", "_103XX",
                                     "_4004XXXX", "_0800XXXXXXX", "_1XX"])  # fmt: skip
def test_a_code_with_which_no_number_begins_is_one(pattern: str) -> None:
    assert found(pattern) == [(pattern, CODE)]


@pytest.mark.parametrize("pattern", ["1", "19", "55", "5511", "1204", "44", "800", "550800", "_X.", "_.", "_5511.",
                                     "_55ZZ9XXXXXXXX", "+190", "_+190."])  # fmt: skip
def test_what_no_code_begins_with_is_for_numbers(pattern: str) -> None:
    assert found(pattern) == [(pattern, NUMBER)]


@pytest.mark.parametrize(("pattern", "code"), [("55800", "0800"), ("55300", "0300"), ("_55800XXXXXXX", "_0800XXXXXXX")])
def test_a_code_behind_the_country_code_is_the_code(pattern: str, code: str) -> None:
    assert found(pattern) == [(code, CODE)]


@pytest.mark.parametrize("pattern", ["_ZZ9XXXXXXXX", "_ZZ[2-5]XXXXXXX", "_349XXXXXXXX", "_34XXXXXXXXX"])
def test_a_national_pattern_that_reaches_other_countries_too_has_both_readings(pattern: str) -> None:
    assert found(pattern) == [(pattern, NUMBER), (f"_55{pattern[1:]}", NUMBER)]
    with translation.override("en"):
        words = readings_in_words(pattern, BRAZIL)
    assert "numbers of the world (+" in words
    assert "numbers of the country (+55" in words


@pytest.mark.parametrize("pattern", ["_119XXXXXXXX", "_0ZZ9XXXXXXXX"])
def test_a_national_pattern_that_nothing_else_is_gets_its_country(pattern: str) -> None:
    assert found(pattern) == [(f"_55{pattern[1:].removeprefix('0')}", NUMBER)]


def test_what_nothing_falls_under_has_no_reading_or_stays() -> None:
    assert not any_number("5510", BRAZIL)
    assert meaning_of("5510", BRAZIL) == ("5510", NUMBER)


@given(st.randoms(use_true_random=True))
@settings(max_examples=300, deadline=None)
@pytest.mark.slow(seconds=0.3)
def test_the_reading_that_upgrades_and_lists_take_is_among_them_and_each_has_a_number(chance: Random) -> None:
    key = number_key(chance, BRAZIL).removeprefix("0").removeprefix("55")
    pattern = pattern_around(chance, key) if chance.random() < 0.5 else key[: chance.randint(1, len(key))]
    several = readings(pattern, BRAZIL)
    assert len(set(several)) == len(several)
    if len(several) < 2:
        return
    assert intended(pattern, BRAZIL) in several
    for reading in several:
        assert not compile_pattern(reading.pattern, reading.matches).is_empty
        assert reading.matches is CODE or any_number(reading.pattern, BRAZIL)


ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def finance(db: None, client: Client) -> Client:
    client.force_login(UserFactory.create(role="finance"), backend="voipadmin.users.backends.RoleBackend")
    return client


def filled_in(**values: str) -> dict[str, str]:
    """Return the answers of a tariff's form."""
    tariff = {name: str(value) for name, value in vars(TariffFactory.build()).items() if name in FIELDS}
    return {**tariff, "effective_from": "2026-01-01T00:00:00", **values}


FIELDS = ("name", "price_per_minute", "currency", "initial_block_seconds", "increment_seconds", "free_seconds",
          "connect_fee", "minimum_charge", "rounding", "decimals")  # fmt: skip


def saved(client: Client, **values: str) -> tuple[str, list[tuple[str, str]]]:
    response = client.post(reverse("billing:tariff_create"), filled_in(**values), headers=ENGLISH)
    return response.content.decode(), list(Tariff.objects.values_list("pattern", "matches"))


@pytest.mark.slow(seconds=0.3)
def test_the_form_asks_what_a_pattern_that_could_be_both_is_for(finance: Client) -> None:
    page, stored = saved(finance, pattern="190", is_for="")
    assert "“190” could mean numbers of the world (" in page
    assert ", or codes of the country (190). Say which." in page
    assert stored == []
    assert saved(finance, pattern="190", is_for="code")[1] == [("190", "code")]


@pytest.mark.parametrize(
    ("pattern", "stored"),
    [("4004", ("4004", "code")), ("55800", ("0800", "code")), ("5511", ("5511", "number")),
     ("_119XXXXXXXX", ("_55119XXXXXXXX", "number"))],
)  # fmt: skip
def test_the_form_reads_what_a_pattern_with_one_meaning_is_for(
    finance: Client, pattern: str, stored: tuple[str, str]
) -> None:
    assert saved(finance, pattern=pattern, is_for="")[1] == [stored]


@pytest.mark.slow(seconds=0.3)
def test_a_national_pattern_without_its_country_is_asked_about_and_taken_as_written_where_that_is_said(
    finance: Client,
) -> None:
    page, stored = saved(finance, pattern="_ZZ9XXXXXXXX", is_for="")
    assert "which are written _55ZZ9XXXXXXXX" in page
    assert stored == []
    assert saved(finance, pattern="_ZZ9XXXXXXXX", is_for="number")[1] == [("_ZZ9XXXXXXXX", "number")]


@pytest.mark.parametrize("pattern", ["55;11", "abc", "_[9-1]", "", "_"])
def test_what_is_no_pattern_is_refused_as_ever(finance: Client, pattern: str) -> None:
    page, stored = saved(finance, pattern=pattern, is_for="")
    assert "could mean" not in page
    assert stored == []


@pytest.mark.slow(seconds=4)
def test_the_preview_says_both_before_and_after_it_was_said(finance: Client) -> None:
    def preview(**answers: str) -> str:
        return finance.get(reverse("billing:tariff_preview"), answers, headers=ENGLISH).content.decode()

    assert "This could mean numbers of the world" in preview(pattern="190", is_for="")
    assert "This could also be meant otherwise" in preview(pattern="_ZZ9XXXXXXXX", is_for="number")
    text = preview(pattern="4004", is_for="")
    assert "Read as: Codes of the country." in text
    assert "could" not in text


@pytest.mark.slow(seconds=0.3)
def test_the_admins_form_asks_as_well(admin_client: Client) -> None:
    answers = filled_in(pattern="190", matches="", name="Police")
    answers |= {"effective_from_0": "2026-01-01", "effective_from_1": "00:00:00"}
    page = admin_client.post(reverse("admin:billing_tariff_add"), answers, headers=ENGLISH).content.decode()
    assert "could mean numbers of the world" in page
    assert not Tariff.objects.exists()


def test_the_error_names_both_in_portuguese() -> None:
    with translation.override("pt-br"), pytest.raises(ValidationError) as refused:
        meaning_of("190", BRAZIL)
    assert "códigos do país (190)" in str(refused.value.message_dict["matches"])
