"""Filters of users."""

from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.users.models import User


class UserFilterSet(EntityFilterSet):
    """Filters of the list of users."""

    search_fields = ("username", "first_name", "last_name", "email")

    class Meta:
        model = User
        fields = ("q", "role", "is_active")
