"""Patterns and numbers for property tests, dense enough that most of them overlap."""

import re

from hypothesis import strategies as st

_ELEMENTS = st.one_of(
    st.sampled_from("0123456789"),
    st.sampled_from("XZN"),
    st.sampled_from(["[12]", "[2-5]", "[0-9]", "[179]", "[1-35]", "[13-5]"]),
)
DIGITS = "0123456789"


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Draw a pattern that the model accepts; sometimes a plain number."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.text("0123", min_size=1, max_size=5))
    plus = draw(st.sampled_from(["", "", "", "+"]))
    body = "".join(draw(st.lists(_ELEMENTS, min_size=1, max_size=5)))
    return f"_{plus}{body}{draw(st.sampled_from(['', '', '.', '!']))}"


numbers = st.from_regex(r"\A\+?[0-9]{1,7}\Z")


def as_regex(pattern: str) -> re.Pattern[str]:
    """Translate a pattern by another way than the code under test does."""
    if not pattern.startswith("_"):
        return re.compile(re.escape(pattern))
    body = pattern[1:].replace("+", r"\+")
    tail = {".": ".+", "!": ".*"}.get(body[-1], "")
    body = body[:-1] if tail else body
    for letter, digits in (("X", "[0-9]"), ("Z", "[1-9]"), ("N", "[2-9]")):
        body = body.replace(letter, digits)
    return re.compile(body + tail)
