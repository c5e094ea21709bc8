"""Who asks: what core needs to know of a user, whose model is in an app above."""

from typing import TYPE_CHECKING, Any, Literal, Protocol, Union

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Person(Protocol):
    """A user who is logged in; `voipadmin.users.models.User` has this shape."""

    @property
    def pk(self) -> Any:
        """Return the key."""

    @property
    def is_authenticated(self) -> Literal[True]:
        """Tell it apart from Django's AnonymousUser, which sees nothing."""

    @property
    def is_active(self) -> bool:
        """Tell whether the user may still log in."""

    @property
    def sees_everything(self) -> bool:
        """Tell whether the user sees the objects of all customers."""

    def has_perm(self, perm: str, /) -> bool:
        """Tell whether the user's role has a permission such as `customers.change_customer`."""

    def get_username(self) -> str:
        """Return the name for logging in."""


# `request.user`: whoever asks.
Viewer = Union[Person, "AnonymousUser"]


def sees_everything(user: Viewer) -> bool:
    """Tell whether `user` sees the objects of all customers."""
    return user.is_authenticated and user.sees_everything
