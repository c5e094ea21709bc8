"""How much may disappear unasked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_sync.generations.expected import expected_config
from asterisk_sync.generations.shrink_guard import ShrinkLimits, exceeding, objects_of, removed_names
from asterisk_sync.rendering import render_files
from tests.rendering.example import example

LIMITS = ShrinkLimits(objects=20, percent=5, always_allowed=3)
NAMES = st.frozensets(st.text("abc123", min_size=1, max_size=4), max_size=60)


@pytest.mark.parametrize(
    ("removed", "before", "waits"),
    [
        (1, 1, False), (3, 3, False), (4, 10, True), (4, 79, True), (4, 80, False), (20, 400, False), (20, 399, True),
        (21, 100_000, True), (20, 100_000, False), (0, 0, False),
    ],
)  # fmt: skip
def test_more_than_twenty_or_five_per_cent_waits_but_a_few_never_do(removed: int, before: int, waits: bool) -> None:
    assert LIMITS.exceeded(removed, before) is waits


@given(NAMES, NAMES)
@pytest.mark.slow(seconds=0.3)
def test_what_was_there_is_either_still_there_or_among_the_removals(
    before: frozenset[str], after: frozenset[str]
) -> None:
    lost = removed_names({"dids": before}, {"dids": after}).get("dids", [])
    assert set(lost) | (before & after) == before
    assert not set(lost) & after


def test_a_kind_that_vanishes_altogether_is_noticed() -> None:
    before = {"gateways": frozenset(f"gw{n}" for n in range(5)), "dids": frozenset({"551140001000"})}
    removed = removed_names(before, {"dids": before["dids"]})
    assert exceeding(removed, before, LIMITS) == ["gateways"]


def test_the_objects_of_a_set_are_told_apart() -> None:
    meant = example()
    found = objects_of(expected_config(render_files(meant, 1)))
    callable_extensions = [
        extension for customer in meant.customers for extension in customer.extensions if extension.enabled
    ]
    assert found["extensions"] == {extension.username for extension in callable_extensions}
    assert found["gateways"] == {gateway.name for gateway in meant.gateways}
    assert found["customers"] == {customer.endpoint for customer in meant.customers if customer.addresses}
    assert found["dids"] == {did.number for did in meant.dids}
    assert len(found["routes"]) == len([route for route in meant.routes if route.steps])
