"""What was dialled, or sent by a carrier, read as the one number that it is."""

from functools import lru_cache

from voipadmin.core.numbers.international import foreign_number
from voipadmin.core.numbers.number import Number, Unreadable, unreadable
from voipadmin.core.numbers.plan import (
    ABROAD,
    CODE,
    DIALLED,
    INTERNATIONAL,
    RECEIVED_AUTOMATIC,
    RECEIVED_E164,
    RECEIVED_NATIONAL,
    NumberingPlan,
    PlanRule,
)
from voipadmin.core.numbers.tables import LONGEST_E164

# The formats in which gateways send numbers, and where their reading begins; with a 0 in front national numbers are
# told from others as well as without.
AUTOMATIC, E164, NATIONAL, TRUNK_ZERO = "automatic", "e164", "national", "trunk_zero"
RECEIVED_CONTEXTS = {
    AUTOMATIC: RECEIVED_AUTOMATIC,
    E164: RECEIVED_E164,
    NATIONAL: RECEIVED_NATIONAL,
    TRUNK_ZERO: RECEIVED_NATIONAL,
}
LONGEST_DIALLED = 40
LONGEST_WAY = 8


@lru_cache(maxsize=65_536)
def read_number(dialled: str, plan: NumberingPlan, *, home_area: str = "") -> Number:
    """Return the number that a customer dialled; local numbers are in its home area."""
    return _read(dialled, plan, DIALLED, home_area)


@lru_cache(maxsize=16_384)
def read_received(sent: str, number_format: str, plan: NumberingPlan, *, home_area: str = "") -> Number:
    """Return the number that a carrier sent in one of the formats of `RECEIVED_CONTEXTS`."""
    return _read(sent, plan, RECEIVED_CONTEXTS[number_format], home_area)


@lru_cache(maxsize=65_536)
def number_of_key(key: str, plan: NumberingPlan) -> Number:
    """Return the number of a key; what is no key of this plan is unreadable."""
    reason = _refused_characters(key)
    if reason is not None or key.startswith("+"):
        return unreadable(reason or Unreadable.CHARACTERS)
    is_code = key.startswith("0")
    found = _walk(key[is_code:], plan, CODE if is_code else INTERNATIONAL, "")
    return found if found.key == key else unreadable(found.reason or Unreadable.IMPOSSIBLE)


# People write (11) 4000-9901, 11 94000.9901, +55 11 4000/9901. Nothing else is taken out of a number.
_PUNCTUATION = str.maketrans("", "", " ()-./\u00a0\u2010\u2011\u2012\u2013")


def read_written(written: str, plan: NumberingPlan, *, home_area: str = "") -> Number:
    """Return the number that a person wrote, with the punctuation that people put into numbers."""
    return read_number(written.translate(_PUNCTUATION), plan, home_area=home_area)


def _read(text: str, plan: NumberingPlan, context: str, home_area: str) -> Number:
    reason = _refused_characters(text)
    return unreadable(reason) if reason is not None else _walk(text, plan, context, home_area)


def _refused_characters(text: str) -> Unreadable | None:
    if not text:
        return Unreadable.EMPTY
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return Unreadable.CHARACTERS
    return Unreadable.TOO_LONG if len(digits) > LONGEST_DIALLED else None


def _walk(digits: str, plan: NumberingPlan, context: str, home_area: str) -> Number:
    """Follow the rules from a context to the end; a plan whose rules lead in a circle has no such number."""
    for _turn in range(LONGEST_WAY):
        rule = plan.rule_for(context, digits)
        if rule is None:
            return unreadable(_reason(digits, plan, context))
        if rule.completes_area and not home_area:
            return unreadable(Unreadable.NO_AREA)
        digits = rule.rewrite(digits, home_area)
        if not rule.then:
            return _number(digits, rule, plan)
        context = rule.then
    return unreadable(Unreadable.IMPOSSIBLE)


def _reason(digits: str, plan: NumberingPlan, context: str) -> Unreadable:
    if context == ABROAD:
        return Unreadable.TOO_LONG if len(digits) > LONGEST_E164 else Unreadable.TOO_SHORT
    return plan.by_name[context].reason


def _number(key: str, rule: PlanRule, plan: NumberingPlan) -> Number:
    if rule.kind is None or not rule.country:
        return foreign_number(key)
    if key.startswith("0"):
        code = key.removeprefix("0")
        return Number(rule.kind, key, rule.country, code, rule.dial_prefix + code, rule.is_barred)
    return Number(rule.kind, key, rule.country, key.removeprefix(plan.country_code))
