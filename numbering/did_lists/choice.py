"""Of which country a list's national numbers are: as it was chosen, or as the whole list tells. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.written import Readings

# What may be chosen besides a country: every number begins with its calling code.
INTERNATIONAL = "international"


class Country(NamedTuple):
    """Where a list's national numbers are.

    `other` is the plan that they could be of as well where nobody has chosen one; `is_chosen`: somebody has.
    """

    plan: NumberingPlan
    other: NumberingPlan | None = None
    is_chosen: bool = False
    is_international: bool = False


@dataclass
class Evidence:
    """What the numbers of a list tell together.

    `national`: some are national numbers of the plan's country and can be nothing else. `foreign`: some are written
    with the calling code, or are of other countries.
    """

    national: bool = False
    foreign: bool = False

    def add(self, readings: Readings, region: str) -> None:
        """Take one number into account; one that can be several says nothing."""
        if readings.is_national:
            self.national = self.national or len(readings.all) == 1
            return
        found = readings.all
        if len(found) == 1 and (not readings.is_marked or found[0].country != region):
            self.foreign = True


class Unsure(Exception):
    """Digits can be several numbers, and nothing tells which."""


def chosen(readings: Readings, country: Country, *, prefers_own: bool) -> Number:
    """Return the number that is meant; raise Unsure. An unreadable one comes back where there is none.

    1. Where every number begins with its calling code, that of E.164.
    2. Where the country was chosen, its number, else that of E.164.
    3. Else the only one that there is, unless it is national elsewhere; of several the country's own where the list
       tells so.
    """
    if country.is_international:
        return readings.e164
    if country.is_chosen:
        return readings.own if readings.own.is_readable else readings.e164
    if prefers_own and readings.own.is_readable:
        return readings.own
    found = readings.all
    if len(found) > 1 or (found and found[0].key not in {readings.own.key, readings.e164.key}):
        raise Unsure
    return found[0] if found else readings.own


def evidence_of(all_readings: Iterable[Readings], region: str) -> Evidence:
    """Return what numbers tell together of where a list's national numbers are."""
    evidence = Evidence()
    for readings in all_readings:
        evidence.add(readings, region)
        if evidence.national and evidence.foreign:
            break
    return evidence
