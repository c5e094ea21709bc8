"""Writes of what roles demand, and of the second factors that somebody lost."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import DomainError
from voipadmin.core.services import all_or_nothing, save_object
from voipadmin.users.models import RolePolicy, User
from voipadmin.users.roles import Role
from voipadmin.users.second_factors.changelog import record_second_factor
from voipadmin.users.second_factors.queries import has_second_factor


class OwnFactorMissing(DomainError):
    """Who demands a second factor of the own role has none, and nobody might be left who can hand out a code."""

    code = "own_second_factor_missing"


def demand_second_factor(*, roles: Iterable[str], actor: User | None = None) -> None:
    """Demand a second factor of exactly these roles; `actor`, who does so, needs one where the own role is among them.

    Raise OwnFactorMissing.
    """
    demanded = set(roles)
    if actor is not None and actor.role in demanded and not has_second_factor(actor):
        raise OwnFactorMissing(_("Set up your own second factor first: your role is among those marked."))
    for role in Role:
        policy = RolePolicy.objects.filter(role=role).first() or RolePolicy(role=role)
        if policy.second_factor_required == (role in demanded):
            continue
        policy.second_factor_required = role in demanded
        with all_or_nothing(policy):
            save_object(policy)


def remove_second_factors(*, user: User) -> int:
    """Take every second factor from a user who lost theirs, end its tokens, and return how many there were."""
    with all_or_nothing(user):
        removed, _by_model = Authenticator.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(tokens_valid_from=timezone.now())
        if removed:
            record_second_factor(user, str(removed), "")
    return int(removed)
