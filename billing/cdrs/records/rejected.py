"""The alarm of the spool lines that wait for somebody to look at them."""

from billing.alarms import REJECTED_RECORDS
from billing.models import RejectedRecord
from voipadmin.core.alarms.services import report_state


def report_rejected() -> None:
    """Open the alarm where lines are kept aside, and close it where none is left."""
    found = RejectedRecord.objects.count()
    report_state(REJECTED_RECORDS, {"": {"found": found}} if found else {})
