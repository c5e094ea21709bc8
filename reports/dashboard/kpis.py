"""Figures of quality, and the formulas that pages show beside them."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

ASR_FORMULA = _("ASR = answered calls ÷ calls")
ATTEMPT_ASR_FORMULA = _("ASR = answered attempts ÷ attempts sent to the gateway")
NER_FORMULA = _("NER = (answered + busy + no answer + declined by the called person) ÷ attempts")
ACD_FORMULA = _("ACD = seconds of conversation ÷ answered attempts")
PDD_FORMULA = _("PDD = from INVITE to the first 180, 183 or 200; half of the attempts (p50) or 95% (p95) are faster")
MARGIN_FORMULA = _("Margin = price − cost of the calls where both are known in the same currency; % of the price")

# The called person declined. A 403, which has the same cause as a 603, is the carrier's own refusal.
DECLINED_SIP_CODE = 603
CALL_REJECTED_CAUSE = 21


def percent(part: int, whole: int) -> Decimal | None:
    """Return `part` in percent of `whole`, or None where there is nothing to divide by."""
    return Decimal(100 * part) / whole if whole else None
