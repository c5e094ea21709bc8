"""Providers, gateways and routes in the Django admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from routing.models import Gateway, Provider, Route, RouteGateway
from routing.services import RouteStep, save_route
from voipadmin.core.admin import DomainAdmin, DomainInline


class GatewayInline(DomainInline):
    model = Gateway
    fields = ("name", "host", "port", "authentication", "channel_limit", "enabled")


@admin.register(Provider)
class ProviderAdmin(DomainAdmin):
    list_display = ("name", "type", "cost_per_minute", "currency")
    list_filter = ("type",)
    search_fields = ("name",)
    inlines = (GatewayInline,)


@admin.register(Gateway)
class GatewayAdmin(DomainAdmin):
    list_display = ("name", "provider", "host", "port", "transport", "authentication", "channel_limit", "enabled")
    list_filter = ("enabled", "provider", "authentication", "transport")
    list_select_related = ("provider",)
    search_fields = ("name", "host", "provider__name")
    autocomplete_fields = ("provider",)


class StepInline(DomainInline):
    model = RouteGateway
    fields = ("position", "gateway", "weight")
    autocomplete_fields = ("gateway",)


@admin.register(Route)
class RouteAdmin(DomainAdmin):
    list_display = ("priority", "name", "pattern", "selection", "enabled")
    list_display_links = ("name",)
    list_filter = ("enabled", "selection", "gateways")
    search_fields = ("name", "pattern")
    filter_horizontal = ("customers",)
    inlines = (StepInline,)

    def save_model(self, request: HttpRequest, obj: Route, form: Any, change: bool) -> None:
        """Wait for the gateways: a route is saved with them or not at all."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save route, gateways and customers in one call."""
        (rows,) = formsets
        rows.save(commit=False)
        kept = [row.cleaned_data for row in rows.forms if row.cleaned_data and not row.cleaned_data.get("DELETE")]
        kept.sort(key=lambda row: row["position"])
        steps = [RouteStep(row["gateway"], row["weight"]) for row in kept]
        save_route(route=form.instance, steps=steps, customers=form.cleaned_data["customers"])
