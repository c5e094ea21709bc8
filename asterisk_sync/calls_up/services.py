"""Ends calls for a user: asks the nodes' workers, and enters into the audit log who ended what."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from asterisk_sync.calls_up.queries import ShownCall
from asterisk_sync.live.hangups import HangupNotAskedError, ask_to_hang_up
from asterisk_sync.models import Node
from customers.models import Customer
from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.errors import DomainError
from voipadmin.core.viewer import Person

# More at once are ended in several steps, each of which somebody looks at.
MOST_AT_ONCE = 1_000


class NothingToHangUpError(DomainError):
    """None of the calls is up any more."""

    code = "nothing_to_hang_up"


class TooManyCallsError(DomainError):
    """More calls were chosen than are ended at once."""

    code = "too_many_calls"


def hang_up(*, calls: Sequence[ShownCall], actor: Person) -> str:
    """Have calls ended; return the key by which the results can be asked for.

    Each call is an entry of the audit log, at its customer, or at its node where it has none. The entries are written
    first: a call may be entered that was over already, but none is ended that is not entered.
    """
    if not calls:
        raise NothingToHangUpError(_("These calls are over already."))
    if len(calls) > MOST_AT_ONCE:
        raise TooManyCallsError(_("At most %(count)s calls are ended at once.") % {"count": MOST_AT_ONCE})
    with transaction.atomic():
        _enter(calls)
        try:
            return ask_to_hang_up([shown.target for shown in calls], actor.get_username())
        except HangupNotAskedError as error:
            raise HangupNotAskedError(_("The nodes cannot be reached now: Redis does not answer.")) from error


def _enter(calls: Sequence[ShownCall]) -> None:
    # Of a customer that was found by it the key is one; others are what a channel says.
    customers = Customer.objects.in_bulk({shown.call.customer_id for shown in calls if shown.call.customer})
    nodes = Node.objects.in_bulk({shown.node_id for shown in calls})
    by_text = {str(key): customer for key, customer in customers.items()}
    for shown in calls:
        call = shown.call
        subject = by_text.get(call.customer_id) or nodes.get(shown.node_id) or Node
        told = f"{call.caller} → {call.called}, {shown.node}, {call.key}"
        record_event(AuditEvent.HANG_UP, subject, details={"number": call.called, "calls": told})
