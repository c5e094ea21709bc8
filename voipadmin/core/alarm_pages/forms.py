"""What people are asked when they see to an alarm, and when they say who is told of which."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voipadmin.core.alarms.addressees import save_receiver, save_webhook
from voipadmin.core.alarms.kinds import kind_choices
from voipadmin.core.forms.entity_form import EntityForm, LocalDateTimeInput, PanelForm
from voipadmin.core.models import AlarmReceiver, Webhook

OBJECT, KIND, EVERYTHING = "object", "kind", "everything"
MINUTES = {
    "30": _("30 minutes"),
    "60": _("1 hour"),
    "240": _("4 hours"),
    "1440": _("1 day"),
    "10080": _("1 week"),
    "": _("until a moment that I name"),
}


def _plain(value: str) -> None:
    """Refuse control characters, which mails and logs would carry on."""
    if any(not letter.isprintable() for letter in value):
        raise ValidationError(_("Write one line without control characters."))


class NoteForm(PanelForm):
    """A note for the history."""

    note = forms.CharField(
        label=_("note"),
        max_length=500,
        required=False,
        validators=[_plain],
        help_text=_("What you found, or who sees to it: it stays in the history and goes to who is told."),
    )


class SilenceForm(PanelForm):
    """For how long, for what, and why."""

    scope = forms.ChoiceField(
        label=_("silence"),
        choices=[
            (OBJECT, _("This alarm of this object")),
            (KIND, _("Every alarm of this kind")),
            (EVERYTHING, _("Every alarm of the installation")),
        ],
    )
    minutes = forms.ChoiceField(
        label=pgettext_lazy("so long", "for"), choices=list(MINUTES.items()), required=False, initial="60"
    )
    until = forms.DateTimeField(label=_("until"), required=False, widget=LocalDateTimeInput())
    reason = forms.CharField(label=_("reason"), max_length=200, validators=[_plain])
    show_when = {"until": "minutes="}

    def clean(self) -> dict[str, Any]:
        """Compute until when."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if answers.get("minutes"):
            answers["until"] = timezone.now() + timedelta(minutes=int(answers["minutes"]))
        elif not answers.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until when."))
        return answers


def scope_answers(alarm: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """Return kind, object and end of a silence that is asked for on an alarm's page."""
    until: datetime = answers["until"]
    scope = answers["scope"]
    return {
        "kind": "" if scope == EVERYTHING else alarm.kind,
        "subject": alarm.subject if scope == OBJECT else None,
        "until": until,
        "reason": answers["reason"],
    }


class AddresseeForm(EntityForm):
    """Who is told of which alarms: what forms of receivers and of webhooks have in common."""

    kinds = forms.MultipleChoiceField(
        label=_("kinds of alarms"),
        choices=kind_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text=_("None chosen: all kinds."),
    )


WHICH = (
    _("Which alarms"),
    _("Who is told that an alarm opens is told when it is over, too."),
    ("severe_only", "kinds"),
)


class AlarmReceiverForm(AddresseeForm):
    """A receiver of alarms by mail."""

    fieldsets = (
        (
            _("Receiver"),
            _("Of one kind of alarm at most one letter is sent a minute: many together are one letter."),
            ("name", "email", "language", "enabled"),
        ),
        WHICH,
    )

    class Meta:
        model = AlarmReceiver

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        return save_receiver(self.instance)


class WebhookForm(AddresseeForm):
    """A webhook."""

    fieldsets = (
        (
            _("Webhook"),
            _("Alarms are sent there by POST, signed after Standard Webhooks. The secret is made when you save."),
            ("name", "url", "language", "enabled"),
        ),
        WHICH,
    )

    class Meta:
        model = Webhook

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        return save_webhook(self.instance)
