"""What can be done with many providers, gateways or routes at once."""

from django.utils.translation import gettext_lazy as _

from routing.forms import GatewayForm, ProviderForm, RouteForm
from routing.models import Route
from routing.services import save_route, steps_of
from voipadmin.core.pages.entities.bulk_actions import delete_each, edit_fields, set_field


def _save_route(route: Route) -> Route:
    return save_route(route=route, steps=steps_of(route), customers=list(route.customers.all()))


PROVIDER_ACTIONS = (edit_fields(ProviderForm, ("type", "cost_per_minute", "currency", "notes")), delete_each())

GATEWAY_ACTIONS = (
    set_field("enable", _("Switch on"), "circle-check", "enabled", value=True),
    set_field(
        "disable", _("Switch off"), "circle-pause", "enabled", value=False, is_dangerous=True,
        effect=_("Routes pass them by, and calls from them are refused; calls in progress go on."),
    ),
    edit_fields(GatewayForm, ("channel_limit", "codecs", "qualify", "reroute_forbidden")),
    delete_each(),
)  # fmt: skip

ROUTE_ACTIONS = (
    set_field("enable", _("Switch on"), "circle-check", "enabled", value=True, save=_save_route),
    set_field(
        "disable", _("Switch off"), "circle-pause", "enabled", value=False, save=_save_route, is_dangerous=True,
        effect=_("Calls take the next route that fits, or are refused where there is none."),
    ),
    edit_fields(RouteForm, ("priority", "selection", "ring_seconds"), save=_save_route),
    delete_each(),
)  # fmt: skip
