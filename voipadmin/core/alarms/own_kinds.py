"""The alarms of core itself: whom nobody can tell of alarms, and the panel's certificate."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.models import Alarm


def _webhook(alarm: Alarm) -> str:
    return reverse("core:webhook_detail", args=[alarm.subject])


def _receiver(alarm: Alarm) -> str:
    return reverse("core:alarmreceiver_detail", args=[alarm.subject])


WEBHOOK_DISABLED = declare(
    AlarmKind(
        "webhook_disabled",
        _("The webhook %(name)s was switched off: %(reason)s"),
        "webhook-off",
        address=_webhook,
        name=_("Webhook switched off"),
        advice=_("Look at the last tries on its page. When the receiver is there again, switch the webhook on."),
    )
)
MAIL_NOT_SENT = declare(
    AlarmKind(
        "mail_not_sent",
        _("Alarms cannot be mailed to %(name)s: %(error)s"),
        "mail-x",
        address=_receiver,
        name=_("Alarms cannot be mailed"),
        advice=_("Compare EMAIL_URL with what the mail server says; what waits is sent when it takes it."),
    )
)
CERTIFICATE_EXPIRES = declare(
    AlarmKind(
        "certificate_expires",
        _("The TLS certificate of the panel (%(where)s) is valid until %(until)s: %(days)d days from now."),
        "shield-alert",
        name=_("Certificate expires"),
        advice=_("Renew it, and have the web server read it again. Browsers and telephones refuse an expired one."),
    )
)
CERTIFICATE_UNREADABLE = declare(
    AlarmKind(
        "certificate_unreadable",
        _("The TLS certificate of the panel (%(where)s) cannot be read: %(error)s"),
        "shield-question-mark",
        is_severe=False,
        name=_("Certificate cannot be read"),
        advice=_("Compare PANEL_CERTIFICATE with where the certificate is: a PEM file, or HOST:PORT."),
    )
)
