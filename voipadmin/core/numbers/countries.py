"""The plans that the product brings for each country: Brazil's by its own table, all others by libphonenumber alone."""

from datetime import date
from functools import lru_cache

from voipadmin.core.numbers import brazil
from voipadmin.core.numbers.metadata import (
    international_prefixes,
    local_lengths,
    metadata_of,
    national_lengths,
    short_ranges,
)
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.tables import PLAIN_INTERNATIONAL, CodeRange, DialRule, PlanTables, ReadAs, plan_of_tables


def plan_of(region: str, day: date) -> NumberingPlan:
    """Return the plan of an ISO 3166 region on a day as the product brings it; raise ValueError for an unknown one."""
    return plan_of_tables(region, built_in_tables(region), day)


@lru_cache(maxsize=16)
def built_in_tables(region: str) -> PlanTables:
    """Return a region's tables as the product brings them; raise ValueError for an unknown region."""
    return brazil.TABLES if region == brazil.REGION else _from_metadata(region)


def _from_metadata(region: str) -> PlanTables:
    trunk = metadata_of(region).national_prefix or ""
    rules = [PLAIN_INTERNATIONAL[0]]
    prefixes = international_prefixes(region)
    rules += [
        DialRule(f"_{prefix.text.removeprefix('_')}X.", ReadAs.INTERNATIONAL, len(prefix.positions))
        for prefix in prefixes
    ]
    if trunk:
        patterns = [f"_{trunk}{'X' * length}" for length in national_lengths(region)]
        rules += [DialRule(pattern, ReadAs.NATIONAL, len(trunk)) for pattern in patterns]
    rules += [DialRule("_" + "X" * length, ReadAs.LOCAL) for length in sorted(local_lengths(region))]
    codes = tuple(CodeRange(code.pattern.text, code.kind) for code in short_ranges(region))
    shortest = min((prefix.text for prefix in prefixes if prefix.is_literal), key=len, default="00")
    return PlanTables(tuple(rules), codes, trunk_prefix=trunk, international_prefix=shortest)
