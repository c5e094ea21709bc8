"""The labels of the codes that the simulator answers with."""

from django.utils.translation import gettext_lazy as _

from asterisk_sync.simulator.results import CallRefusal, Hop, Outcome, RouteReason
from billing.authorization.calls.explanation import LeftOut
from voipadmin.core.errors import Message

OUTCOMES: dict[Outcome, Message] = {
    Outcome.SENT: _("Goes out by a gateway"),
    Outcome.RINGS: _("Rings a telephone"),
    Outcome.DELIVERED: _("Goes to the customer's trunk"),
    Outcome.NO_ROUTE: _("No route"),
    Outcome.REFUSED: _("Refused"),
}
ROUTE_REASONS: dict[RouteReason, Message] = {
    RouteReason.FIRST: _("Tried first"),
    RouteReason.NEXT: _("Tried if those before it fail"),
    RouteReason.NOT_SEARCHED: _("Fits, but the call does not come so far"),
    RouteReason.PATTERN: _("The pattern does not fit"),
    RouteReason.OTHER_CUSTOMERS: _("For other customers only"),
    RouteReason.DISABLED: _("Disabled"),
    RouteReason.NO_GATEWAY: _("None of its gateways is enabled on this node"),
}
CALL_REFUSALS: dict[CallRefusal, Message] = {
    CallRefusal.NO_ROUTE: _("No enabled route of this customer fits the number."),
    CallRefusal.NOT_A_NUMBER: _("What was dialled is no number of any country, nor a code of this one."),
    CallRefusal.BARRED: _("The numbering plan bars calls to this code, such as collect calls."),
    CallRefusal.SUSPENDED: _("The customer is suspended, or its calls are stopped."),
    CallRefusal.CLOSED: _("The customer is closed: Asterisk does not know it any more."),
    CallRefusal.NO_ADDRESS: _("The customer has no trunk address that the node could know or call."),
    CallRefusal.NO_TELEPHONE: _("The customer has no such extension that could call."),
    CallRefusal.CALLER_DISABLED: _("The extension that calls is disabled."),
    CallRefusal.TELEPHONE_DISABLED: _("The extension that is called is disabled."),
    CallRefusal.CIRCLE: _("The call was forwarded more often than is allowed."),
    CallRefusal.UNKNOWN_NUMBER: _(
        "The number is not allocated to a customer: the caller hears that it is not in service."
    ),
    CallRefusal.OTHER_GATEWAY: _("The number belongs to another gateway: the caller hears that it is not in service."),
    CallRefusal.NOT_ON_NODE: _("The node does not run it: it is disabled, or placed elsewhere."),
    CallRefusal.NOT_AUTHORIZED: _("The authorizer refuses the call."),
}
LEFT_OUT: dict[LeftOut, Message] = {
    LeftOut.BLOCKED: _("Its deck blocks the number"),
    LeftOut.NO_PRICE: _("Names no price for the number"),
    LeftOut.LOSS: _("Costs more than the call brings"),
}
HOPS: dict[Hop, Message] = {
    Hop.ENTERS: _("Comes in"),
    Hop.COLLEAGUE: _("A colleague's number"),
    Hop.FORWARD: _("Forwarded"),
    Hop.NUMBER: _("A customer's number"),
}
EMERGENCY_STOPPED = _("This is an emergency number, and the call would not get out.")
EMERGENCY_ONE_WAY = _("This is an emergency number, and only one gateway is tried.")


def refusal_label(refusal: CallRefusal | None) -> Message:
    """Return the label of a refusal, empty where there is none."""
    return CALL_REFUSALS[refusal] if refusal else ""
