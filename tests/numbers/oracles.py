"""What is right, found the slow and simple way: the tariff of a key by looking at all, and what a carrier reads."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Protocol, TypeVar
from uuid import UUID

from voipadmin.core.numbers.number import Number, Unreadable, unreadable
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key, read_received

_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]"}
_POSITION = re.compile(r"\[[0-9-]+\]|[0-9XZN]")


class AnyPrice(Protocol):
    """What decides whether a line of prices holds."""

    @property
    def id(self) -> UUID: ...
    @property
    def pattern(self) -> str: ...
    @property
    def matches(self) -> str: ...
    @property
    def origin_prefix(self) -> str: ...
    @property
    def effective_from(self) -> datetime: ...
    @property
    def effective_until(self) -> datetime | None: ...


Price = TypeVar("Price", bound=AnyPrice)


def best_price(prices: Iterable[Price], key: str, at: datetime, origin: str) -> Price | None:
    """Return the one that prices a call: of all that hold, the greatest by the rules of `longest_match`."""
    found = [price for price in prices if _holds(price, key, at, origin)]
    return max(found, key=_precedence, default=None)


def _holds(price: AnyPrice, key: str, at: datetime, origin: str) -> bool:
    return (
        _expression(price.pattern, price.matches).fullmatch(key) is not None
        and origin.startswith(price.origin_prefix)
        and price.effective_from <= at
        and (price.effective_until is None or at < price.effective_until)
    )


@lru_cache(maxsize=65_536)
def _expression(pattern: str, matches: str) -> re.Pattern[str]:
    """Return the keys that a price is for; numbers never begin with 0, keys of codes always do, and codes never."""
    body = pattern.removeprefix("_").removeprefix("+").rstrip(".!")
    positions = [_CLASSES.get(part, part) for part in _POSITION.findall(body)]
    is_plain = not pattern.startswith("_")
    rest = {".": "[0-9]+", "!": "[0-9]*"}.get(pattern[-1:], "[0-9]*" if is_plain else "")
    if matches == "number":
        return re.compile("(?!0)" + "".join(positions) + rest)
    if body.startswith("0"):
        return re.compile("".join(positions) + rest)
    if is_plain and 0 < len(positions) < 4:
        rest = ""
    return re.compile("0(?!0)" + "".join(positions) + rest)


@lru_cache(maxsize=65_536)
def _size(pattern: str, matches: str) -> tuple[int, int, int]:
    """Return how many digits of the key are told, how narrowly, and how open the end is."""
    body = pattern.removeprefix("_").removeprefix("+").rstrip(".!")
    classes = [re.compile(_CLASSES.get(part, part)) for part in _POSITION.findall(body)]
    allowed = [[digit for digit in "0123456789" if one.fullmatch(digit)] for one in classes]
    is_code = matches == "code" and not body.startswith("0")
    if is_code and allowed:
        # The key has a 0 in front of the code, which itself begins with none.
        allowed = [["0"], [digit for digit in allowed[0] if digit != "0"], *allowed[1:]]
    is_plain = not pattern.startswith("_")
    is_exact = is_plain and is_code and 0 < len(classes) < 4
    end = 3 if is_exact else 0 if is_plain else {"!": 1, ".": 2}.get(pattern[-1], 3)
    return len(allowed), -sum(len(digits) - 1 for digits in allowed), end


def _precedence(price: AnyPrice) -> tuple[object, ...]:
    size = _size(price.pattern, price.matches)
    return size, len(price.origin_prefix), price.effective_from, price.pattern


def readings_of(sent: str, sent_format: str, carrier: str, plan: NumberingPlan, *, is_code: bool) -> Iterator[Number]:
    """Yield what a carrier may read: by the format that it declares, or else by either of the common ones."""
    if is_code or sent_format in {"national", "zero"}:
        yield read_received(sent, "national", plan)
    elif sent_format in {"e164", "e164_plus"}:
        yield read_received(sent, "e164", plan)
    elif sent_format == "carrier":
        yield from _read_with_carrier(sent, carrier, plan)
    else:
        yield read_received(sent, "national", plan)
        yield read_received(sent, "e164", plan)


def _read_with_carrier(sent: str, carrier: str, plan: NumberingPlan) -> Iterator[Number]:
    abroad, national = f"{plan.international_prefix}{carrier}", f"{plan.trunk_prefix}{carrier}"
    if sent.startswith(abroad):
        # By either of the ways to read below.
        yield from [number_of_key(sent.removeprefix(abroad), plan)] * 2
    elif sent.startswith(national):
        yield read_received(sent.removeprefix(national), "national", plan)
        # A 0 behind the carrier may be of the number itself: 0078, toll-free in Japan.
        yield number_of_key(plan.country_code + sent.removeprefix(national), plan)
    else:
        yield unreadable(Unreadable.IMPOSSIBLE)
