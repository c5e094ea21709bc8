"""What people are asked when they acknowledge, silence or close an alarm."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.forms.entity_form import LocalDateTimeInput, PanelForm

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
    minutes = forms.ChoiceField(label=_("for"), choices=list(MINUTES.items()), required=False, initial="60")
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
