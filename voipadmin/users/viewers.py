"""Who looks at a polled part, as values that it is drawn from: a role that sees everything, or a user of a customer."""

from collections.abc import Mapping
from typing import Any

from voipadmin.core.viewer import Viewer
from voipadmin.users.models import User


def told_viewer(user: Any) -> dict[str, Any]:
    """Return a user as JSON: all who see everything in one role are the same."""
    return {"role": user.role, "user": None if user.sees_everything else str(user.pk)}


def viewer_told(values: Mapping[str, Any]) -> Viewer:
    """Return whom `told_viewer` wrote: the user itself, or one of its role that is not saved.

    Raises User.DoesNotExist where it was deleted meanwhile.
    """
    return User.objects.get(pk=values["user"]) if values["user"] else User(role=values["role"])
