"""The tables of which a plan is made, and the plan made of them for a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from voipadmin.core.numbers.metadata import area_lengths, calling_codes, countries_of, metadata_of, national_ranges
from voipadmin.core.numbers.number import NumberKind, Unreadable
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import (
    ABROAD,
    CODE,
    DIALLED,
    INTERNATIONAL,
    NATIONAL,
    NATIONAL_METADATA,
    RECEIVED_AUTOMATIC,
    RECEIVED_E164,
    RECEIVED_NATIONAL,
    WITH_COUNTRY,
    NumberingPlan,
    PlanContext,
    PlanRule,
    context,
)

SHORTEST_E164, LONGEST_E164 = 7, 15
# Codes of at least so many digits are read behind the calling code too: +55 800 123 4567.
SHORTEST_NATIONAL_CODE = 8


class ReadAs(StrEnum):
    """What a dialling rule makes of digits."""

    INTERNATIONAL = "international"
    CARRIER_ABROAD = "carrier_abroad"  # an international number behind a carrier, which only customers dial
    NATIONAL = "national"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Dated:
    """A row of a table; it holds from one day on, and no longer on another one."""

    pattern: str
    name: str = field(default="", kw_only=True)
    valid_from: date | None = field(default=None, kw_only=True)
    valid_until: date | None = field(default=None, kw_only=True)

    def holds(self, day: date) -> bool:
        """Tell whether the row holds on a day; `valid_until` is the first day on which it does not."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )


@dataclass(frozen=True, slots=True)
class DialRule(Dated):
    """How a number may be dialled: the pattern of what is dialled, and how many digits in front are no part of it."""

    read_as: ReadAs = ReadAs.NATIONAL
    strip: int = 0


@dataclass(frozen=True, slots=True)
class CodeRange(Dated):
    """Codes of a country, by the pattern in which they are dialled: 190, _103XX, _0800XXXXXXX."""

    kind: NumberKind = NumberKind.SERVICE
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class NumberRange(Dated):
    """National significant numbers of a kind."""

    kind: NumberKind = NumberKind.OTHER


@dataclass(frozen=True, slots=True)
class Renumbering(Dated):
    """National numbers that have become longer: `insert` stands behind the first `keep` digits today."""

    keep: int = 0
    insert: str = ""


@dataclass(frozen=True, slots=True)
class PlanTables:
    """All rows of a country's plan. `codes_only` are the kinds that are codes there, which metadata calls numbers."""

    dial_rules: tuple[DialRule, ...] = ()
    codes: tuple[CodeRange, ...] = ()
    ranges: tuple[NumberRange, ...] = ()
    renumberings: tuple[Renumbering, ...] = ()
    codes_only: frozenset[NumberKind] = frozenset()
    trunk_prefix: str = ""
    international_prefix: str = ""

    def of(self, day: date) -> "PlanTables":
        """Return the tables with the rows that hold on a day, undated."""
        return PlanTables(
            tuple(row for row in self.dial_rules if row.holds(day)),
            tuple(row for row in self.codes if row.holds(day)),
            tuple(row for row in self.ranges if row.holds(day)),
            tuple(row for row in self.renumberings if row.holds(day)),
            self.codes_only,
            self.trunk_prefix,
            self.international_prefix,
        )

    def days_of_change(self) -> list[date]:
        """Return the days on which a row begins or ceases to hold, in order."""
        rows: Iterable[Dated] = chain(self.dial_rules, self.codes, self.ranges, self.renumberings)
        days = {day for row in rows for day in (row.valid_from, row.valid_until) if day}
        return sorted(days)


def plan_of_tables(region: str, tables: PlanTables, day: date) -> NumberingPlan:
    """Return the plan that a country's tables give on a day, one object for all days with the same rows."""
    return _plan(region, tables.of(day))


@lru_cache(maxsize=32)
def _plan(region: str, tables: PlanTables) -> NumberingPlan:
    metadata = metadata_of(region)
    code = str(metadata.country_code)
    return NumberingPlan(
        region,
        code,
        tables.trunk_prefix,
        tables.international_prefix,
        area_lengths(region),
        (*_entries(tables), *_international(code), *_national(region, code, tables)),
    )


def _entries(tables: PlanTables) -> Iterator[PlanContext]:
    codes = list(_dialled_codes(tables.codes))
    received = [rule for row in tables.dial_rules if row.read_as is not ReadAs.CARRIER_ABROAD for rule in _dialled(row)]
    sent = [row for row in tables.codes if row.kind is not NumberKind.COLLECT]
    received += _dialled_codes(sent)
    plain = [rule for row in PLAIN_INTERNATIONAL for rule in _dialled(row)]
    dialled = [*codes, *(rule for row in tables.dial_rules for rule in _dialled(row))]
    yield context(DIALLED, dialled, (NATIONAL, WITH_COUNTRY))
    yield context(RECEIVED_NATIONAL, [*plain, *received], (NATIONAL, WITH_COUNTRY))
    yield context(RECEIVED_AUTOMATIC, [*plain, *received], (NATIONAL, INTERNATIONAL), Unreadable.NO_COUNTRY)
    # Without a 0 in front, 40041234 is no code but a number of Romania.
    with_zero = _dialled_codes(row for row in sent if _dial_prefix(row.pattern))
    yield context(RECEIVED_E164, [*plain, *with_zero], (INTERNATIONAL,), Unreadable.NO_COUNTRY)


# What carriers of all countries mean by a plus and by 00.
PLAIN_INTERNATIONAL = (
    DialRule("_+X.", ReadAs.INTERNATIONAL, 1),
    DialRule("_00X.", ReadAs.INTERNATIONAL, 2),
)


def _dialled(row: DialRule) -> Iterator[PlanRule]:
    if row.read_as is ReadAs.LOCAL:
        yield PlanRule(row.pattern, completes_area=True, then=NATIONAL)
    else:
        then = NATIONAL if row.read_as is ReadAs.NATIONAL else INTERNATIONAL
        yield PlanRule(row.pattern, strip=row.strip, then=then)


def _dialled_codes(rows: Iterable[CodeRange]) -> Iterator[PlanRule]:
    for row in rows:
        yield PlanRule(row.pattern, strip=len(_dial_prefix(row.pattern)), then=CODE)


def _dial_prefix(pattern: str) -> str:
    """Return the 0 with which a code is dialled; it is no part of the code."""
    return "0" if parse_pattern(pattern).positions[:1] == (frozenset("0"),) else ""


def _without_prefix(pattern: str) -> str:
    prefix = _dial_prefix(pattern)
    return pattern.replace(prefix, "", 1) if prefix else pattern


def _international(own: str) -> Iterator[PlanContext]:
    rules = [PlanRule(f"_{own}X.", strip=len(own), then=NATIONAL)]
    rules += [PlanRule(f"_{pattern.text.removeprefix('_')}X.", then=ABROAD) for pattern in calling_codes(own)]
    yield context(INTERNATIONAL, rules, reason=Unreadable.NO_COUNTRY)
    lengths = range(SHORTEST_E164, LONGEST_E164 + 1)
    yield context(ABROAD, [PlanRule("_" + "X" * length, kind=NumberKind.OTHER) for length in lengths])
    yield context(WITH_COUNTRY, rules[:1])


def _national(region: str, code: str, tables: PlanTables) -> Iterator[PlanContext]:
    alone = region if len(countries_of(int(code))) == 1 else ""
    rules = [PlanRule(row.pattern, prepend=code, kind=row.kind, country=alone or region) for row in tables.ranges]
    rules += [PlanRule(row.pattern, keep=row.keep, prepend=row.insert, then=NATIONAL) for row in tables.renumberings]
    rules += [
        PlanRule(_without_prefix(row.pattern), then=CODE)
        for row in tables.codes
        if row.kind is not NumberKind.COLLECT
        and len(parse_pattern(_without_prefix(row.pattern)).positions) >= SHORTEST_NATIONAL_CODE
    ]
    yield context(NATIONAL, rules, (NATIONAL_METADATA,))
    known = [row for row in national_ranges(int(code)) if row.kind not in tables.codes_only]
    yield context(
        NATIONAL_METADATA,
        [PlanRule(row.pattern.text, prepend=code, kind=row.kind, country=row.country) for row in known],
    )
    yield context(
        CODE,
        [
            PlanRule(
                _without_prefix(row.pattern),
                prepend="0",
                kind=row.kind,
                country=region,
                dial_prefix=_dial_prefix(row.pattern),
                is_barred=row.is_barred,
            )
            for row in tables.codes
        ],
    )
