"""The numbers of a range, each of which the numbering plan has."""

from numbering.did_lists.items import NumberFault
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import E164, read_received

MOST_OF_A_RANGE = 10_000


def numbers_between(first: Number, last: Number, text: str, plan: NumberingPlan) -> list[str]:
    """Return the keys from one number to another; raise NumberFault, also where the plan has a gap."""
    if first.key == last.key:
        return [first.key]
    if len(first.key) != len(last.key) or first.country != last.country or first.key > last.key:
        raise NumberFault("range", text)
    if int(last.key) - int(first.key) >= MOST_OF_A_RANGE:
        raise NumberFault("range_large", text)
    return _checked([str(one) for one in range(int(first.key), int(last.key) + 1)], first, text, plan)


def numbers_from(first: Number, count: int, text: str, plan: NumberingPlan) -> list[str]:
    """Return so many keys from a number on; raise NumberFault where the plan has a gap."""
    keys = [str(int(first.key) + step) for step in range(count)]
    return _checked(keys, first, text, plan)


def _checked(keys: list[str], first: Number, text: str, plan: NumberingPlan) -> list[str]:
    for key in keys:
        number = read_received(f"+{key}", E164, plan)
        if number.key != key or number.country != first.country or number.kind is not first.kind:
            raise NumberFault("range_gap", text, f"+{key}")
    return keys
