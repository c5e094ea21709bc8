"""Causes of Q.850 in words, as far as calls of conferences meet them."""

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message

CAUSE_LABELS: dict[int, Message] = {
    1: _("No such number"),
    3: _("No route"),
    16: _("Hung up"),
    17: _("Busy"),
    18: _("No answer from the telephone"),
    19: _("Did not answer"),
    20: _("Not registered"),
    21: _("Refused"),
    28: _("Not a number that can be called"),
    34: _("All channels of the carrier taken"),
    38: _("The node has not taken over the conference yet"),
    41: _("Temporary failure"),
    42: _("The customer's channel limit or calls per second"),
    57: _("Not allowed"),
    127: _("Ended by the other network"),
}


def cause_in_words(cause: int | None) -> Message:
    """Return a cause in words; its number where there are none."""
    if cause is None:
        return ""
    return CAUSE_LABELS.get(cause, f"Q.850 {cause}")
