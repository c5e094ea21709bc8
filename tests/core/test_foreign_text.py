"""No regular expression of the product goes back over a text again and again: the work grows with the text's length.

A cell, a heading, a line of a file or what Asterisk prints may be as long as somebody else wants. Steps are counted,
not timed: twice the text is twice the steps, not four times.
"""

import re
import sys
from types import ModuleType

import pytest

from tests.core.attacks import growth_of
from tests.core.expressions import expressions_of, modules_of

pytestmark = pytest.mark.slow(seconds=0.3)

PACKAGES = (
    "voipadmin/core", "voipadmin/users", "customers", "routing", "numbering", "billing/decks", "billing",
    "asterisk_sync/rendering", "asterisk_sync/generations", "asterisk_sync/throwaway", "asterisk_sync", "reports",
)  # fmt: skip
SIZE = 60
# Twice the text takes twice the steps, and a little more where one end of it costs most; a square takes four times.
LINEAR = 2.6


def modules() -> list[tuple[str, list[ModuleType]]]:
    """Return the product's modules in portions, each module in one."""
    seen: set[str] = set()
    portions = []
    for package in PACKAGES:
        portion = [module for module in modules_of(package.replace("/", ".")) if module.__name__ not in seen]
        seen |= {module.__name__ for module in portion}
        portions.append((package, portion))
    return portions


@pytest.mark.parametrize("package", PACKAGES)
def test_the_work_of_an_expression_grows_with_the_text_and_no_faster(package: str) -> None:
    portion = dict(modules())[package]
    grown = {
        f"{one.place}.{one.method}": max(growth_of(one.pattern, one.method, SIZE), default=0)
        for module in portion
        for one in expressions_of(module)
    }
    assert {place: growth for place, growth in grown.items() if growth > LINEAR} == {}


def test_expressions_are_found_wherever_they_are_written() -> None:
    found = [one for _package, portion in modules() for module in portion for one in expressions_of(module)]
    places = {one.place for one in found}
    assert {"voipadmin.core.sheets.cells._NUMBER", "billing.decks.cells.dates._TIME"} <= places
    assert "asterisk_sync.generations.includes._INCLUDE" in places
    assert [one for one in found if one.place.startswith("voipadmin.core.sheets.cells:") and one.method == "findall"]
    assert len(places) > 100


def test_names_methods_and_flags_of_expressions_are_read() -> None:
    # This module's own: one that is compiled and called, and one that is given to `re` with flags.
    assert PLANTED.search("a ")
    assert re.fullmatch(rf"{PART}+", "AB", re.IGNORECASE)
    own = expressions_of(sys.modules[__name__])
    found = {(one.method, one.pattern.pattern, one.pattern.flags & re.IGNORECASE) for one in own}
    assert {("search", r"\s*$", 0), ("fullmatch", "[a-z]+", re.IGNORECASE)} <= found


PART = "[a-z]"
PLANTED = re.compile(r"\s*$")
