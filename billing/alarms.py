"""The alarms of billing."""

from django.urls import reverse
from django.utils.translation import ngettext_lazy

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.models import Alarm


def _rejected_records(_alarm: Alarm) -> str:
    return reverse("billing:rejectedrecord_list")


LEDGER_DIFFERS = declare(
    AlarmKind(
        "ledger_differs",
        ngettext_lazy(
            "Last night’s audit of the ledger found %(found)d difference. The log names it; audit_ledger looks again.",
            "Last night’s audit of the ledger found %(found)d differences. The log names them; audit_ledger looks"
            " again.",
            "found",
        ),
        "scale",
    )
)
REJECTED_RECORDS = declare(
    AlarmKind(
        "rejected_records",
        ngettext_lazy(
            "%(found)d call record could not be read and is kept aside.",
            "%(found)d call records could not be read and are kept aside.",
            "found",
        ),
        "triangle-alert",
        is_severe=False,
        address=_rejected_records,
    )
)
