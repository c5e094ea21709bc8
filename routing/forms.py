"""Forms of providers, gateways and routes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from routing.models import Gateway, Provider, Route, RouteGateway
from routing.services import RouteStep, save_route
from voipadmin.core.forms.entity_form import EntityForm, EntityRows


class ProviderForm(EntityForm):
    """A provider."""

    fieldsets = (
        (_("Provider"), _("An upstream carrier."), ("name", "type")),
        (_("Money"), _("What a minute costs where no tariff says so."), ("cost_per_minute", "currency")),
        (_("More"), "", ("notes",)),
    )

    class Meta:
        model = Provider


class GatewayForm(EntityForm):
    """A gateway."""

    show_when = {
        "username": "authentication=registration",
        "secret": "authentication=registration",
        "caller_id_number": "caller_id_rule=fixed",
        "carrier_code": "sent_format=carrier",
    }

    fieldsets = (
        (_("Gateway"), _("One SIP peer of a provider."), ("name", "provider", "host", "port", "transport", "enabled")),
        (
            _("Authentication"),
            _("By IP, the carrier knows this server's address. By registration, it gave a user name and a secret."),
            ("authentication", "username", "secret"),
        ),
        (
            _("Numbers sent"),
            _("The format first, then strip, prepend, tech prefix."),
            ("sent_format", "carrier_code", "strip_digits", "prepend", "tech_prefix"),
        ),
        (
            _("Numbers received and caller ID"),
            _("How the carrier writes the numbers that it sends, and which caller it is shown."),
            ("number_format", "caller_id_rule", "caller_id_number"),
        ),
        (
            _("Calls"),
            _("Limits, sound and what to do when the carrier has trouble."),
            ("channel_limit", "codecs", "qualify", "reroute_forbidden"),
        ),
    )

    class Meta:
        model = Gateway

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What a gateway carried was that provider's: another provider's is another gateway.
        self.fields["provider"].disabled = not self.instance._state.adding


class StepForm(forms.ModelForm[RouteGateway]):
    """A gateway's place in a route."""

    class Meta:
        model = RouteGateway
        fields = ("gateway", "position", "weight")


RouteStepRows = forms.inlineformset_factory(
    Route, RouteGateway, form=StepForm, formset=EntityRows, extra=1, can_delete=True, max_num=20, validate_max=True
)


class RouteForm(EntityForm):
    """A route with its gateways."""

    rows_class = RouteStepRows
    rows_title = _("Gateways")
    rows_help = _("Tried by position; by weight, the heavier more often. A failed call goes to the next one.")
    fieldsets = (
        (_("Route"), _("Which numbers it takes, and when its turn comes."), ("name", "pattern", "priority", "enabled")),
        (_("Numbers"), _("Applied before the gateway's own rules."), ("strip_digits", "prepend", "caller_id_number")),
        (_("Calls"), "", ("selection", "ring_seconds", "customers")),
    )

    class Meta:
        model = Route

    def save(self, commit: bool = True) -> Any:
        """Save the route with its steps, in the order of their positions."""
        rows = sorted(self.kept_rows() or [], key=lambda row: row.position)
        steps = [RouteStep(gateway=row.gateway, weight=row.weight) for row in rows]
        return save_route(route=self.instance, steps=steps, customers=self.cleaned_data["customers"])
