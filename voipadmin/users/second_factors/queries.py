"""Second factors: whose role demands one, and who has none."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from voipadmin.users.models import RolePolicy, User
from voipadmin.users.roles import Role

# Recovery codes alone are none: they come with an app or a passkey, and are used up.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class RoleRow:
    """A role, whether it demands a second factor, how many active users it has and how many of them have none."""

    role: Role
    required: bool
    users: int
    without: int


def has_second_factor(user: User) -> bool:
    """Tell whether an authenticator app or a passkey of the user is set up."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def with_second_factor_state(users: QuerySet[User]) -> QuerySet[User]:
    """Add `lacks_second_factor` to each user: its role demands one, and it has none."""
    required = RolePolicy.objects.filter(role=OuterRef("role"), second_factor_required=True)
    present = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return users.annotate(
        lacks_second_factor=Case(
            When(Exists(required) & ~Exists(present), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )


def lacks_second_factor(user: Any) -> bool:
    """Tell whether the user's role demands a second factor that it has not; nobody who is not logged in lacks one."""
    if not isinstance(user, User):
        return False
    if "lacks_second_factor" not in vars(user):
        user = with_second_factor_state(User.objects.filter(pk=user.pk)).get()
    return bool(user.lacks_second_factor)


def role_rows() -> list[RoleRow]:
    """Return every role with what is demanded of it, in the order of the roles."""
    required = set(RolePolicy.objects.filter(second_factor_required=True).values_list("role", flat=True))
    present = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    users = User.objects.filter(is_active=True).annotate(protected=Exists(present))
    counts = {
        row["role"]: row
        for row in users.order_by()
        .values("role")
        .annotate(users=Count("pk"), without=Count("pk", filter=Q(protected=False)))
    }
    return [
        RoleRow(
            role,
            required=role in required,
            users=counts.get(role, {}).get("users", 0),
            without=counts.get(role, {}).get("without", 0),
        )
        for role in Role
    ]
