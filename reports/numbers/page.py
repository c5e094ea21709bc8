"""The page of a number, and the part of it that simulates a call there."""

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from asterisk_sync.simulator.labels import OUTCOMES, refusal_label
from asterisk_sync.simulator.services import UnanswerableError, simulate_with_context
from billing.cdrs.number_calls import last_calls_from, last_calls_to
from billing.models import Direction
from customers.models import Customer, CustomerStatus
from reports.numbers.whose import owners_of
from voipadmin.core.numbering_plan.queries import current_plan, facts_of
from voipadmin.core.numbers.areas import area_of
from voipadmin.core.numbers.known import has_known_number
from voipadmin.core.numbers.number import Number
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key, read_written
from voipadmin.core.numbers.spelling import spellings_of
from voipadmin.core.text.searched import read_search

SHOWN_CALLS = 10
SHOWN_GATEWAYS = 4
LONGEST_CALLER = 60
_WRITTEN = re.compile(r"\+?[0-9]{2,40}")


def number_page(request: HttpRequest, written: str) -> HttpResponse:
    """Show a number; every other spelling of it leads to its page."""
    user: Any = request.user
    if not user.has_perm("numbering.view_did"):
        raise PermissionDenied
    plan = current_plan()
    number = _number(written, plan)
    if number.is_readable and number.key != written:
        return redirect("reports:number", number.key)
    digits = number.key or written
    spellings = sorted(spellings_of(number, plan)) if number.is_readable else [digits]
    context = {
        "digits": digits,
        "number": number,
        "facts": facts_of(number),
        "area": area_of(number, plan),
        "dialled": _dialled_otherwise(number, plan),
        "owners": owners_of(number, digits, spellings, user),
        "shows_route": user.has_perm("routing.view_route") and number.is_readable,
        **_calls(user, digits, spellings),
    }
    return render(request, "reports/number/page.html", context)


def _number(written: str, plan: NumberingPlan) -> Number:
    """Return the number of a key, or of any way to write it; what is neither stays unreadable.

    33912345678 is the key of a number of France, and how people dial one of the area 33: the key counts, where any
    number is known to begin so.
    """
    if _WRITTEN.fullmatch(written) is None:
        raise Http404
    found, dialled = number_of_key(written, plan), read_written(written, plan)
    if not dialled.is_readable or (found.is_readable and _is_known(found, plan)):
        return found
    return dialled


def _is_known(number: Number, plan: NumberingPlan) -> bool:
    return number.is_code or has_known_number(parse_pattern(f"_{number.key}"), plan)


def _dialled_otherwise(number: Number, plan: NumberingPlan) -> Number | None:
    """Return the other number that people of the country mean by the same digits, or None."""
    if number.is_code:
        return None
    dialled = read_written(number.key, plan)
    return dialled if dialled.is_readable and dialled.key != number.key else None


def _calls(user: Any, digits: str, spellings: list[str]) -> dict[str, Any]:
    if not user.has_perm("billing.view_cdr"):
        return {}
    return {
        "shows_calls": True,
        "calls_to": last_calls_to(user, digits, count=SHOWN_CALLS),
        "calls_from": last_calls_from(user, spellings, count=SHOWN_CALLS),
        "calls_url": f"{reverse('billing:cdr_list')}?{urlencode({'q': digits, 'match': 'exact'})}",
    }


def number_route(request: HttpRequest, written: str) -> HttpResponse:
    """Show by which route a customer's call to a number would go, and for how much."""
    user: Any = request.user
    if not user.has_perm("routing.view_route"):
        raise PermissionDenied
    number = _number(written, current_plan())
    if not number.is_readable:
        raise Http404
    asked = read_search(request.GET.get("caller", "")[:LONGEST_CALLER]).text
    caller = asked or _usual_caller(user, number)
    context: dict[str, Any] = {"digits": number.key, "caller": caller, "is_asked": bool(asked)}
    if caller:
        context |= _simulated(caller, number)
    return render(request, "reports/number/route.html", context)


def _simulated(caller: str, number: Number) -> dict[str, Any]:
    """Return what would become of the call, or why that cannot be said."""
    try:
        _context, simulation = simulate_with_context(
            caller=caller, number=number.display, caller_id="", at=None, node=None
        )
    except UnanswerableError as error:
        return {"error": error.message}
    return {
        "simulation": simulation,
        "outcome": OUTCOMES[simulation.outcome],
        "why": refusal_label(simulation.refusal),
        "best": simulation.attempts[0] if simulation.attempts else None,
        # A gateway may come again by the next route.
        "then": list(dict.fromkeys(attempt.gateway for attempt in simulation.attempts))[1:SHOWN_GATEWAYS],
        "simulator_url": _simulator_url(caller, number),
    }


def _simulator_url(caller: str, number: Number) -> str:
    code, _slash, extension = caller.partition("/")
    customer = Customer.objects.filter(code__iexact=code).first()
    answers = {"direction": "out", "number": number.display, "extension": extension, "seconds": "60"}
    if customer is not None:
        answers["customer"] = str(customer.pk)
    return f"{reverse('asterisk_sync:simulator')}?{urlencode(answers)}"


def _usual_caller(user: Any, number: Number) -> str:
    """Return who called the number last, else an active customer without a rate plan of its own; or nothing."""
    for call in last_calls_to(user, number.key, count=SHOWN_CALLS):
        # Of an incoming call the customer is the one that was called.
        if call.direction == Direction.OUTBOUND and call.customer is not None:
            return str(call.customer.code)
    active = Customer.objects.visible_to(user).filter(status=CustomerStatus.ACTIVE)
    plain = active.filter(account__plan=None).order_by("code").first() or active.order_by("code").first()
    return plain.code if plain is not None else ""
