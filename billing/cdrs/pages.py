"""The pages of calls."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from billing.cdrs.filters import CdrFilterSet
from billing.cdrs.queries import past_ratings_of
from billing.cdrs.story.page import call_story
from billing.cdrs.tables import CdrTable
from billing.models import Cdr
from voipadmin.core.numbering_plan.queries import current_plan, facts_of_recorded
from voipadmin.core.pages import Entity, FieldGroup, Hint


def _join_calls(queryset: Any) -> Any:
    return queryset.select_related("customer", "gateway", "route", "did", "tariff")


def _call_context(call: Any, user: Any) -> dict[str, Any]:
    area = call.customer.local_area(current_plan(call.started_at)) if call.customer else ""
    return {
        "called": facts_of_recorded(call.called_number or call.dst, home_area=area, at=call.started_at),
        "caller": facts_of_recorded(call.caller or call.src, home_area=area, at=call.started_at),
        "past_ratings": past_ratings_of(call),
        "shows_cost": user.sees_everything,
        **call_story(call, shows_carriers=user.sees_everything),
    }


# Customers see neither what calls cost nor which carrier took them.
NOT_FOR_CUSTOMERS = frozenset(
    {
        *("gateway", "route", "node_name", "account_code", "attempts", "cause", "sip_code", "post_dial_delay_ms"),
        *("cost", "margin", "money", "cost_source", "tariff", "applied_rate", "matched_pattern", "uncharged_reason"),
        # Filters alone.
        *("provider", "prefix", "node", "delay_from", "cost_from", "margin_to"),
    }
)

CALLS = Entity(
    model=Cdr,
    table=CdrTable,
    filterset=CdrFilterSet,
    delete=None,
    icon="phone-call",
    intro=_("Every call as the nodes recorded it, attributed and priced."),
    empty_hint=_("Calls appear here seconds after they end."),
    join=_join_calls,
    groups=(
        FieldGroup(
            _("Call"),
            ("direction", "src", "caller", "caller_id", "called_number", "called_kind", "called_country", "dialled",
             "dst", "started_at", "answered_at", "ended_at", "duration_seconds", "billable_seconds", "disposition",
             "cause", "sip_code", "post_dial_delay_ms"),
        ),
        FieldGroup(_("Whose, by which way"), ("customer", "account_code", "did", "route", "gateway", "node_name")),
        FieldGroup(
            _("Money"),
            ("tariff", "matched_pattern", "applied_rate", "billed_seconds", "price", "cost", "margin", "currency",
             "cost_source", "unrated_reason", "uncharged_reason"),
        ),
    ),
    hints={"caller": Hint.PHONE, "called_number": Hint.PHONE, "cause": Hint.DIGITS, "sip_code": Hint.DIGITS},
    staff_only=NOT_FOR_CUSTOMERS,
    synced=False,
    detail_context=_call_context,
    lead_template="billing/cdr/story.html",
    main_template="billing/cdr/history.html",
    aside_template="billing/cdr/numbers.html",
    summary_template="billing/cdr/totals.html",
    list_actions_template="billing/cdr/list_actions.html",
)  # fmt: skip
