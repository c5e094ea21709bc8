"""The causes of Q.850 in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voipadmin.core.errors import Message

CAUSES: dict[int, Message] = {
    0: gettext_lazy("not told"),
    1: gettext_lazy("number not in use"),
    2: gettext_lazy("no route to the network"),
    3: gettext_lazy("no route to the destination"),
    16: gettext_lazy("normal end"),
    17: gettext_lazy("busy"),
    18: gettext_lazy("no response"),
    19: gettext_lazy("nobody answered"),
    20: gettext_lazy("telephone switched off or out of reach"),
    21: gettext_lazy("declined"),
    22: gettext_lazy("number changed"),
    26: gettext_lazy("answered elsewhere"),
    27: gettext_lazy("destination out of order"),
    28: gettext_lazy("number incomplete or invalid"),
    29: gettext_lazy("facility rejected"),
    31: gettext_lazy("normal, unspecified"),
    34: gettext_lazy("no circuit free"),
    38: gettext_lazy("network out of order"),
    41: gettext_lazy("temporary failure"),
    42: gettext_lazy("congestion"),
    44: gettext_lazy("requested circuit not free"),
    50: gettext_lazy("not subscribed"),
    57: gettext_lazy("not authorized"),
    58: gettext_lazy("codec not available"),
    63: gettext_lazy("service not available"),
    65: gettext_lazy("service not implemented"),
    79: gettext_lazy("not implemented"),
    88: gettext_lazy("incompatible destination"),
    102: gettext_lazy("timer expired"),
    111: gettext_lazy("protocol error"),
    127: gettext_lazy("interworking"),
}


def name_of_cause(cause: int) -> str:
    """Return the number of a cause and its words, `17 busy`; of one without words, the number alone."""
    words = CAUSES.get(cause)
    return _("cause %(number)s") % {"number": cause} if words is None else f"{cause} {words}"
