"""What a prefix or pattern is for, where that was not said: read from the numbering plan, or asked."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from billing.rating.code_patterns import Intended
from billing.rating.key_patterns import Matches
from billing.rating.pattern_readings import readings
from billing.rating.pattern_words import readings_in_words
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.validators import validate_pattern


def meaning_of(pattern: str, plan: NumberingPlan) -> Intended:
    """Return what a prefix or pattern is for; raise ValidationError, which names all readings, where it can be several.

    One that nothing falls under stays for numbers, as it is written.
    """
    found = readings(pattern, plan)
    if len(found) > 1:
        told = _("“%(pattern)s” could mean %(readings)s. Say which.")
        params = {"pattern": pattern, "readings": readings_in_words(pattern, plan)}
        raise ValidationError({"matches": ValidationError(told, code="several_readings", params=params)})
    return found[0] if found else Intended(pattern, Matches.NUMBER)


def meaning_where_readable(pattern: str) -> Intended:
    """Return the same by the plan of now; what no grammar accepts is for numbers: saving it tells what is wrong."""
    try:
        validate_pattern(pattern)
    except ValidationError:
        return Intended(pattern, Matches.NUMBER)
    return meaning_of(pattern, current_plan())
