import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.rating.key_patterns import Matches, compile_pattern
from billing.rating.longest_match import TariffIndex
from billing.rating.time_windows import Window

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Dated:
    pattern: str
    origin_prefix: str = ""
    window: Window | None = None
    effective_from: datetime = NOW - timedelta(days=30)
    effective_until: datetime | None = None
    matches: str = Matches.NUMBER


def code(pattern: str) -> Dated:
    return Dated(pattern, matches=Matches.CODE)


def match(tariffs: Iterable[str | Dated], key: str) -> Dated | None:
    dated = (Dated(tariff) if isinstance(tariff, str) else tariff for tariff in tariffs)
    return TariffIndex(dated).match(key, NOW)


@pytest.mark.parametrize(
    ("patterns", "number", "expected"),
    [
        (["55", "5511", "55119"], "5511987654321", "55119"),
        (["55", "5511", "55119"], "5511340001000", "5511"),
        (["55", "5511"], "12125550100", None),
        (["5511", "_55ZZ9XXXXXXXX"], "5511987654321", "_55ZZ9XXXXXXXX"),
        (["5511", "_55ZZ9XXXXXXXX"], "551134001000", "5511"),
        (["_55ZZ9XXXXXXXX", "_5511987XXXXXX"], "5511987654321", "_5511987XXXXXX"),
        (["_551198765432X", "_551198765432N", "_551198765432[13]"], "5511987654321", "_551198765432[13]"),
        (["_55.", "_55!"], "551", "_55."),
        (["_55.", "_55!"], "55", "_55!"),
        (["_."], "5511987654321", "_."),
        (["_!"], "5511987654321", "_!"),
        (["+5511"], "551134001000", "+5511"),
        (["_+5511X."], "551134001000", "_+5511X."),
        (["_[2-5]5."], "551134001000", "_[2-5]5."),
        (["_[2-46]5."], "551134001000", None),
        (["1"], "12125550100", "1"),
        ([], "5511987654321", None),
    ],
)
def test_the_longest_match_wins(patterns: list[str], number: str, expected: str | None) -> None:
    for order in (patterns, patterns[::-1]):
        found = match(order, number)
        assert (found.pattern if found else None) == expected


CODES = ["190", "4004", "0800", "10315", "_103XX", "_0300XXXXXXX", "_1[89]X"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("0190", "190"),
        ("0192", "_1[89]X"),
        ("040041234", "4004"),
        ("040031234", None),
        ("08001234567", "0800"),
        ("010315", "10315"),
        ("010321", "_103XX"),
        ("03001234567", "_0300XXXXXXX"),
        # What begins like a code of three digits is another code.
        ("01901", None),
    ],
)
def test_a_code_is_priced_by_the_tariffs_for_codes_alone(key: str, expected: str | None) -> None:
    numbers = ["_X.", "_.", "_!", "1", "190", "0190", "_0.", "_0XXX", "40", "4004", "0800", "_[0-9]!"]
    found = match([*numbers, *map(code, CODES)], key)
    assert (found.pattern if found else None) == expected
    assert found is None or found.matches == Matches.CODE
    assert match(numbers, key) is None


def test_a_code_can_be_written_with_the_0_in_front_or_without() -> None:
    for pattern in ("0190", "_0190", "_190", "190"):
        assert match([code(pattern)], "0190") == code(pattern)
    for pattern in ("_0800.", "_800.", "_0800XXXXXXX", "_800XXXXXXX", "_[08]00XXXXXXX"):
        assert match([code(pattern)], "08001234567") == code(pattern)
    assert match([code("_.")], "0190") == code("_.")


@pytest.mark.parametrize("number", ["19045551234", "19295551234"])
def test_the_police_does_not_price_north_america(number: str) -> None:
    # N1: 0019045551234 cost nothing by the tariff of 190.
    found = match(["1", code("190"), code("192"), code("_1XX"), code("_."), code("1904")], number)
    assert found == Dated("1")


def test_only_a_tariff_in_force_matches() -> None:
    ended = Dated("5511", effective_until=NOW)
    coming = Dated("55119", effective_from=NOW + timedelta(seconds=1))
    general = Dated("55")
    assert TariffIndex([ended, coming, general]).match("5511987654321", NOW) is general
    assert TariffIndex([ended, coming, general]).match("5511987654321", NOW - timedelta(microseconds=1)) is ended
    assert TariffIndex([ended, coming, general]).match("5511987654321", NOW + timedelta(seconds=1)) is coming


def test_a_newer_tariff_of_the_same_prefix_replaces_the_older() -> None:
    older, newer = Dated("5511"), Dated("5511", effective_from=NOW)
    index = TariffIndex([newer, older])
    assert index.match("5511987654321", NOW) is newer
    assert index.match("5511987654321", NOW - timedelta(days=1)) is older


digits = st.text("0123456789", min_size=1, max_size=9)
classes = st.sampled_from(["X", "Z", "N", "[1-3]", "[079]", "1", "5", "0"])
patterns = st.one_of(
    digits,
    st.builds(
        lambda body, tail: "_" + "".join(body) + tail,
        st.lists(classes, min_size=1, max_size=9),
        st.sampled_from(["", ".", "!"]),
    ),
)
dated = st.builds(Dated, patterns, matches=st.sampled_from(Matches))
keys = st.builds(str.__add__, st.sampled_from("0123456789"), st.text("0123456789", min_size=1, max_size=12))


def by_definition(tariff: Dated, key: str) -> bool:
    """Match one tariff as the manual says, by what was dialled: an oracle of few lines."""
    if (tariff.matches == Matches.CODE) != key.startswith("0"):
        return False
    if tariff.matches == Matches.NUMBER:
        return fits(tariff.pattern, key, whole=False)
    bare, allows_zero = key[1:], re.match(r"_?(0|_?$)", tariff.pattern)
    dialled = key if allows_zero else bare
    if bare.startswith("0"):
        # No code begins with 0 behind the 0 in front.
        assume(not tariff.pattern.startswith("_"))
    return fits(tariff.pattern, dialled, whole=not allows_zero and len(tariff.pattern) < 4)


def fits(pattern: str, digits: str, *, whole: bool) -> bool:
    if not pattern.startswith("_"):
        return digits == pattern if whole else digits.startswith(pattern)
    sets = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*"}
    body = re.sub(r"[XZN.!](?![^[]*\])", lambda found: sets[found[0]], pattern[1:])
    return re.fullmatch(body, digits) is not None


@given(st.lists(dated, max_size=12, unique=True), keys)
def test_the_index_finds_what_trying_every_tariff_finds(tariffs: list[Dated], key: str) -> None:
    fitting = [tariff for tariff in tariffs if by_definition(tariff, key)]
    found = match(tariffs, key)
    assert (found is None) == (not fitting)
    if found is not None:
        assert found in fitting
        assert rank_of(found) == max(map(rank_of, fitting))


def rank_of(tariff: Dated) -> tuple[int, int, int]:
    return compile_pattern(tariff.pattern, tariff.matches).rank


@given(patterns, keys)
def test_no_pattern_matches_numbers_and_codes(pattern: str, key: str) -> None:
    for matches in Matches:
        if compile_pattern(pattern, matches).matches(key):
            assert key.startswith("0") == (matches is Matches.CODE)


def test_the_longest_destination_counts_before_the_longest_origin() -> None:
    anyone, from_sao_paulo, from_here = Dated("55119"), Dated("5511", "5511"), Dated("55119", "5511")
    index = TariffIndex([anyone, from_sao_paulo, from_here])
    assert index.match("5511987654321", NOW, "551130001000") is from_here
    assert index.match("5511987654321", NOW, "552130001000") is anyone
    assert index.match("5511987654321", NOW) is anyone
    assert index.match("551140001000", NOW, "551130001000") is from_sao_paulo
    assert index.match("551140001000", NOW, "552130001000") is None


def test_a_local_call_a_call_within_the_state_and_one_to_another_have_prices_of_their_own() -> None:
    local, state, other = Dated("_5511[2-9]XXXXXXX", "5511"), Dated("_55[1]XN.", "551"), Dated("55")
    index = TariffIndex([local, state, other])
    assert index.match("551130001000", NOW, "551140001000") is local
    assert index.match("551930001000", NOW, "551140001000") is state
    assert index.match("552130001000", NOW, "551140001000") is other


def test_certain_hours_count_before_all_and_a_longer_origin_before_both() -> None:
    night = Window(0b1111111, time(8), time(13), UTC)
    always, at_night, from_here = Dated("55"), Dated("55", window=night), Dated("55", "5511")
    index = TariffIndex([always, at_night, from_here])
    assert index.match("5511987654321", NOW) is at_night
    assert index.match("5511987654321", NOW + timedelta(hours=1)) is always
    assert index.match("5511987654321", NOW, "551130001000") is from_here


@given(st.permutations(["_5[5]11.", "_55[1]1.", "_[5]511."]))
def test_no_order_of_reading_decides_between_tariffs_of_one_rank(patterns: list[str]) -> None:
    found = match(patterns, "5511987654321")
    assert found is not None
    assert found.pattern == "_[5]511."
