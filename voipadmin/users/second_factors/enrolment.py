"""The code with which a user whose role demands a second factor sets up the first one.

The password alone must not do: whoever found it out would set up a factor of their own, and pass for protected. An
administrator hands the code over by another way than the password; it is stored as a hash and works once.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError
from voipadmin.core.services import all_or_nothing
from voipadmin.users.log_in.attempts import one_at_a_time
from voipadmin.users.log_in.delayed_forms import code_is_delayed, count_wrong_code
from voipadmin.users.models import EnrolmentCode, User
from voipadmin.users.second_factors.changelog import record_second_factor

GOOD_FOR = timedelta(days=3)
# 20 of 32 signs: 100 bits. Without 0, 1, I and O, which are read for one another.
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS, GROUP_LENGTH = 4, 5
SESSION_KEY = "users.enrolment_code"


class EnrolmentRefused(DomainError):
    """The code is wrong, or was used, or is too old."""

    code = "enrolment_code_invalid"


class EnrolmentDelayed(DomainError):
    """After wrong codes the next one has to wait."""

    code = "locked_out"


def hand_out_enrolment_code(*, user: User, now: datetime) -> str:
    """Return a new code for the user, which is shown this once; the one before is good no longer."""
    code = "-".join("".join(secrets.choice(SIGNS) for _sign in range(GROUP_LENGTH)) for _group in range(GROUPS))
    with all_or_nothing(user):
        EnrolmentCode.objects.filter(user=user).delete()
        EnrolmentCode.objects.create(user=user, digest=_digest(code), expires_at=now + GOOD_FOR)
        record_second_factor(user, "", "enrolment code")
    return code


def enter_enrolment_code(*, request: HttpRequest, user: User, code: str, now: datetime) -> None:
    """Let the session set up the first factor; raise EnrolmentRefused or EnrolmentDelayed.

    Wrong codes delay the next one, as wrong codes of an app do.
    """
    refusal: DomainError | None = None
    # A failure is counted inside: raised there, it would be rolled back with its count.
    with one_at_a_time(user.username):
        if code_is_delayed(request, user):
            refusal = EnrolmentDelayed(_("Too many failed log-ins. Try again later."))
        else:
            known = EnrolmentCode.objects.filter(user=user, digest=_digest(code), expires_at__gt=now).first()
            if known is not None:
                request.session[SESSION_KEY] = str(known.pk)
                return
            count_wrong_code(request, user)
            refusal = EnrolmentRefused(_("The code is wrong, was used or is too old."), field="code")
    raise refusal


def may_enrol(request: HttpRequest) -> bool:
    """Tell whether the session entered its user's code, and that is still good."""
    known = request.session.get(SESSION_KEY)
    good = Q(pk=known, user=request.user, expires_at__gt=timezone.now())
    return known is not None and EnrolmentCode.objects.filter(good).exists()


def _digest(code: str) -> str:
    """Return the hash of a code, however it was typed. Its 100 random bits need no slow one."""
    return hashlib.sha256("".join(code.split()).replace("-", "").upper().encode()).hexdigest()
