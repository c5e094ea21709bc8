"""Pages of providers, gateways and routes."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from routing.beginnings import beginning_patterns
from routing.bulk import GATEWAY_ACTIONS, PROVIDER_ACTIONS, ROUTE_ACTIONS
from routing.filters import GatewayFilterSet, ProviderFilterSet, RouteFilterSet
from routing.forms import GatewayForm, ProviderForm, RouteForm
from routing.models import Gateway, Provider, Route
from routing.queries import other_numbers_by, other_numbers_of
from routing.sent_numbers import takes_any_number
from routing.tables import GatewayTable, ProviderTable, RouteTable
from voipadmin.core.forms.entity_form import EntityForm, answer_of
from voipadmin.core.lists.counting import count_of
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.pages import Entity, FormPreview, Hint, Related
from voipadmin.core.pages.asking.switching_off import asks_when_disabled


def _join_providers(queryset: Any) -> Any:
    dids = Provider._meta.get_field("dids").related_model
    gateways = count_of(Gateway.objects.all(), "provider")
    return queryset.annotate(gateway_count=gateways, did_count=count_of(dids._default_manager.all(), "provider"))


def _join_gateways(queryset: Any) -> Any:
    return queryset.select_related("provider")


def _join_routes(queryset: Any) -> Any:
    return queryset.prefetch_related("steps__gateway", "customers")


def _what_it_sends(route: Route, _user: Any) -> dict[str, Any]:
    gateways = [step.gateway for step in route.steps.all()]
    return {"others": other_numbers_of(route, gateways, current_plan())}


def _what_it_gets(gateway: Gateway, _user: Any) -> dict[str, Any]:
    return {"others": other_numbers_by(gateway, current_plan())}


REWRITES = ("sent_format", "carrier_code", "strip_digits", "prepend")


def _what_it_would_get(form: EntityForm) -> dict[str, Any]:
    gateway = form.instance
    answers = {name: answer_of(form, name) for name in REWRITES}
    if gateway._state.adding or None in answers.values():
        return {}
    return {"others": other_numbers_by(gateway, current_plan(), as_typed=Gateway(name=gateway.name, **answers))}


def _what_is_sent(form: EntityForm) -> dict[str, Any]:
    plan = current_plan()
    pattern, strip, prepend = (answer_of(form, name) for name in ("pattern", "strip_digits", "prepend"))
    if not pattern or strip is None or prepend is None:
        return {}
    readings = beginning_patterns(pattern, plan)
    if len(readings) > 1:
        return {"readings": readings}
    read_as = readings[0] if readings else ""
    pattern = read_as or pattern
    rows = [row for row in (form.rows.forms if form.rows else ()) if not answer_of(row, "DELETE")]
    gateways = dict.fromkeys(gateway for row in rows if (gateway := answer_of(row, "gateway")))
    route = Route(pattern=pattern, strip_digits=strip, prepend=prepend)
    return {
        "read_as": read_as,
        "pattern": pattern,
        "saved": None if form.instance._state.adding else form.instance.pk,
        "gateways": list(gateways),
        "takes_numbers": takes_any_number(pattern, plan),
        "others": other_numbers_of(route, gateways, plan),
    }


PROVIDERS = Entity(
    model=Provider,
    table=ProviderTable,
    filterset=ProviderFilterSet,
    form=ProviderForm,
    bulk=PROVIDER_ACTIONS,
    icon="radio-tower",
    is_long=True,
    intro=_("Carriers that end your calls or bring you numbers."),
    empty_hint=_("A provider comes first: its gateways and numbers hang on it."),
    join=_join_providers,
    related=(
        Related(
            _("Gateways"),
            "routing:gateway_list",
            "provider",
            "routing.view_gateway",
            without="provider",
            create_url_name="routing:gateway_create",
            create_permission="routing.add_gateway",
        ),
        Related(_("Numbers"), "numbering:did_list", "provider", "numbering.view_did", without="provider"),
        Related(_("Calls"), "billing:cdr_list", "provider", "billing.view_cdr", tab="calls"),
        Related(
            _("Decks"),
            "billing:deck_list",
            "provider",
            "billing.view_deck",
            without="provider",
            create_url_name="billing:deck_upload",
            create_permission="billing.add_deck",
        ),
    ),
    synced=False,
)

GATEWAYS = Entity(
    model=Gateway,
    table=GatewayTable,
    filterset=GatewayFilterSet,
    form=GatewayForm,
    bulk=GATEWAY_ACTIONS,
    icon="server",
    is_long=True,
    intro=_("SIP peers of your providers: calls go out and come in by them."),
    empty_hint=_("A gateway is a carrier's SIP address. Routes and incoming numbers use it."),
    effect=_(
        "The gateway becomes a SIP endpoint of its own name. Its address is let in for incoming calls, and routes may"
        " send calls to it up to its channel limit."
    ),
    join=_join_gateways,
    lead_template="routing/gateway/others.html",
    main_template="routing/gateway/quality.html",
    detail_context=_what_it_gets,
    preview=FormPreview("routing/gateway/preview.html", _what_it_would_get, behind=3, answers=REWRITES, of_saved=True),
    hints={
        "host": Hint.MONO,
        "port": Hint.MONO | Hint.DIGITS,
        "prepend": Hint.MONO,
        "tech_prefix": Hint.MONO,
        "codecs": Hint.MONO,
    },
    related=(
        Related(_("Routes"), "routing:route_list", "gateway", "routing.view_route"),
        Related(_("Numbers"), "numbering:did_list", "gateway", "numbering.view_did"),
        Related(_("Calls"), "billing:cdr_list", "gateway", "billing.view_cdr", tab="calls", without="gateway"),
    ),
    saving_question=asks_when_disabled(
        _("Routes skip it, and its calls to us are refused, seconds later. Calls in progress go on.")
    ),
)

ROUTES = Entity(
    model=Route,
    table=RouteTable,
    filterset=RouteFilterSet,
    form=RouteForm,
    bulk=ROUTE_ACTIONS,
    icon="route",
    is_long=True,
    intro=_("Where outgoing calls go: by priority first, whatever patterns overlap."),
    empty_hint=_("A route says which numbers go out by which gateways. It needs a gateway."),
    effect=_(
        "Calls to numbers of the pattern try this route's gateways in order, after the routes of lower priority number."
        " When the last gateway fails, the next route that fits is tried."
    ),
    join=_join_routes,
    hints={"pattern": Hint.MONO, "prepend": Hint.MONO},
    preview=FormPreview("routing/route/preview.html", _what_is_sent, behind=2, of_saved=True),
    related=(Related(_("Calls"), "billing:cdr_list", "route", "billing.view_cdr", tab="calls", without="route"),),
    main_template="routing/route/matches.html",
    aside_template="routing/route/steps.html",
    detail_context=_what_it_sends,
    actions_template="routing/route/actions.html",
    saving_question=asks_when_disabled(_("Its numbers go by the next route that fits, or nowhere where none does.")),
)
