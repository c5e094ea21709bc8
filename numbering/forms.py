"""Forms of numbers: one, a range, and where a number's calls go."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerStatus, Extension
from numbering.models import DID, DestinationType
from routing.models import Gateway, Provider
from voipadmin.core.forms.entity_form import EntityForm, PanelForm
from voipadmin.core.forms.local_numbers import LocalDecimalField
from voipadmin.core.forms.pick import narrow
from voipadmin.core.validators import e164_validator, validate_dialled_number


class DIDForm(EntityForm):
    """A number of the inventory; its status changes by actions."""

    fieldsets = (
        (_("Number"), _("As the carrier sold it."), ("number", "provider", "gateway")),
        (_("More"), "", ("monthly_cost", "notes")),
    )

    class Meta:
        model = DID


class DIDRangeForm(PanelForm):
    """The first and last number of a range, and what they share."""

    first = forms.CharField(
        label=_("first number"), max_length=15, validators=[e164_validator], help_text=_("E.164: 551140001000.")
    )
    last = forms.CharField(
        label=_("last number"),
        max_length=15,
        validators=[e164_validator],
        help_text=_("At most 10,000 numbers: 551140001099."),
    )
    provider = forms.ModelChoiceField(Provider.objects.none(), label=_("provider"))
    gateway = forms.ModelChoiceField(
        Gateway.objects.none(), label=_("gateway"), required=False, help_text=_("Any gateway where none is chosen.")
    )
    monthly_cost = LocalDecimalField(
        label=_("monthly cost"), unit="per_month", min_value=Decimal(0), max_digits=12, decimal_places=4, initial=0,
        help_text=_("Of each number."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields
        choices["provider"].queryset = Provider.objects.visible_to(user)
        choices["gateway"].queryset = Gateway.objects.visible_to(user)


class DestinationForm(PanelForm):
    """Where a number's calls go."""

    show_when = {"extension": "destination_type=extension", "forward_to": "destination_type=forward"}

    destination_type = forms.ChoiceField(label=_("calls go to"), choices=DestinationType.choices)
    extension = forms.ModelChoiceField(Extension.objects.none(), label=_("extension"), required=False)
    forward_to = forms.CharField(
        label=_("forward to"), max_length=21, required=False, validators=[validate_dialled_number],
        help_text=_("On the customer's account: 5511987654321."),
    )  # fmt: skip
    monthly_price = LocalDecimalField(
        label=_("monthly price"), unit="per_month", min_value=Decimal(0), max_digits=12, decimal_places=2,
        required=False, help_text=_("What the customer pays for the number."),
    )  # fmt: skip

    def __init__(self, *args: Any, customer: Customer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["extension"]
        field.queryset = Extension.objects.filter(customer=customer).select_related("customer")
        if customer is not None:
            narrow(field, customer=str(customer.pk))

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of destination needs, and forget what it does not."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        wanted = {DestinationType.EXTENSION: "extension", DestinationType.FORWARD: "forward_to"}
        needed = wanted.get(answers.get("destination_type", ""))
        if needed and needed not in self.errors and not answers.get(needed):
            self.add_error(needed, _("Choose where the calls go."))
        answers["extension"] = answers.get("extension") if needed == "extension" else None
        answers["forward_to"] = answers.get("forward_to", "") if needed == "forward_to" else ""
        return answers


class AllocationForm(DestinationForm):
    """Whose a number becomes, and where its calls go."""

    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("customer"))
    field_order = ["customer", "destination_type", "extension", "forward_to", "monthly_price"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["customer"].queryset = Customer.objects.visible_to(user)
        narrow(fields["customer"], status__in=[CustomerStatus.ACTIVE.value, CustomerStatus.SUSPENDED.value])
        narrow(fields["extension"], follows={"customer": "customer"})

    def clean(self) -> dict[str, Any]:
        """A number without a price is free of charge."""
        answers = super().clean()
        answers["monthly_price"] = answers.get("monthly_price") or Decimal(0)
        return answers


def visible_customer(user: Any, pk: Any, text: str | None = None) -> Any:
    """Return the customer that a number may be allocated to, if `user` may see it; None otherwise."""
    form = AllocationForm(
        {"customer": pk, "customer_text": text} if text else {"customer": pk}, user=user, customer=None
    )
    form.full_clean()
    return form.cleaned_data.get("customer")
