"""What a price list would change of the rates that its provider has now; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from billing.decks.lines import DeckRate, Line
from voipadmin.core.sheets.input_errors import InputError

# A price so many times the present one, or so small a part of it, is asked about.
FAR = 50
# Between a prefix and the shorter one that holds it there may be more: a mobile or a premium range in a country.
FAR_FROM_SHORTER = 200
# A list that ends more than this share of the prefixes is asked about: it may be a partial one.
SUSPICIOUS_SHARE = Decimal("0.5")
FEW = 20
NO_RATE = DeckRate(Decimal(0), Decimal(0), Decimal(0), 1, 1, 0, is_blocked=False)


class RateKey(NamedTuple):
    """The called prefix and the origin that a rate is for."""

    pattern: str
    origin_prefix: str


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
    """What activation would do to one prefix; `begins` is None for the moment of activation, `row` 0 for no row."""

    row: int
    change: str
    key: RateKey
    name: str
    old_price: Decimal | None
    rate: DeckRate
    begins: datetime | None


@dataclass(slots=True)
class DeckComparison:
    """What becomes of each prefix, the counts by change, and what has to be asked before.

    `in_the_past` counts rows whose day is past, `says_otherwise` rows whose own word for the change is another one.
    """

    planned: list[PlannedRate] = field(default_factory=list)
    questions: list[InputError] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    in_the_past: int = 0
    says_otherwise: int = 0


# A list's own word for a change -> the changes that it can mean. Other words, such as blocked, are not checked.
_CLAIMS = {"new": {"new"}, "increase": {"up"}, "decrease": {"down"}, "unchanged": {"same"}}


def compare_with_present(
    lines: Iterable[Line],
    present: PresentRates,
    *,
    now: datetime,
    is_full: bool,
    first_moment: Callable[[date], datetime],
    price_column: str = "",
) -> DeckComparison:
    """Return what `lines` would change; `first_moment` says when a day begins here.

    1. Group the lines by prefix and origin. A line without a day begins now.
    2. Compare each group with the rates in force, in the order of its days. A day in the past counts as now: history is
       not rewritten.
    3. Ask about new prefixes whose price is far from that of the shorter prefix that priced their calls so far.
    4. A full list ends the prefixes that it does not name; ask where they are suspiciously many.
    """
    found = DeckComparison()
    moments: dict[date, datetime] = {}
    by_key: dict[RateKey, list[tuple[datetime, Line]]] = defaultdict(list)
    for line in lines:
        begins = now
        if line.begins is not None:
            begins = moments.get(line.begins) or moments.setdefault(line.begins, first_moment(line.begins))
        by_key[RateKey(line.pattern, line.origin)].append((begins, line))
    for key, dated in by_key.items():
        _compare_key(found, key, dated, present.get(key, []), now)
    _ask_about_new_prefixes(found, {key: dated[0][1].rate for key, dated in by_key.items()}, present)
    if is_full:
        _end_unnamed(found, by_key.keys(), present, now)
    found.questions = [InputError(q.code, q.row, price_column if q.row else "", q.value) for q in found.questions]
    return found


def _compare_key(
    found: DeckComparison, key: RateKey, dated: list[tuple[datetime, Line]], rates: list[PresentRate], now: datetime
) -> None:
    # By the day written: of two days in the past the later one counts.
    dated.sort(key=lambda pair: pair[0])
    before: DeckRate | None = None
    for position, (day, line) in enumerate(dated):
        if position + 1 < len(dated) and dated[position + 1][0] <= now:
            continue
        begins = max(day, now)
        found.in_the_past += line.begins is not None and day < now
        lasting = before is not None or _lasts(rates, begins)
        old = before if before is not None else _rate_at(rates, begins)
        change = change_between(old, line, lasting=lasting)
        found.counts[change] += 1
        found.says_otherwise += line.change in _CLAIMS and change not in _CLAIMS[line.change]
        old_price = old.price_per_minute if old else None
        if old is not None and _is_far(old, line):
            value = f"{key.pattern}: {old_price} → {line.rate.price_per_minute}"
            found.questions.append(InputError("far_price", line.row, "", value))
        moment = begins if begins > now else None
        found.planned.append(PlannedRate(line.row, change, key, line.name, old_price, line.rate, moment))
        before = None if change == "gone" else line.rate


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


def _lasts(rates: list[PresentRate], moment: datetime) -> bool:
    """Tell whether one rate holds from `moment` on, without an end and without another after it."""
    left = [rate for rate in rates if rate.until is None or rate.until > max(moment, rate.since)]
    return len(left) == 1 and left[0].since <= moment and left[0].until is None


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
        shorter = RateKey(key.pattern[:length], key.origin_prefix)
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
