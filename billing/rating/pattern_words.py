"""What a prefix or pattern can mean, in words."""

from django.utils.translation import gettext as _

from billing.rating.code_patterns import Intended
from billing.rating.key_patterns import Matches
from billing.rating.pattern_examples import pattern_examples
from billing.rating.pattern_readings import readings
from voipadmin.core.numbers.plan import NumberingPlan


def readings_in_words(pattern: str, plan: NumberingPlan) -> str:
    """Return all readings of a prefix or pattern with examples of each: one, or two."""
    return _(", or ").join(_in_words(pattern, reading, plan) for reading in readings(pattern, plan))


def readings_by_example(pattern: str, plan: NumberingPlan) -> str:
    """Return examples of each reading, in no language: `+19007654321, +19087654321 / 190`."""
    return " / ".join(_examples(reading, plan) for reading in readings(pattern, plan))


def _examples(reading: Intended, plan: NumberingPlan) -> str:
    shown = pattern_examples(reading.pattern, reading.matches, plan).matching
    return ", ".join(number.display for number in shown)


def _in_words(pattern: str, reading: Intended, plan: NumberingPlan) -> str:
    params = {"examples": _examples(reading, plan), "pattern": reading.pattern}
    if reading.matches is Matches.CODE:
        return _("codes of the country (%(examples)s)") % params
    if reading.pattern == pattern:
        return _("numbers of the world (%(examples)s)") % params
    return _("numbers of the country (%(examples)s), which are written %(pattern)s") % params
