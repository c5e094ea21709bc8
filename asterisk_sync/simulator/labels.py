"""The labels of the codes that the simulator answers with."""

from django.utils.translation import gettext_lazy as _

from asterisk_sync.simulator.results import Hop, Outcome, Reason, Refusal
from billing.authorization.explanation import LeftOut
from voipadmin.core.errors import Message

OUTCOMES: dict[Outcome, Message] = {
    Outcome.SENT: _("Goes out by a gateway"),
    Outcome.RINGS: _("Rings a telephone"),
    Outcome.DELIVERED: _("Goes to the customer's trunk"),
    Outcome.NO_ROUTE: _("No route"),
    Outcome.REFUSED: _("Refused"),
}
REASONS: dict[Reason, Message] = {
    Reason.FIRST: _("Tried first"),
    Reason.NEXT: _("Tried if those before it fail"),
    Reason.NOT_SEARCHED: _("Fits, but the call does not come so far"),
    Reason.PATTERN: _("The pattern does not fit"),
    Reason.OTHER_CUSTOMERS: _("For other customers only"),
    Reason.DISABLED: _("Disabled"),
    Reason.NO_GATEWAY: _("None of its gateways is enabled on this node"),
}
REFUSALS: dict[Refusal, Message] = {
    Refusal.NO_EXTENSION: _("Asterisk knows nothing that begins like this and answers 404."),
    Refusal.NO_ROUTE: _("No enabled route of this customer fits the number."),
    Refusal.NOT_A_NUMBER: _("What was dialled is no number: only digits, and a plus in front, are one."),
    Refusal.SUSPENDED: _("The customer is suspended."),
    Refusal.CLOSED: _("The customer is closed: Asterisk does not know it any more."),
    Refusal.NO_ADDRESS: _("The customer has no trunk address that the node could know or call."),
    Refusal.NO_TELEPHONE: _("The customer has no such extension that could call."),
    Refusal.CALLER_DISABLED: _("The extension that calls is disabled."),
    Refusal.TELEPHONE_DISABLED: _("The extension that is called is disabled."),
    Refusal.CIRCLE: _("The call was forwarded more often than is allowed."),
    Refusal.UNKNOWN_NUMBER: _("The number is not allocated to a customer: the caller hears that it is not in service."),
    Refusal.OTHER_GATEWAY: _("The number belongs to another gateway: the caller hears that it is not in service."),
    Refusal.NOT_ON_NODE: _("The node does not run it: it is disabled, or placed elsewhere."),
    Refusal.NOT_AUTHORIZED: _("The authorizer refuses the call."),
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


def refusal_label(refusal: Refusal | None) -> Message:
    """Say why a call is turned down; nothing where it is not."""
    return REFUSALS[refusal] if refusal else ""
