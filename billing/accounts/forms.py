"""Forms of accounts: settings, money that comes in, adjustments, reversals."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.accounts.services import save_settings
from billing.models import Account
from voipadmin.core.forms.entity_form import EntityForm, PanelForm
from voipadmin.core.forms.local_numbers import LocalDecimalField
from voipadmin.core.validators import validate_text

SMALLEST = Decimal("0.000001")
# Up to ten digits before the decimal sign; the balance has room for thousands of the largest.
LEDGER_AMOUNT: dict[str, Any] = {"max_digits": 16, "decimal_places": 6}


class AccountForm(EntityForm):
    """What an account's calls may spend."""

    fieldsets = (
        (_("Account"), _("Prepaid customers pay before they call."), ("kind", "currency", "plan")),
        (_("Credit"), _("How far below zero the balance may go."), ("credit_limit", "limits_credit")),
        (
            _("Limits against fraud"),
            _("What is settled and what live calls hold, together. Crossing a cap stops the customer’s calls."),
            ("hourly_cap", "daily_cap", "longest_call_seconds"),
        ),
        (_("Where to"), "", ("allowed_countries", "allows_high_risk", "allows_loss")),
    )

    class Meta:
        model = Account

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        return save_settings(account=self.instance)


class ReasonForm(PanelForm):
    """Why money moves."""

    description = forms.CharField(
        label=_("reason"), max_length=200, validators=[validate_text], help_text=_("It is on the customer’s statement.")
    )


class MoneyForm(PanelForm):
    """Money that moves on an account. The form's own key makes sending it twice the same as once."""

    amount = LocalDecimalField(label=_("amount"), **LEDGER_AMOUNT)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("amount in %(currency)s") % {"currency": currency}


class ReceiptForm(MoneyForm):
    """Money that comes in."""

    amount = LocalDecimalField(label=_("amount"), min_value=SMALLEST, **LEDGER_AMOUNT)
    description = forms.CharField(
        label=_("description"),
        max_length=200,
        required=False,
        validators=[validate_text],
        help_text=_("Pix, transfer …"),
    )
    field_order = ["amount", "description", "key"]


class AdjustmentForm(ReasonForm, MoneyForm):
    """Money either way, with a reason."""

    amount = LocalDecimalField(
        label=_("amount"), help_text=_("Above zero for the customer, below zero against it."), **LEDGER_AMOUNT
    )
    field_order = ["amount", "description", "key"]
