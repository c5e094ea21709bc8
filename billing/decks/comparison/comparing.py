"""What a price list would change of the rates that its provider has now; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from billing.decks.rows.lines import DeckRate, Line
from billing.rating.key_patterns import Matches
from voipadmin.core.sheets.input_errors import InputError

# A price so many times the present one, or so small a part of it, is asked about.
FAR = 50
# Between a prefix and the shorter one that holds it there may be more: a mobile or a premium range in a country.
FAR_FROM_SHORTER = 200
# A list that ends more than this share of the prefixes is asked about: it may be a partial one.
SUSPICIOUS_SHARE = Decimal("0.5")
FEW = 20
# After these a prefix has no price at any hour.
OUT = frozenset({"gone", "blocked"})
NO_RATE = DeckRate(Decimal(0), Decimal(0), Decimal(0), 1, 1, 0, is_blocked=False)


class RateKey(NamedTuple):
    """What a rate is for: the called prefix, of numbers or of codes, the origin, and the hours.

    `hours` is the key of a time window, empty for all.
    """

    pattern: str
    origin_prefix: str
    hours: str = ""
    matches: str = Matches.NUMBER


class PresentRate(NamedTuple):
    """A rate of the provider; `until` is the first moment at which it no longer holds.

    No two rates of a key begin at one moment, so that the greatest is the latest.
    """

    since: datetime
    until: datetime | None
    rate: DeckRate
    name: str

    def holds(self, moment: datetime) -> bool:
        """Tell whether the rate is in force at `moment`."""
        return self.since <= moment and (self.until is None or self.until > moment)


PresentRates = Mapping[RateKey, list[PresentRate]]


class PlannedRate(NamedTuple):
    """What activation would do to one prefix; `begins` is None for the moment of activation, `row` 0 for no row.

    `ends` is the first moment at which the rate does not hold, None where it lasts.
    """

    row: int
    change: str
    key: RateKey
    name: str
    old_price: Decimal | None
    rate: DeckRate
    begins: datetime | None
    ends: datetime | None = None


@dataclass(slots=True)
class DeckComparison:
    """What becomes of each prefix, the counts by change, and what has to be asked before.

    `in_the_past` counts rows whose day is past, `says_otherwise` rows whose own word for the change is another one,
    `not_there` rows that take out what the provider did not have.
    """

    planned: list[PlannedRate] = field(default_factory=list)
    questions: list[InputError] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    in_the_past: int = 0
    says_otherwise: int = 0
    not_there: int = 0


# A list's own word for a change -> the changes that it can mean. Other words, such as blocked, are not checked.
_CLAIMS = {"new": {"new"}, "increase": {"up"}, "decrease": {"down"}, "unchanged": {"same"}}


class _DatedLine(NamedTuple):
    """A line with its moments."""

    begins: datetime
    ends: datetime | None
    line: Line


class _RateBefore(NamedTuple):
    """The rate that an earlier line of the same key leaves (None: it was taken out), and whether it has no end."""

    rate: DeckRate | None
    lasts: bool


def compare_with_present(
    lines: Iterable[Line],
    present: PresentRates,
    *,
    now: datetime,
    is_full: bool,
    moment_of: Callable[[date], datetime],
    key_of: Callable[[Line], RateKey],
    price_column: str = "",
) -> DeckComparison:
    """Return what `lines` would change.

    `moment_of` says when a day begins here, and in which zone a moment is; `key_of` says what a line is for.

    1. Group the lines by prefix, origin and hours. A line without a day begins now.
    2. Compare each group with the rates in force, in the order of its days. A day in the past counts as now: history is
       not rewritten.
    3. End the prices of other hours where a prefix is taken out, or blocked, at all hours.
    4. Ask about new prefixes whose price is far from that of the shorter prefix that priced their calls so far.
    5. A full list ends the prefixes that it does not name; ask where they are suspiciously many.
    """
    found = DeckComparison()
    moments: dict[date, datetime] = {}

    def moment(day: date | None) -> datetime | None:
        return None if day is None else moments.get(day) or moments.setdefault(day, moment_of(day))

    by_key: dict[RateKey, list[_DatedLine]] = defaultdict(list)
    for line in lines:
        dated = _DatedLine(moment(line.begins) or now, moment(line.ends), line)
        by_key[key_of(line)].append(dated)
    for key, group in by_key.items():
        _compare_key(found, key, group, present.get(key, []), now)
    _end_other_hours(found, by_key.keys(), present, now)
    _ask_about_new_prefixes(found, {key: group[0].line.rate for key, group in by_key.items()}, present)
    if is_full:
        _end_unnamed(found, by_key.keys(), present, now)
    found.questions = [InputError(q.code, q.row, price_column if q.row else "", q.value) for q in found.questions]
    return found


def _compare_key(
    found: DeckComparison, key: RateKey, dated: list[_DatedLine], rates: list[PresentRate], now: datetime
) -> None:
    # By the day written: of two days in the past the later one counts.
    dated.sort(key=lambda one: one.begins)
    counted = [one for place, one in enumerate(dated) if place + 1 == len(dated) or dated[place + 1].begins > now]
    before: _RateBefore | None = None
    for one in counted:
        before = _plan(found, key, one, rates, before, now, are_present=lambda: _is_present(counted, rates, now))


def _is_present(dated: Sequence[_DatedLine], rates: list[PresentRate], now: datetime) -> bool:
    """Tell whether the lines of a key are its present rates already, one after another, with their ends."""
    left = sorted((rate for rate in rates if rate.until is None or rate.until > now), key=lambda rate: rate.since)
    return len(left) == len(dated) and all(
        rate.rate == one.line.rate and rate.until == one.ends and max(rate.since, now) == max(one.begins, now)
        for rate, one in zip(left, dated, strict=True)
    )


def _plan(
    found: DeckComparison,
    key: RateKey,
    dated: _DatedLine,
    rates: list[PresentRate],
    before: _RateBefore | None,
    now: datetime,
    *,
    are_present: Callable[[], bool],
) -> _RateBefore | None:
    """Plan one line of a key, and return what it leaves to the next one."""
    day, ends, line = dated
    begins = max(day, now)
    if ends is not None and ends <= begins:
        # What has ended already is not sold any more.
        line, ends = line._replace(change="delete"), None
    found.in_the_past += line.begins is not None and day < now
    old = _rate_at(rates, begins) if before is None else before.rate
    lasts = _lasts(rates, begins, ends) if before is None else before.lasts and ends is None
    change = change_between(old, line, lasting=lasts or are_present())
    if change == "gone" and not rates and before is None:
        found.not_there += 1
        return None
    found.counts[change] += 1
    found.says_otherwise += line.change in _CLAIMS and change not in _CLAIMS[line.change]
    old_price = old.price_per_minute if old else None
    if old is not None and _is_far(old, line):
        value = f"{key.pattern}: {old_price} → {line.rate.price_per_minute}"
        found.questions.append(InputError("far_price", line.row, "", value))
    moment = begins if begins > now else None
    found.planned.append(PlannedRate(line.row, change, key, line.name, old_price, line.rate, moment, ends))
    return _RateBefore(None, lasts=False) if change == "gone" else _RateBefore(line.rate, lasts=ends is None)


def _end_other_hours(found: DeckComparison, named: Collection[RateKey], present: PresentRates, now: datetime) -> None:
    """Plan the end of prices of certain hours where a list that does not name these takes out or blocks the prefix."""
    out = {item.key: item for item in found.planned if item.change in OUT and not item.key.hours}
    for key in present if out else ():
        item = out.get(key._replace(hours=""))
        if item is not None and key.hours and key not in named:
            old = _rate_at(present[key], now) or max(present[key]).rate
            planned = PlannedRate(item.row, "gone", key, item.name, old.price_per_minute, NO_RATE, item.begins)
            found.planned.append(planned)
            found.counts["gone"] += 1


def change_between(old: DeckRate | None, line: Line, *, lasting: bool) -> str:
    """Return what becomes of a prefix (a DeckChange); a rate that stays, but had an end, is written again."""
    new = line.rate
    if line.change == "delete":
        return "gone"
    if new == old:
        return "same" if lasting else "terms"
    if new.is_blocked:
        return "blocked"
    if old is None or old.is_blocked:
        return "new"
    if new.price_per_minute != old.price_per_minute:
        return "up" if new.price_per_minute > old.price_per_minute else "down"
    return "terms"


def _rate_at(rates: list[PresentRate], moment: datetime) -> DeckRate | None:
    held = [rate for rate in rates if rate.holds(moment)]
    return max(held).rate if held else None


def _lasts(rates: list[PresentRate], moment: datetime, ends: datetime | None) -> bool:
    """Tell whether one rate holds from `moment` until `ends` (None: without an end), and no other after it."""
    left = [rate for rate in rates if rate.until is None or rate.until > max(moment, rate.since)]
    return len(left) == 1 and left[0].since <= moment and left[0].until == ends


def _is_far(old: DeckRate, line: Line) -> bool:
    before, after = old.price_per_minute, line.rate.price_per_minute
    if not before or old.is_blocked or line.rate.is_blocked or line.change == "delete":
        return False
    return after >= FAR * before or before >= FAR * after


def _ask_about_new_prefixes(found: DeckComparison, named: Mapping[RateKey, DeckRate], present: PresentRates) -> None:
    """Ask about new prefixes that cost far more, or less, than the shorter prefix by which their calls went so far."""
    for item in found.planned:
        price = item.rate.price_per_minute
        if item.change != "new" or item.old_price is not None or not price:
            continue
        shorter = _price_of_shorter(item.key, named, present)
        if shorter and max(shorter, price) >= FAR_FROM_SHORTER * min(shorter, price):
            value = f"{item.key.pattern}: {price}, {shorter}"
            found.questions.append(InputError("far_from_shorter", item.row, "", value))


def _price_of_shorter(key: RateKey, named: Mapping[RateKey, DeckRate], present: PresentRates) -> Decimal | None:
    """Return the price of the longest shorter prefix, in the list or in force; None where there is none."""
    for length in range(len(key.pattern) - 1, 0, -1):
        shorter = RateKey(key.pattern[:length], *key[1:])
        if shorter in named:
            return named[shorter].price_per_minute
        if shorter in present:
            return max(present[shorter]).rate.price_per_minute
    return None


def _end_unnamed(found: DeckComparison, named: Iterable[RateKey], present: PresentRates, now: datetime) -> None:
    """Plan the end of the prefixes that a full list does not name; ask where they are more than SUSPICIOUS_SHARE."""
    in_force = {key: rates for key, rates in present.items() if any(r.until is None or r.until > now for r in rates)}
    gone = in_force.keys() - set(named)
    for key in sorted(gone):
        last = max(in_force[key])
        old = _rate_at(in_force[key], now) or last.rate
        found.planned.append(PlannedRate(0, "gone", key, last.name, old.price_per_minute, NO_RATE, None))
    found.counts += Counter(gone=len(gone))
    if len(in_force) >= FEW and len(gone) > SUSPICIOUS_SHARE * len(in_force):
        found.questions.append(InputError("half_gone", value=f"{len(gone)}/{len(in_force)}"))
