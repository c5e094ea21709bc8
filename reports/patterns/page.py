"""What a tariff's or a route's pattern takes while it is typed: the part of their forms that is loaded by address."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from billing.rating.key_patterns import Matches
from billing.rating.pattern_examples import key_examples
from reports.patterns.meaning import Meaning, meaning_of_route, meaning_of_tariff
from reports.patterns.queries import SHOWN, last_week, routes_for, tariffs_for
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.validators import validate_pattern

ROUTE, TARIFF = "route", "tariff"


def pattern_matches(request: HttpRequest) -> HttpResponse:
    """Show examples, the calls of the last week, and the routes and tariffs that take the same numbers.

    `besides` names the object whose pattern it is; `card` makes a panel of its own of it, for its page. What is
    no pattern yet shows nothing.
    """
    user: Any = request.user
    if not user.has_perm("routing.view_route") or not user.sees_everything:
        raise PermissionDenied
    kind, plan = request.GET.get("of", ROUTE), current_plan()
    meaning = _meaning(request, kind, plan)
    context: dict[str, Any] = {"kind": kind, "card": "card" in request.GET}
    if meaning is not None and meaning.keys:
        context |= {"is_shown": True} | _shown(
            meaning, user, plan, kind, _besides(request), is_card="card" in request.GET
        )
    return render(request, "reports/pattern/matches.html", context)


def _meaning(request: HttpRequest, kind: str, plan: NumberingPlan) -> Meaning | None:
    pattern, matches = request.GET.get("pattern", ""), request.GET.get("matches", "")
    try:
        validate_pattern(pattern)
    except ValidationError:
        return None
    if kind == TARIFF:
        return meaning_of_tariff(pattern, matches if matches in set(Matches) else "", plan)
    return meaning_of_route(pattern, plan)


def _besides(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("besides", ""))
    except ValueError:
        return None


def _shown(
    meaning: Meaning, user: Any, plan: NumberingPlan, kind: str, besides: Any, *, is_card: bool
) -> dict[str, Any]:
    now = timezone.now()
    routes = routes_for(meaning, user, plan, besides=besides)
    tariffs = tariffs_for(meaning, user, plan, now, besides=besides) if user.has_perm("billing.view_tariff") else []
    return {
        # The form of a tariff has its own, which tell the origin as well.
        "examples": key_examples(meaning.keys, plan) if kind == ROUTE or is_card else None,
        "week": last_week(meaning, now) if user.has_perm("billing.view_cdr") else None,
        "routes": routes[:SHOWN],
        "more_routes": max(0, len(routes) - SHOWN),
        "tariffs": tariffs[:SHOWN],
        "more_tariffs": max(0, len(tariffs) - SHOWN),
    }
