"""Quality of gateways: the share of the calls sent to them lately that got through. It decides between equal costs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from billing.models import Cdr
from billing.models.cdr import Direction, Disposition

LATELY = timedelta(hours=6)
# Of fewer attempts the share is chance: a gateway with fewer is left out, and counts as good.
ENOUGH = 50
DECLINED_SIP_CODE = 603

# Somebody answered, was busy, did not answer or declined: the carrier did its part.
GOT_THROUGH = Q(disposition__in=[Disposition.ANSWERED, Disposition.BUSY, Disposition.NO_ANSWER]) | Q(
    sip_code=DECLINED_SIP_CODE
)


def load_qualities(now: datetime) -> Mapping[str, Decimal]:
    """Return, by gateway, the share of the attempts of the last hours that got through, to the hundredth."""
    lately = Cdr.objects.filter(started_at__gt=now - LATELY, direction=Direction.OUTBOUND, gateway__isnull=False)
    by_gateway = lately.order_by().values("gateway__name")
    counted = by_gateway.annotate(sent=Count("pk"), good=Count("pk", filter=GOT_THROUGH)).filter(sent__gte=ENOUGH)
    rows = counted.values_list("gateway__name", "sent", "good")
    return {name: round(Decimal(good) / sent, 2) for name, sent, good in rows}
