"""What can be done with many customers, or many extensions, at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms import CustomerForm, ExtensionForm
from customers.models import Customer, CustomerStatus, CustomerType, Extension
from customers.services import save_customer, save_extension
from voipadmin.core.pages.entities.bulk_actions import (
    Answers,
    BulkAction,
    BulkForm,
    delete_each,
    edit_fields,
    set_field,
)


def _save_customer(customer: Customer) -> Customer:
    return save_customer(customer=customer)


def _save_extension(extension: Extension) -> Extension:
    return save_extension(extension=extension)


class MoveForm(BulkForm):
    """Whose the extensions become."""

    customer = forms.ModelChoiceField(Customer.objects.filter(type=CustomerType.EXTENSION), label=_("customer"))


def _move(extension: Any, answers: Answers, _user: Any) -> object:
    extension.customer = answers["customer"]
    return save_extension(extension=extension)


CUSTOMER_ACTIONS = (
    set_field(
        "suspend", _("Suspend"), "circle-pause", "status", CustomerStatus.SUSPENDED.value, save=_save_customer,
        effect=_("No call of theirs goes out any more; calls in progress go on. “Activate” takes it back."),
        is_dangerous=True,
    ),
    set_field("activate", _("Activate"), "circle-check", "status", CustomerStatus.ACTIVE.value, save=_save_customer),
    edit_fields(CustomerForm, ("channel_limit", "calls_per_second", "home_area", "notes"), save=_save_customer),
    delete_each(),
)  # fmt: skip

EXTENSION_ACTIONS = (
    set_field("enable", _("Switch on"), "circle-check", "enabled", value=True, save=_save_extension),
    set_field(
        "disable", _("Switch off"), "circle-pause", "enabled", value=False, save=_save_extension,
        effect=_("Their telephones can no longer register; calls in progress go on."), is_dangerous=True,
    ),
    edit_fields(
        ExtensionForm, ("codecs", "max_contacts", "caller_id_number", "home_area", "forward_to"), save=_save_extension
    ),
    BulkAction(
        name="move", label=_("Move to a customer"), icon="building-2", apply=_move, form=MoveForm,
        effect=_("They call on the account and within the limits of that customer; secrets stay as they are."),
    ),
    delete_each(),
)  # fmt: skip
