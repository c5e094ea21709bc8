"""The causes of Q.850 and the answers of SIP in words."""

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


SIP_CODES: dict[int, Message] = {
    200: gettext_lazy("call answered"),
    400: gettext_lazy("bad request"),
    401: gettext_lazy("password wanted"),
    403: gettext_lazy("forbidden"),
    404: gettext_lazy("number not found"),
    407: gettext_lazy("password wanted"),
    408: gettext_lazy("no response in time"),
    410: gettext_lazy("number gone"),
    480: gettext_lazy("temporarily unavailable"),
    481: gettext_lazy("call unknown to the other side"),
    484: gettext_lazy("number incomplete"),
    486: gettext_lazy("busy"),
    487: gettext_lazy("cancelled"),
    488: gettext_lazy("codec not accepted"),
    500: gettext_lazy("error of the other side"),
    502: gettext_lazy("bad gateway"),
    503: gettext_lazy("no circuit or service"),
    504: gettext_lazy("time-out behind the gateway"),
    600: gettext_lazy("busy everywhere"),
    603: gettext_lazy("declined"),
    604: gettext_lazy("number does not exist"),
}


def name_of_sip_code(code: int) -> str:
    """Return a SIP status and its words, `486 busy`; of one without words, the number alone."""
    words = SIP_CODES.get(code)
    return str(code) if words is None else f"{code} {words}"
