"""Forms of customers and extensions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerType, Extension, TrunkAddress
from customers.services import save_extension
from customers.trunk_services import save_customer_with_trunk
from voipadmin.core.forms.entity_form import EntityForm, EntityRows
from voipadmin.core.forms.pick import narrow

TrunkAddressRows = forms.inlineformset_factory(
    Customer,
    TrunkAddress,
    formset=EntityRows,
    fields=["network", "port", "transport", "priority", "receives_calls"],
    extra=1,
    can_delete=True,
    max_num=64,
)


class CustomerForm(EntityForm):
    """A customer with the addresses of its trunk."""

    rows_class = TrunkAddressRows
    rows_title = _("Trunk addresses")
    rows_help = _("From where the customer calls, and to where calls to its numbers are sent. For type trunk only.")
    rows_show_when = "type=trunk"
    fieldsets = (
        (_("Customer"), _("Who buys the calls."), ("code", "name", "type", "status")),
        (
            _("Limits"),
            _("What the customer may use at most; calls above are refused with a clear cause."),
            ("channel_limit", "calls_per_second", "caller_id_number", "home_area"),
        ),
        (
            _("Contact"),
            _("For people; none of it reaches Asterisk."),
            ("contact_name", "contact_phone", "contact_email"),
        ),
        (
            _("Statements"),
            _("Whom statements name; what was issued keeps what it was issued with."),
            (
                *("legal_name", "tax_number", "street", "district", "city", "state", "postal_code", "country"),
                *("billing_email", "payment_days", "statement_language"),
            ),
        ),
        (_("More"), "", ("users", "notes")),
    )

    class Meta:
        model = Customer

    def is_valid(self) -> bool:
        """Leave the rows alone where the customer has no trunk: they are hidden then."""
        if self.data.get("type") != CustomerType.TRUNK:
            self.rows = None
        return super().is_valid()

    def save(self, commit: bool = True) -> Any:
        """Save the customer with its addresses."""
        return save_customer_with_trunk(
            customer=self.instance,
            addresses=self.kept_rows(),
            users=self.cleaned_data["users"],
            user=self.user,
        )


class ExtensionForm(EntityForm):
    """An extension; its SIP user name and secret are generated."""

    fieldsets = (
        (
            _("Extension"),
            _("SIP user name and secret are generated; they are on its page."),
            ("customer", "number", "enabled"),
        ),
        (
            _("Calls"),
            _("What others see, and where its calls go."),
            ("caller_id_name", "caller_id_number", "home_area", "forward_to"),
        ),
        (_("Phone"), _("How its devices connect."), ("codecs", "max_contacts")),
    )

    class Meta:
        model = Extension

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customer: Any = self.fields["customer"]
        narrow(customer, type=CustomerType.EXTENSION.value)
        customer.help_text = _("Only customers of type extension are offered.")

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        return save_extension(extension=self.instance)
