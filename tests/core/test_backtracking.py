"""The counter of steps that the tests of foreign text rely on: it agrees with Python's matcher, and sees what grows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.attacks import FOREIGN, attacks_on, growth_of
from tests.core.backtracking import Matcher, program_of

pytestmark = pytest.mark.slow(seconds=0.3)

PATTERNS = [
    r"a*b", r"(?:ab|a)*c", r"(a+)+$", r"\d+\.?\d*", r"^\s*#\s*x", r"(?<=1)a(?=b)", r"(?<!a)b", r"a{2,4}?b", r"[^ab]+1",
    r"(\d)-\1", r"\ba\b", r"(?>a+)b", r"a++b", r"(?:a?){3}b", r"(?:|a)+b", r"\Aa.*\Z", r"(?i:A)b|c",
]  # fmt: skip


@pytest.mark.parametrize("source", PATTERNS)
@given(text=st.text(st.sampled_from("ab1- .#xA\n"), max_size=12))
def test_it_matches_what_python_matches(source: str, text: str) -> None:
    pattern = re.compile(source, re.MULTILINE)
    expected = pattern.match(text)
    assert Matcher(text, 10**6).run(program_of(pattern), 0) == (expected and expected.end())
    full = Matcher(text, 10**6).run(program_of(pattern), 0, full=True) is not None
    assert full == (pattern.fullmatch(text) is not None)


def growth(source: str, method: str) -> float:
    return max(growth_of(re.compile(source), method, size=60))


@pytest.mark.parametrize(
    ("source", "method"),
    [
        (r"\d+\.?\d*", "fullmatch"), (r"[T\s]+00:00$", "search"), (r"\s*x$", "search"), (r"(a|a)*\Z", "match"),
        (r"<(?:\w+:)?c\s[^>]*?\br\s*=", "search"), (r"(.*),(.*),x", "fullmatch"),
    ],
)  # fmt: skip
def test_what_grows_with_the_square_is_seen(source: str, method: str) -> None:
    assert growth(source, method) > 3


@pytest.mark.parametrize(
    ("source", "method"), [(r"\d+(?:\.\d*)?", "fullmatch"), (r"[a-z]+", "findall"), (r"[^;]*;x", "match")]
)
def test_what_is_linear_is_not_accused(source: str, method: str) -> None:
    assert growth(source, method) < 2.5


def test_the_attacks_repeat_each_part_behind_what_leads_to_it() -> None:
    assert {"ab" + "1" * 9 + FOREIGN, "b" * 9, "ab" * 9 + FOREIGN} <= set(attacks_on(re.compile(r"ab\d+c"), 9))
