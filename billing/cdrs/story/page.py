"""What a call's page tells beside its fields: story, ladder of attempts, price in steps, the way of the money."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from billing.cdrs.queries import attempts_of
from billing.cdrs.story.price_steps import price_steps
from billing.cdrs.story.sentences import story_of
from billing.cdrs.story.words import name_of_cause, name_of_sip_code
from billing.models import Cdr, CreditHold, Direction, LedgerEntry

# A call of more attempts than this is a mistake of somebody's dialplan: the page shows the first ones.
MOST_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Rung:
    """An attempt of the ladder, with cause and SIP status in words."""

    record: Cdr
    cause: str
    sip_code: str


def call_story(call: Cdr, *, shows_carriers: bool) -> dict[str, Any]:
    """Return what a call's template tells; to customers without carriers, causes and the simulator."""
    attempts: list[Any] = list(attempts_of(call)[:MOST_ATTEMPTS]) if shows_carriers else [call]
    entries = LedgerEntry.objects.filter(cdr_id=call.pk).select_related("account").order_by("version")
    holds = CreditHold.objects.filter(node_name=call.node_name, uniqueid=call.uniqueid)
    return {
        "story": story_of(_final(call, attempts), attempts, shows_carriers=shows_carriers),
        "ladder": [_rung(record) for record in attempts] if shows_carriers else (),
        "steps": price_steps(call.applied_rate, _charged(call)) if call.price is not None and shows_carriers else (),
        "entries": entries,
        "holds": holds,
        "question": _question(call) if shows_carriers else "",
    }


def _final(call: Cdr, attempts: list[Any]) -> Any:
    return next((record for record in attempts if record.is_last_attempt), call)


def _rung(record: Cdr) -> Rung:
    return Rung(
        record,
        name_of_cause(record.cause) if record.cause is not None else "",
        name_of_sip_code(record.sip_code) if record.sip_code is not None else "",
    )


def _charged(call: Cdr) -> Any:
    return call.billable_seconds if call.disposition == "ANSWERED" else 0 * call.billable_seconds


def _question(call: Cdr) -> str:
    """Return the call as a question for the simulator, which asks how it would go now; nothing where it cannot."""
    asked = QueryDict(mutable=True)
    if call.direction == Direction.OUTBOUND and call.customer_id:
        asked.update({"direction": "out", "customer": str(call.customer_id)})
    elif call.direction == Direction.INBOUND and call.gateway_id:
        asked.update({"direction": "in", "gateway": str(call.gateway_id)})
    else:
        return ""
    seconds = int(call.billable_seconds) or 60
    asked.update({"number": call.dst, "caller_id": call.caller or call.src, "seconds": str(seconds)})
    return asked.urlencode()
