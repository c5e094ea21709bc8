"""Mails to users about their own account."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from voipadmin.users.models import User


def send_second_factor_notice(*, user_id: str, what: str, address: str, at: str) -> int:
    """Tell a user that a second factor was added or removed; return how many mails went out.

    Whoever has the password but not the mailbox cannot keep this from the owner.
    """
    user = User.objects.filter(pk=UUID(user_id)).exclude(email="").first()
    if user is None:
        return 0
    with override(settings.LANGUAGE_CODE):
        happened = {
            "added": _("A second factor was set up for your account %(user)s."),
            "removed": _("A second factor was removed from your account %(user)s."),
        }[what]
        moment = timezone.localtime(datetime.fromisoformat(at)).isoformat(" ", "seconds")
        where = _("It happened at %(moment)s, from %(address)s.") % {"moment": moment, "address": address or "?"}
        wrong = _("If it was not you, tell your administrator at once: your password is known to somebody else.")
        subject = _("%(site)s: your second factors changed") % {"site": settings.SITE_NAME}
        text = "\n\n".join([happened % {"user": user.username}, where, wrong])
        return send_mail(subject, text, None, [user.email])
