"""What a list would do to the rates that a provider has now; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from billing.decks.lines import DeckRate, Line
from voipadmin.core.sheets.input_errors import InputError

Key = tuple[str, str]
FAR = 50
# Between a prefix and the shorter one that holds it there may be more: a mobile or a premium range in a country.
FAR_FROM_SHORTER = 200
# A list that ends more than this share of the prefixes is asked about: it may be a partial one.
SUSPICIOUS_SHARE = Decimal("0.5")
FEW = 20
NOTHING = DeckRate(Decimal(0), Decimal(0), Decimal(0), 1, 1, 0, is_blocked=False)


class Present(NamedTuple):
    """A rate of the provider; `until` is the first moment at which it no longer holds."""

    since: datetime
    until: datetime | None
    rate: DeckRate
    name: str


class Planned(NamedTuple):
    """What activation would do to one prefix; `begins` is None for the moment of activation."""

    row: int
    change: str
    key: Key
    name: str
    old_price: Decimal | None
    rate: DeckRate
    begins: datetime | None


@dataclass(slots=True)
class Comparison:
    """Every prefix with its change, the counts, and what has to be asked before."""

    planned: list[Planned] = field(default_factory=list)
    questions: list[InputError] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    in_the_past: int = 0
    says_otherwise: int = 0


# The words of lists whose meaning can be held against the prices.
_CLAIMS = {"new": {"new"}, "increase": {"up"}, "decrease": {"down"}, "unchanged": {"same"}}


def compare(
    lines: Iterable[Line],
    present: Mapping[Key, list[Present]],
    *,
    now: datetime,
    is_full: bool,
    first_moment: Callable[[date], datetime],
    price_column: str = "",
) -> Comparison:
    """Hold `lines` against what the provider has; a moment in the past counts as now, so that no history is rewritten.

    `first_moment` says when a day begins here.
    """
    found = Comparison()
    moments: dict[date, datetime] = {}
    by_key: dict[Key, list[tuple[datetime, Line]]] = defaultdict(list)
    for line in lines:
        begins = now
        if line.begins is not None:
            begins = moments.get(line.begins) or moments.setdefault(line.begins, first_moment(line.begins))
        by_key[line.pattern, line.origin].append((begins, line))
    for key, dated in by_key.items():
        _compare_key(found, key, dated, present.get(key, []), now)
    _ask_about_newcomers(found, {key: dated[0][1].rate for key, dated in by_key.items()}, present)
    if is_full:
        _find_gone(found, by_key.keys(), present, now)
    found.questions = [InputError(q.code, q.row, price_column if q.row else "", q.value) for q in found.questions]
    return found


def _compare_key(
    found: Comparison, key: Key, dated: list[tuple[datetime, Line]], rates: list[Present], now: datetime
) -> None:
    # By the day written: of two days in the past the later one counts.
    dated.sort(key=lambda pair: pair[0])
    before: DeckRate | None = None
    for position, (day, line) in enumerate(dated):
        if position + 1 < len(dated) and dated[position + 1][0] <= now:
            continue
        begins = max(day, now)
        found.in_the_past += line.begins is not None and day < now
        lasting = before is None and _lasts(rates, begins)
        old = before if before is not None else _rate_at(rates, begins)
        change = change_between(old, line, lasting=lasting or before is not None)
        found.counts[change] += 1
        found.says_otherwise += line.change in _CLAIMS and change not in _CLAIMS[line.change]
        if old is not None and _is_far(old, line):
            found.questions.append(InputError("far_price", line.row, "", f"{key[0]}: {old.price} → {line.rate.price}"))
        moment = begins if begins > now else None
        found.planned.append(Planned(line.row, change, key, line.name, old.price if old else None, line.rate, moment))
        before = None if change == "gone" else line.rate


def change_between(old: DeckRate | None, line: Line, *, lasting: bool) -> str:
    """Return what becomes of a prefix; what stays as it is, but had an end, is written again."""
    new = line.rate
    if line.change == "delete":
        return "gone"
    if new == old:
        return "same" if lasting else "terms"
    if new.is_blocked:
        return "blocked"
    if old is None or old.is_blocked:
        return "new"
    if new.price != old.price:
        return "up" if new.price > old.price else "down"
    return "terms"


def _rate_at(rates: list[Present], moment: datetime) -> DeckRate | None:
    held = [rate for rate in rates if rate.since <= moment and (rate.until is None or rate.until > moment)]
    return max(held).rate if held else None


def _lasts(rates: list[Present], moment: datetime) -> bool:
    """Tell whether one rate holds from `moment` on, without an end and without another after it."""
    left = [rate for rate in rates if rate.until is None or rate.until > max(moment, rate.since)]
    return len(left) == 1 and left[0].since <= moment and left[0].until is None


def _is_far(old: DeckRate, line: Line) -> bool:
    new = line.rate
    if not old.price or old.is_blocked or new.is_blocked or line.change == "delete":
        return False
    return new.price >= FAR * old.price or old.price >= FAR * new.price


def _ask_about_newcomers(
    found: Comparison, named: Mapping[Key, DeckRate], present: Mapping[Key, list[Present]]
) -> None:
    """Ask about new prefixes that cost far more, or less, than the shorter prefix by which their calls went so far."""
    for item in found.planned:
        price = item.rate.price
        if item.change != "new" or item.old_price is not None or not price:
            continue
        shorter = _shorter(item.key, named, present)
        if shorter and max(shorter, price) >= FAR_FROM_SHORTER * min(shorter, price):
            value = f"{item.key[0]}: {price}, {shorter}"
            found.questions.append(InputError("far_from_shorter", item.row, "", value))


def _shorter(key: Key, named: Mapping[Key, DeckRate], present: Mapping[Key, list[Present]]) -> Decimal | None:
    pattern, origin = key
    for length in range(len(pattern) - 1, 0, -1):
        above = (pattern[:length], origin)
        if above in named:
            return named[above].price
        if above in present:
            return max(present[above]).rate.price
    return None


def _find_gone(found: Comparison, named: Iterable[Key], present: Mapping[Key, list[Present]], now: datetime) -> None:
    in_force = {key: rates for key, rates in present.items() if any(r.until is None or r.until > now for r in rates)}
    gone = in_force.keys() - set(named)
    for key in sorted(gone):
        last = max(in_force[key])
        old = _rate_at(in_force[key], now)
        found.planned.append(Planned(0, "gone", key, last.name, (old or last.rate).price, NOTHING, None))
    found.counts += Counter(gone=len(gone))
    if len(in_force) >= FEW and len(gone) > SUSPICIOUS_SHARE * len(in_force):
        found.questions.append(InputError("half_gone", value=f"{len(gone)}/{len(in_force)}"))
