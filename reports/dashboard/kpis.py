"""Figures of quality, and the formulas that pages show beside them."""

from decimal import Decimal

from django.db.models import Aggregate, FloatField, Q
from django.utils.translation import gettext_lazy as _

from billing.models import Disposition

ASR_FORMULA = _("ASR = answered calls ÷ calls")
ATTEMPT_ASR_FORMULA = _("ASR = answered attempts ÷ attempts sent to the gateway")
NER_FORMULA = _("NER = (answered + busy + no answer + declined by the called person) ÷ attempts")
ACD_FORMULA = _("ACD = seconds of conversation ÷ answered attempts")
PDD_FORMULA = _("PDD = from INVITE to the first 180, 183 or 200; half of the attempts (p50) or 95% (p95) are faster")
MARGIN_FORMULA = _("Margin = price − cost of the calls where both are known in the same currency; % of the price")

DECLINED_SIP_CODE = 603
CALL_REJECTED_CAUSE = 21

# The network did its part: somebody answered, was busy, did not answer, or declined. A 403, which has the same cause
# as a 603, is the carrier's own refusal.
NETWORK_EFFECTIVE = Q(disposition__in=[Disposition.ANSWERED, Disposition.BUSY, Disposition.NO_ANSWER]) | Q(
    cause=CALL_REJECTED_CAUSE, sip_code=DECLINED_SIP_CODE
)
# What the dialplan does after the last attempt leaves a record without a destination, which is no attempt.
IS_ATTEMPT = ~Q(destination_channel="") | Q(is_last_attempt=True)


class Percentile(Aggregate):
    """PostgreSQL's `percentile_cont(fraction) WITHIN GROUP (ORDER BY column)`."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, fraction: float) -> None:
        super().__init__(expression, fraction=fraction)


def percent(part: int, whole: int) -> Decimal | None:
    """Return `part` in percent of `whole`, or None where there is nothing to divide by."""
    return Decimal(100 * part) / whole if whole else None
