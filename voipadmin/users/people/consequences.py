"""What is asked before somebody gets other credentials, or loses the second factors."""

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from voipadmin.core.pages.entities.consequences import Figure, Question, tells_use_of, use_of
from voipadmin.core.viewer import Viewer
from voipadmin.users.models import EnrolmentCode, User


@tells_use_of(User)
def _sessions(rows: QuerySet[Any], _viewer: Viewer) -> Iterable[Figure]:
    sessions = UserSession.objects.filter(user__in=rows).count()
    yield Figure(_("Open sessions"), str(sessions), matters=sessions > 0)
    yield Figure(_("Second factors"), str(Authenticator.objects.filter(user__in=rows).count()))


def password_question(user: User, viewer: Viewer) -> Question:
    """Return what is asked before a user gets a new password."""
    return Question(
        title=_("Give %(user)s a new password?") % {"user": user.username},
        button=_("New password"),
        icon="key-round",
        effects=[
            _("The present password and all API tokens end now, and so do the open sessions."),
            _("The new password is shown once, right after."),
        ],
        figures=use_of(user, viewer),
    )


def code_question(user: User, viewer: Viewer) -> Question:
    """Return what is asked before a user gets an enrolment code."""
    effects = [_("The code is shown once, right after. With it, and the password, a first second factor is set up.")]
    if EnrolmentCode.objects.filter(user=user).exists():
        effects.append(_("The code that was handed out before works no longer."))
    return Question(
        title=_("Hand out an enrolment code for %(user)s?") % {"user": user.username},
        button=_("Enrolment code"),
        icon="shield-plus",
        effects=effects,
        figures=use_of(user, viewer),
        undo=_("A later code replaces it."),
        is_dangerous=False,
    )


def removal_question(user: User, viewer: Viewer) -> Question:
    """Return what is asked before a user's second factors are removed."""
    return Question(
        title=_("Remove the second factors of %(user)s?") % {"user": user.username},
        button=_("Remove second factors"),
        icon="shield-off",
        effects=[
            _(
                "App, passkeys and recovery codes are removed and API tokens end. Until a new one is set up, the"
                " password alone logs this user in: make sure that it is who asked, and give a new password where you"
                " are not sure."
            )
        ],
        figures=use_of(user, viewer),
    )
