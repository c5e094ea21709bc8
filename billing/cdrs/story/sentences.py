"""What happened in a call, in one sentence, and what an operator can do about it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.cdrs.story.words import name_of_cause, name_of_sip_code
from voipadmin.core.errors import Message

ANSWERED, INBOUND = "ANSWERED", "inbound"


class Ending(StrEnum):
    """How an attempt ended."""

    ANSWERED = "answered"
    CANCELLED = "cancelled"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    FULL = "full"
    UNKNOWN_NUMBER = "unknown_number"
    FORBIDDEN = "forbidden"
    NO_ROUTE = "no_route"
    OUT_OF_REACH = "out_of_reach"
    CODEC = "codec"
    OTHER = "other"


class Attempt(Protocol):
    """The facts of a record that its story is told from."""

    direction: str
    disposition: str
    dial_status: str
    cause: int | None
    sip_code: int | None
    destination_channel: str
    started_at: Any
    answered_at: Any
    billable_seconds: Any
    gateway: Any
    customer: Any


# What a carrier said by SIP is nearer to what happened than the cause that Asterisk makes of it.
BY_SIP = {
    Ending.BUSY: (486, 600),
    Ending.NO_ANSWER: (408, 480),
    Ending.DECLINED: (603,),
    Ending.UNKNOWN_NUMBER: (404, 410, 484, 604),
    Ending.FORBIDDEN: (401, 402, 403, 407),
    Ending.CODEC: (415, 488, 606),
    Ending.CANCELLED: (487,),
}
BY_CAUSE = {
    Ending.BUSY: (17,),
    Ending.NO_ANSWER: (18, 19, 20),
    Ending.DECLINED: (21,),
    Ending.UNKNOWN_NUMBER: (1, 22, 28),
    Ending.NO_ROUTE: (2, 3),
    Ending.FULL: (34, 42, 44),
    Ending.FORBIDDEN: (50, 57),
    Ending.CODEC: (58, 65, 88),
    Ending.OUT_OF_REACH: (27, 38, 41, 63, 102),
}
CLAUSES: dict[Ending, Message] = {
    Ending.ANSWERED: gettext_lazy("%(who)s answered after %(delay)s s"),
    Ending.CANCELLED: gettext_lazy("the caller hung up before %(who)s answered"),
    Ending.BUSY: gettext_lazy("%(who)s found the number busy"),
    Ending.NO_ANSWER: gettext_lazy("nobody answered behind %(who)s"),
    Ending.DECLINED: gettext_lazy("the called side declined behind %(who)s"),
    Ending.FULL: gettext_lazy("%(who)s was full"),
    Ending.UNKNOWN_NUMBER: gettext_lazy("%(who)s does not know the number"),
    Ending.FORBIDDEN: gettext_lazy("%(who)s did not let the call in"),
    Ending.NO_ROUTE: gettext_lazy("%(who)s had no way to the number"),
    Ending.OUT_OF_REACH: gettext_lazy("%(who)s was out of reach"),
    Ending.CODEC: gettext_lazy("%(who)s accepted none of the codecs"),
    Ending.OTHER: gettext_lazy("%(who)s failed (%(why)s)"),
}
ADVICE: dict[Ending, Message] = {
    Ending.FULL: gettext_lazy(
        "Compare the gateway's channel limit with the calls of that hour, or give the route another gateway."
    ),
    Ending.UNKNOWN_NUMBER: gettext_lazy(
        "Compare the number as it was sent with the form that the carrier wants: prefix, zero, area code."
    ),
    Ending.FORBIDDEN: gettext_lazy(
        "The carrier knows neither our address nor our password, or does not sell this destination to us."
    ),
    Ending.NO_ROUTE: gettext_lazy("Ask the simulator which route takes the number, and why the others do not."),
    Ending.OUT_OF_REACH: gettext_lazy("Look at the gateway's state: does it answer OPTIONS, and since when?"),
    Ending.CODEC: gettext_lazy("Compare the codecs of customer and gateway: they share none that both sides accept."),
    Ending.OTHER: gettext_lazy("Ask the simulator how the call would go now."),
}


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, and what to do next; there is nothing to do where the network did its part."""

    sentence: str
    advice: str = ""


def ending_of(attempt: Attempt) -> Ending:
    """Return how an attempt ended, from what was recorded of it."""
    if attempt.disposition == ANSWERED:
        return Ending.ANSWERED
    if attempt.dial_status == "CANCEL":
        return Ending.CANCELLED
    found = _among(BY_SIP, attempt.sip_code) or _among(BY_CAUSE, attempt.cause)
    if found is None:
        by_status = {"BUSY": Ending.BUSY, "NOANSWER": Ending.NO_ANSWER, "CHANUNAVAIL": Ending.OUT_OF_REACH}
        found = by_status.get(attempt.dial_status, Ending.OTHER)
    # 503 is what carriers say for all circuits busy as well as for being away: the cause tells which.
    return found


def _among(known: dict[Ending, tuple[int, ...]], code: int | None) -> Ending | None:
    return next((ending for ending, codes in known.items() if code in codes), None)


def story_of(call: Attempt, attempts: Sequence[Attempt], *, shows_carriers: bool) -> Story:
    """Return the story of a call from its attempts, in their order, as a member of staff or a customer may read it."""
    told = [attempt for attempt in attempts if attempt.destination_channel or attempt.disposition == ANSWERED]
    if not told:
        return _went_nowhere(call)
    if not shows_carriers:
        told = [call]
    clauses = [_clause(attempt, shows_carriers=shows_carriers) for attempt in told]
    last = told[-1]
    sentence = ", ".join(clauses)
    if last.disposition == ANSWERED:
        seconds = formats.number_format(last.billable_seconds, 1)
        sentence = _("%(what)s; %(seconds)s s of conversation") % {"what": sentence, "seconds": seconds}
    ending = ending_of(last)
    advice = str(ADVICE.get(ending, "")) if shows_carriers else ""
    return Story(f"{capfirst(sentence)}.", advice)


def _went_nowhere(call: Attempt) -> Story:
    why = name_of_cause(call.cause) if call.cause is not None else _("without a cause")
    sentence = _("The call was sent nowhere: %(why)s.") % {"why": why}
    return Story(sentence, str(ADVICE[Ending.NO_ROUTE]))


def _clause(attempt: Attempt, *, shows_carriers: bool) -> str:
    ending = ending_of(attempt)
    values = {"who": _who(attempt, shows_carriers=shows_carriers), "why": why_of(attempt), "delay": _delay(attempt)}
    return str(CLAUSES[ending]) % values


def _who(attempt: Attempt, *, shows_carriers: bool) -> str:
    """Return who was called: a call that comes in goes from the gateway to the customer."""
    if attempt.direction == INBOUND:
        return str(attempt.customer.code) if attempt.customer else _("the customer")
    if attempt.gateway is not None and shows_carriers:
        return str(attempt.gateway.name)
    return _("the called side")


def why_of(attempt: Attempt) -> str:
    """Return cause and SIP status in words."""
    parts = [name_of_cause(attempt.cause)] if attempt.cause is not None else []
    parts += [f"SIP {name_of_sip_code(attempt.sip_code)}"] if attempt.sip_code is not None else []
    return ", ".join(parts) or _("without a cause")


def _delay(attempt: Attempt) -> str:
    if attempt.answered_at is None:
        return "0"
    return formats.number_format((attempt.answered_at - attempt.started_at).total_seconds(), 1)
