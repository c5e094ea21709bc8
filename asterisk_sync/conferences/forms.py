"""Forms of conferences."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from asterisk_sync.conferences.services import MOST_PARTICIPANTS, save_conference
from asterisk_sync.models import Conference, ConferenceParticipant
from numbering.models import DID
from voipadmin.core.forms.entity_form import EntityForm, EntityRows, PanelForm


class ParticipantForm(forms.ModelForm[ConferenceParticipant]):
    """Somebody who is called: one field takes numbers and extensions."""

    class Meta:
        model = ConferenceParticipant
        fields = ("name", "number", "email", "is_moderator", "starts_muted")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].required = True
        # Once for all rows, above them.
        self.fields["number"].help_text = ""
        if not self.instance._state.adding:
            self.initial["number"] = self.instance.shown_number


ParticipantRows = forms.inlineformset_factory(
    Conference,
    ConferenceParticipant,
    form=ParticipantForm,
    formset=EntityRows,
    extra=2,
    can_delete=True,
    max_num=MOST_PARTICIPANTS,
    validate_max=True,
)


class ConferenceForm(EntityForm):
    """A conference with its participants."""

    rows_class = ParticipantRows
    rows_title = _("Participants")
    rows_help = _(
        "All are called when the conference starts, at the customer's prices and within its limits. A number is as the"
        " customer dials it, or an extension."
    )
    fieldsets = (
        (_("Conference"), _("On whose account the calls are."), ("customer", "name", "caller_id_number")),
        (
            _("In the room"),
            _("When it begins and ends for those who are called."),
            ("ring_seconds", "longest_minutes", "waits_for_moderator", "ends_with_moderator", "records"),
        ),
        (_("Dial in"), _("For those who come late."), ("dial_in", "pin")),
        (_("Schedule"), _("Without a time it is started by hand."), ("starts_at", "repeats", "remind_minutes")),
    )

    class Meta:
        model = Conference

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers: Any = self.fields["dial_in"]
        numbers.queryset = self._numbers()

    def _numbers(self) -> QuerySet[DID]:
        """Return the numbers of the customer, as far as one is chosen; all would be too many to choose from."""
        customer = self.data.get("customer") or self.initial.get("customer") or self.instance.customer_id
        return _allocated_to(customer) if customer else DID.objects.none()

    def save(self, commit: bool = True) -> Any:
        """Save the conference with its participants, in the order of the form."""
        return save_conference(conference=self.instance, participants=self.kept_rows())


def _allocated_to(customer: Any) -> QuerySet[DID]:
    # What a browser sends may be no key at all, which Django says when the condition is made.
    try:
        return DID.objects.filter(allocations__customer=customer, allocations__ends_at=None)
    except ValidationError:
        return DID.objects.none()


class CallInForm(PanelForm):
    """Somebody to call into the session that goes on."""

    number = forms.CharField(label=_("number"), max_length=48, help_text=_("A number, or an extension."))
    name = forms.CharField(label=_("name"), max_length=80, required=False)


class AskForm(PanelForm):
    """Nothing to fill in: one looks, and does it or not."""
