"""The form of the simulator: who calls whom, when, on which node."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Node
from asterisk_sync.simulator.services import LONGEST_CALL, LONGEST_NUMBER, UnanswerableError, check_number
from customers.models import Customer, Extension
from routing.models import Gateway
from voipadmin.core.forms.entity_form import LocalDateTimeInput, PanelForm
from voipadmin.core.forms.local_numbers import LocalIntegerField

GOES_OUT, COMES_IN = "out", "in"
# How people write numbers, and telephones do not send them.
DECORATION = str.maketrans("", "", " ().-\u00a0")


class SimulatorForm(PanelForm):
    """The call to simulate."""

    show_when = {
        "customer": f"direction={GOES_OUT}",
        "extension": f"direction={GOES_OUT}",
        "gateway": f"direction={COMES_IN}",
    }

    direction = forms.ChoiceField(
        label=_("call"), choices=[(GOES_OUT, _("A customer calls")), (COMES_IN, _("A call comes in by a gateway"))]
    )
    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("customer"), required=False)
    extension = forms.CharField(
        label=_("extension"), max_length=10, required=False, help_text=_("Which of its telephones calls: 1001.")
    )
    gateway = forms.ModelChoiceField(Gateway.objects.none(), label=_("gateway"), required=False)
    number = forms.CharField(
        label=_("number"), max_length=LONGEST_NUMBER + 20, help_text=_("As it is dialled: 011987654321.")
    )
    caller_id = forms.CharField(
        label=_("caller ID number"), max_length=LONGEST_NUMBER + 20, required=False, help_text=_("As a trunk sends it.")
    )
    at = forms.DateTimeField(label=_("at"), required=False, widget=LocalDateTimeInput(), help_text=_("Now, if empty."))
    seconds = LocalIntegerField(
        label=_("seconds"), min_value=0, max_value=int(LONGEST_CALL.total_seconds()), initial=60,
        help_text=_("How long it lasts, for its price."),
    )  # fmt: skip
    node = forms.ModelChoiceField(Node.objects.none(), label=_("node"), required=False, empty_label=_("Any"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        choices: Any = self.fields
        choices["customer"].queryset = Customer.objects.visible_to(user).order_by("code")
        choices["gateway"].queryset = Gateway.objects.visible_to(user).order_by("name")
        choices["node"].queryset = Node.objects.visible_to(user).filter(enabled=True).order_by("name")

    def clean_number(self) -> str:
        """Take off what people write between digits."""
        return self._clean_number("number")

    def clean_caller_id(self) -> str:
        """Take off what people write between digits; an empty caller ID stays empty."""
        return self._clean_number("caller_id") if self.cleaned_data["caller_id"] else ""

    def _clean_number(self, name: str) -> str:
        number: str = self.cleaned_data[name].translate(DECORATION)
        try:
            check_number(number, field=name)
        except UnanswerableError as error:
            raise forms.ValidationError(str(error.message)) from error
        return number

    def clean(self) -> dict[str, Any]:
        """Find who calls."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        needed = "gateway" if answers.get("direction") == COMES_IN else "customer"
        if needed not in self.errors and not answers.get(needed):
            self.add_error(needed, _("Choose who calls."))
        answers["caller"] = answers.get(needed)
        if needed == "customer" and answers.get("customer") and answers.get("extension"):
            answers["caller"] = self._extension(answers["customer"], answers["extension"])
        return answers

    def _extension(self, customer: Customer, number: str) -> Extension | None:
        found: Extension | None = Extension.objects.filter(customer=customer, number=number.strip()).first()
        if found is None:
            self.add_error("extension", _("This customer has no such extension."))
        return found

    def question(self) -> dict[str, Any]:
        """Return the arguments for the simulator."""
        answers = self.cleaned_data
        return {
            "caller": answers["caller"],
            "number": answers["number"],
            "caller_id": answers["caller_id"],
            "at": answers["at"] or timezone.now(),
            "node": answers["node"],
            "duration": timedelta(seconds=answers["seconds"]),
        }
