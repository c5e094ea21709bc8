import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.longest_match import SHORTEST_E164, TariffIndex, compile_pattern
from billing.rating.time_windows import Window

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Dated:
    pattern: str
    origin_prefix: str = ""
    window: Window | None = None
    effective_from: datetime = NOW - timedelta(days=30)
    effective_until: datetime | None = None


def match(patterns: list[str], number: str) -> str | None:
    found = TariffIndex(Dated(pattern) for pattern in patterns).match(number, NOW)
    return found.pattern if found else None


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
        (["_00."], "00", None),
        (["+5511"], "551134001000", "+5511"),
        (["_+5511X."], "551134001000", "_+5511X."),
        (["_[2-5]5."], "551134001000", "_[2-5]5."),
        (["_[2-46]5."], "551134001000", None),
        (["1", "190"], "190", "190"),
        (["1"], "190", None),
        (["1"], "12125550100", "1"),
        (["_1XX"], "190", "_1XX"),
        (["0800"], "08007010123", "0800"),
        ([], "5511987654321", None),
    ],
)
def test_the_longest_match_wins(patterns: list[str], number: str, expected: str | None) -> None:
    assert match(patterns, number) == expected
    assert match(patterns[::-1], number) == expected


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
classes = st.sampled_from(["X", "Z", "N", "[1-3]", "[079]", "1", "5"])
patterns = st.one_of(
    digits,
    st.builds(
        lambda body, tail: "_" + "".join(body) + tail,
        st.lists(classes, min_size=1, max_size=9),
        st.sampled_from(["", ".", "!"]),
    ),
)


def by_definition(pattern: str, number: str) -> tuple[int, int, int] | None:
    """Match one pattern as the manual says, without the index: an oracle of few lines."""
    if not pattern.startswith("_"):
        fits = number == pattern if len(number) < SHORTEST_E164 else number.startswith(pattern)
        return (len(pattern), 0, 0) if fits else None
    sets = {"X": range(10), "Z": range(1, 10), "N": range(2, 10), "[1-3]": (1, 2, 3), "[079]": (0, 7, 9)}
    positions = re.findall(r"\[[^]]+\]|[0-9XZN]", pattern[1:])
    allowed = [list(sets.get(position, (int(position),) if position.isdigit() else ())) for position in positions]
    rest = len(number) - len(allowed)
    tail = pattern[-1] if pattern[-1] in ".!" else ""
    if rest < 0 or (rest > 0 and not tail) or (rest == 0 and tail == "."):
        return None
    if any(int(digit) not in choices for digit, choices in zip(number, allowed, strict=False)):
        return None
    return len(allowed), -sum(len(choices) - 1 for choices in allowed), {"": 3, ".": 2, "!": 1}[tail]


@given(st.lists(patterns, max_size=12, unique=True), st.text("0123456789", min_size=1, max_size=12))
def test_the_index_finds_what_trying_every_tariff_finds(tariffs: list[str], number: str) -> None:
    ranks = {pattern: rank for pattern in tariffs if (rank := by_definition(pattern, number))}
    found = match(tariffs, number)
    assert (found is None) == (not ranks)
    if found is not None:
        assert compile_pattern(found).rank == max(ranks.values())


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
    assert match(patterns, "5511987654321") == "_[5]511."
